import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { BusFault, HostAdapter } from '../../../src/bus/index.ts';
import { EmulatedConnection, EmulatedPort } from '../../../src/usb/index.ts';
import { spiTransfer } from '../../support/spi.ts';
import { MEMORY, RecordingWire } from '../recording-wire.ts';
import { FailingConnection } from './failing-connection.ts';
import { USB_ADAPTERS } from './usb-adapters.ts';

/** Adapters wait for late answers by `AbortSignal.timeout`; nothing is that late in this process. */
const HASTE = 20;
/** More than any adapter has in one transfer to it. */
const LONG_BYTES = 10_000;
/** Of a long message so many of its transfers fail, one after another. */
const PLACES = 8;

describe.each(USB_ADAPTERS)('a transfer of a $name that fails in the middle', ({ make, drive }) => {
  let usb: FailingConnection;
  let port: EmulatedPort;
  let host: HostAdapter;

  beforeEach(async () => {
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(Math.ceil(ms / HASTE)));
    port = new EmulatedPort(make(new RecordingWire()));
    host = drive(async () => {
      usb = new FailingConnection(new EmulatedConnection(port), port);
      return usb;
    });
    await host.open();
  });
  afterEach(async () => {
    await host.close();
    vi.restoreAllMocks();
  });

  /** Writes a byte, and reads it back. @returns what was read */
  async function overI2c(byte: number): Promise<readonly number[]> {
    const buf = new Uint8Array(1);
    await host.i2c?.transfer([{ addr: MEMORY, flags: 0, buf: Uint8Array.of(0x40, byte) }]);
    await host.i2c?.transfer([
      { addr: MEMORY, flags: 0, buf: Uint8Array.of(0x40) },
      { addr: MEMORY, flags: 1, buf },
    ]);
    return [...buf];
  }

  /** @returns the last byte that came: the complement of what was sent */
  async function overSpi(byte: number): Promise<readonly number[]> {
    const rx = new Uint8Array(LONG_BYTES);
    await host.spi?.transfer(0, 0, [spiTransfer({ tx: new Uint8Array(LONG_BYTES).fill(byte), rx })]);
    return [...rx.subarray(-1)].map((each) => ~each & 0xff);
  }

  it('leaves nothing under way: what waited would take an answer of the next', async () => {
    const ways = [...(host.i2c === undefined ? [] : [overI2c]), ...(host.spi === undefined ? [] : [overSpi])];
    for (const transfer of ways) {
      expect(await transfer(0x11)).toEqual([0x11]);
      const from = usb.begun;
      expect(await transfer(0x22)).toEqual([0x22]);
      const count = usb.begun - from;
      const places = new Set(
        Array.from({ length: PLACES }, (_, i) => Math.round((i * (count - 1)) / (PLACES - 1))),
      );
      for (const place of places) {
        const listening = usb.underWay;
        usb.fail(place);
        const where = `transfer ${place} of ${count}`;
        // One that nobody waits for yet is asked for again.
        const outcome = await transfer(0x33).catch((error: BusFault) => error.code);
        expect([[0x33], 'EPROTO'], where).toContainEqual(outcome);
        expect(usb.underWay, where).toBeLessThanOrEqual(listening);
        expect(await transfer(0x44), `behind ${where}`).toEqual([0x44]);
      }
    }
  });
});
