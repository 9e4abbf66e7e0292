import { describe, expect, it } from 'vitest';
import { pinStream } from '../../../hosts/ch341a/protocol.ts';
import { SpiStream } from '../../../hosts/ch341a/spi-stream.ts';

const PINS = { levels: 0x37, directions: 0x3f };
const SELECT = [0xab, 0xb6, 0x7f, 0x20];
const DESELECT = [0xab, 0xb7, 0x7f, 0x20];
const move = (tx: number[] | undefined, rx?: Uint8Array) => ({
  tx: tx && Uint8Array.from(tx),
  rx,
  length: tx?.length ?? rx?.length ?? 0,
});
/** A packet of 32 bytes that begins so. */
const packet = (...bytes: number[]) => [...bytes, ...new Array(32 - bytes.length).fill(0)];

describe('an SPI message to a CH341A (as flashrom ch341a_spi.c sends it)', () => {
  it('goes out in one transfer: pins in a packet of their own, then data, 31 bytes a packet', () => {
    const rx = new Uint8Array(40);
    const stream = new SpiStream();
    stream.pins(pinStream(PINS, 0));
    stream.exchange([move([0x03, 0x01]), move(undefined, rx)]);
    const [transfer, ...others] = stream.transfers();
    expect(others).toEqual([]);
    // 42 bytes, their bits reversed: 31 and 11.
    const sent = [...packet(...SELECT), ...packet(0xa8, 0xc0, 0x80), 0xa8, ...new Array(11).fill(0)];
    expect([...(transfer?.bytes ?? [])]).toEqual(sent);
    expect(transfer?.answers.map(({ length }) => length)).toEqual([31, 11]);
    transfer?.answers[0]?.take(new Uint8Array(31).fill(0x01));
    transfer?.answers[1]?.take(new Uint8Array(11).fill(0x02));
    expect([...rx]).toEqual([...new Array(29).fill(0x80), ...new Array(11).fill(0x40)]);
  });

  it('ends a transfer behind data that fill no packet', () => {
    const stream = new SpiStream();
    stream.pins(pinStream(PINS, 0));
    stream.exchange([move([0x06])]);
    stream.pins(pinStream(PINS, undefined));
    stream.pins(pinStream(PINS, 0));
    stream.exchange([move([0x05, 0])]);
    stream.pins(pinStream(PINS, undefined));
    expect(stream.transfers().map(({ bytes }) => [...bytes])).toEqual([
      [...packet(...SELECT), 0xa8, 0x60],
      [...packet(...DESELECT), ...packet(...SELECT), 0xa8, 0xa0, 0x00],
      DESELECT,
    ]);
  });

  it('takes 256 packets a transfer', () => {
    const stream = new SpiStream();
    stream.exchange([move(undefined, new Uint8Array(300 * 31))]);
    expect(stream.transfers().map(({ bytes, answers }) => [bytes.length, answers.length])).toEqual([
      [256 * 32, 256],
      [44 * 32, 44],
    ]);
  });
});
