import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { callsOf } from '../../../hosts/linux/spi-calls.ts';
import {
  layMessage,
  messageIoctl,
  messageLength,
  SPI_IOCTL,
  takeMessage,
} from '../../../hosts/linux/spidev.ts';
import type { SpiTransfer } from '../../../src/bus/index.ts';
import { program } from '../../guest/boot.ts';
import { spiTransfer } from '../../support/spi.ts';

const NO_GCC = program('gcc');

/** Reads messages as the kernel's own header lays them out, with addresses from 0x1000 on. */
const READER = `
#include <stdio.h>
#include <stdlib.h>
#include <linux/spi/spidev.h>
int main(int argc, char **argv) {
  static unsigned char bytes[65536];
  size_t length = fread(bytes, 1, sizeof bytes, stdin);
  int count = atoi(argv[1]);
  struct spi_ioc_transfer *all = (void *)bytes;
  printf("%lx %lx %lx\\n", (long)SPI_IOC_RD_MODE32, (long)SPI_IOC_WR_MODE32, (long)SPI_IOC_WR_BITS_PER_WORD);
  printf("%lx %lx\\n", (long)SPI_IOC_MESSAGE(1), (long)SPI_IOC_MESSAGE(511));
  for (int i = 0; i < count; i++) {
    struct spi_ioc_transfer *t = all + i;
    printf("%u %u %u %u %u %u %u %u", t->len, t->speed_hz, t->delay_usecs, t->bits_per_word, t->cs_change, t->tx_nbits, t->rx_nbits, t->word_delay_usecs);
    if (t->tx_buf) for (unsigned b = 0; b < t->len; b++) printf(" %02x", bytes[t->tx_buf - 0x1000 + b]);
    if (t->rx_buf) printf(" rx at %lld", (long long)t->rx_buf - 0x1000);
    printf("\\n");
  }
  return length == 0;
}`;

const MESSAGE: readonly SpiTransfer[] = [
  spiTransfer({
    tx: Uint8Array.of(0x9f, 1),
    rx: new Uint8Array(2),
    speedHz: 1_000_000,
    txNbits: 1,
    rxNbits: 1,
  }),
  spiTransfer({
    rx: new Uint8Array(4),
    bitsPerWord: 32,
    csChange: true,
    txNbits: 2,
    rxNbits: 4,
    csHoldNs: 1500,
    wordDelayNs: 2000,
    speedHz: 5,
  }),
];

describe.skipIf(NO_GCC !== undefined)('<linux/spi/spidev.h>', () => {
  let folder: string;
  let lines: string[];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dtbus-spidev-'));
    writeFileSync(join(folder, 'reader.c'), READER);
    execFileSync('gcc', ['-o', join(folder, 'reader'), join(folder, 'reader.c')]);
    const bytes = new Uint8Array(messageLength(MESSAGE));
    layMessage(bytes, 0x1000, MESSAGE);
    lines = execFileSync(join(folder, 'reader'), [String(MESSAGE.length)], {
      input: bytes,
      encoding: 'utf8',
    }).split('\n');
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('has the numbers of the calls', () => {
    const hex = (...numbers: number[]) => numbers.map((number) => number.toString(16)).join(' ');
    expect(lines[0]).toBe(hex(SPI_IOCTL.RD_MODE32, SPI_IOCTL.WR_MODE32, SPI_IOCTL.WR_BITS_PER_WORD));
    expect(lines[1]).toBe(hex(messageIoctl(1), messageIoctl(511)));
  });

  it('reads a message as it was meant', () => {
    // len, speed, delay, bits, cs_change, lines out and in, word delay; delays are never shortened.
    expect(lines.slice(2, 4)).toEqual(['2 1000000 0 8 0 1 1 0 9f 01 rx at 66', '4 5 2 32 1 2 4 2 rx at 68']);
  });
});

it('takes what was received from where the kernel puts it', () => {
  const bytes = new Uint8Array(messageLength(MESSAGE));
  bytes.set([0xa1, 0xa2, 0xb1, 0xb2, 0xb3, 0xb4], 66);
  takeMessage(bytes, MESSAGE);
  expect(MESSAGE.map(({ rx }) => [...(rx ?? [])])).toEqual([
    [0xa1, 0xa2],
    [0xb1, 0xb2, 0xb3, 0xb4],
  ]);
});

describe("messages that do not fit into spidev's buffers", () => {
  const bytes = (length: number) => new Uint8Array(length);
  /** Of each call: its transfers' lengths, with `+` where `cs_change` is set. */
  const shape = (transfers: readonly SpiTransfer[], bufsiz: number) =>
    callsOf(transfers, bufsiz).map((call) =>
      call.map(({ tx, rx, csChange }) => `${(tx ?? rx)?.length}${csChange ? '+' : ''}`).join(' '),
    );

  it('are sent in calls that keep the chip selected but for the last', () => {
    expect(shape([spiTransfer({ tx: bytes(4096) })], 4096)).toEqual(['4096']);
    expect(shape([spiTransfer({ tx: bytes(9000) })], 4096)).toEqual(['4096+', '4096+', '808']);
    expect(shape([spiTransfer({ tx: bytes(4) }), spiTransfer({ rx: bytes(4096) })], 4096)).toEqual([
      '4 4096',
    ]);
    // spidev fills each up to a multiple of its alignment, 128 at most.
    expect(shape([spiTransfer({ tx: bytes(1) }), spiTransfer({ tx: bytes(4000) })], 4096)).toEqual([
      '1+',
      '4000',
    ]);
  });

  it('deselect between calls where cs_change says so, and stay selected at the end where it does', () => {
    const two = [
      spiTransfer({ tx: bytes(4096), csChange: true }),
      spiTransfer({ tx: bytes(4), csChange: true }),
    ];
    expect(shape(two, 4096)).toEqual(['4096', '4+']);
  });

  it('have the delay of chip select at their end only', () => {
    const calls = callsOf([spiTransfer({ tx: bytes(5000), csHoldNs: 7 })], 4096);
    expect(calls.flat().map(({ csHoldNs }) => csHoldNs)).toEqual([0, 7]);
  });

  it('are not cut within a word, whatever the size of the buffers', () => {
    const calls = callsOf([spiTransfer({ tx: bytes(30), bitsPerWord: 32 })], 15);
    expect(calls.flat().map(({ tx }) => tx?.length)).toEqual([12, 12, 6]);
  });

  it('have no more transfers in a call than its number can say', () => {
    const calls = callsOf(
      Array.from({ length: 600 }, () => spiTransfer({})),
      4096,
    );
    expect(calls.map((call) => call.length)).toEqual([511, 89]);
  });
});
