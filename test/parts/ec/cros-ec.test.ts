import { describe, expect, it } from 'vitest';
import { i2cBench, type NodeLiteral, spiBench } from '../../sim/support.ts';

/*
 * Numbers and structures are those of ec_commands.h of the Chromium OS EC. Every packet is 0 in total.
 */

const sum = (bytes: readonly number[]) => bytes.reduce((total, byte) => (total + byte) & 0xff, 0);
const u32 = (value: number) => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
const numberAt = (bytes: readonly number[], at: number) =>
  (bytes[at] ?? 0) +
  256 * (bytes[at + 1] ?? 0) +
  65_536 * (bytes[at + 2] ?? 0) +
  16_777_216 * (bytes[at + 3] ?? 0);

function request(command: number, data: readonly number[] = [], version = 0): number[] {
  const packet = [
    3,
    0,
    command & 0xff,
    command >> 8,
    version,
    0,
    data.length & 0xff,
    data.length >> 8,
    ...data,
  ];
  packet[1] = (256 - sum(packet)) & 0xff;
  return packet;
}

/** @returns result and data of a response, which is checked */
function parsed(packet: readonly number[]): [result: number, data: number[]] {
  const length = (packet[4] ?? 0) + 256 * (packet[5] ?? 0);
  const whole = packet.slice(0, 8 + length);
  expect([whole[0], sum(whole), whole[6], whole[7]]).toEqual([3, 0, 0, 0]);
  return [(packet[2] ?? 0) + 256 * (packet[3] ?? 0), whole.slice(8)];
}

async function spiEc(more: Partial<NodeLiteral> = {}) {
  const bench = await spiBench({ compatible: 'google,cros-ec-spi', ...more });
  return {
    bench,
    send(command: number, data?: readonly number[], version?: number) {
      const bytes = bench.exchange(request(command, data, version), 300);
      return parsed(bytes.slice(bytes.indexOf(0xec) + 1));
    },
  };
}
type Ec = Awaited<ReturnType<typeof spiEc>>;
const asserted = ({ bench }: Ec) => !bench.line('INT').high;

describe('host commands, version 3', () => {
  it('SPI: ready, receiving, processing, a frame byte, the response, past its end', async () => {
    const { bench } = await spiEc();
    const sent = request(0x01, u32(0xa0b0c0d0));
    const bytes = bench.duplex([...sent, ...new Array<number>(16).fill(0)]);
    expect(bytes.slice(0, 12)).toEqual([0xf8, ...new Array<number>(11).fill(0xf9)]);
    expect(bytes.slice(12, 14)).toEqual([0xfa, 0xec]);
    expect(parsed(bytes.slice(14))).toEqual([0, u32(0xa1b2c3d4)]);
    expect(bytes.slice(26)).toEqual([0xed, 0xed]);
    // What is no request.
    expect(bench.duplex([0xff, 0, 0, 0])).toEqual([0xf8, 0xfb, 0xfb, 0xfb]);
  });

  it('I2C: DAh in front, result and length in front of the response', async () => {
    const bench = await i2cBench({ compatible: 'google,cros-ec-i2c', reg: 0x1e });
    const answer = bench.writeRead([0xda, ...request(0x01, u32(1))], 14);
    expect(answer.slice(0, 2)).toEqual([0, 12]);
    expect(parsed(answer.slice(2))).toEqual([0, u32(0x01020305)]);
    // The older protocol: the command is not known, and nothing follows.
    expect(bench.writeRead([0x81, 1, 4], 3)).toEqual([1, 0, 0xff]);
  });

  it('a wrong checksum, an unknown command, version and parameter have results of their own', async () => {
    const { bench, send } = await spiEc();
    const wrong = request(0x01, u32(1));
    wrong[1] = ((wrong[1] as number) + 1) & 0xff;
    const bytes = bench.exchange(wrong, 20);
    expect(parsed(bytes.slice(bytes.indexOf(0xec) + 1))).toEqual([7, []]);
    expect(send(0x3fff)).toEqual([1, []]);
    expect(send(0x01, u32(1), 1)).toEqual([6, []]);
    expect(send(0x01, [1, 2])).toEqual([3, []]);
    // A PD controller behind it would be at 4000h.
    expect(send(0x400b)).toEqual([1, []]);
  });

  it('tells of its protocol, versions of commands, and features', async () => {
    const { send } = await spiEc();
    expect(send(0x0b)).toEqual([0, [...u32(8), 0x20, 0x02, 0x20, 0x02, ...u32(0)]]);
    expect(send(0x08, [0x67])).toEqual([0, u32(7)]);
    expect(send(0x08, [0xa9, 0], 1)).toEqual([0, u32(3)]);
    expect(send(0x08, [0x31, 0x7f], 1)).toEqual([3, []]);
    const [, features] = send(0x0d);
    // Keyboard 7, I2C 15, battery 17, USB PD 22; event masks 32.
    expect([numberAt(features, 0) & (1 << 7), numberAt(features, 4)]).toEqual([1 << 7, 1]);
    expect(send(0x02)[1].length).toBe(100);
  });
});

describe('events (MKBP)', () => {
  it('keys of the matrix are an event, and assert INT until it is fetched', async () => {
    const ec = await spiEc();
    expect(ec.send(0x67)).toEqual([9, []]);
    expect(ec.send(0x61, [0, 0])).toEqual([0, [...u32(8), ...u32(13), 0]]);
    ec.bench.set('keys', Uint8Array.of(3, 1, 7, 12));
    ec.bench.set('keys', new Uint8Array());
    expect(asserted(ec)).toBe(true);
    const down = [0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128];
    expect(ec.send(0x67, [], 2)).toEqual([0, [0x80, ...down]]);
    expect(asserted(ec)).toBe(true);
    expect(ec.send(0x67, [], 2)).toEqual([0, [0, ...new Array<number>(13).fill(0)]]);
    expect(asserted(ec)).toBe(false);
  });

  it('buttons, the lid and a charger are events, and host events that are cleared', async () => {
    const ec = await spiEc();
    expect([ec.send(0x61, [1, 3]), ec.send(0x61, [2, 4])]).toEqual([
      [0, u32(7)],
      [0, u32(1)],
    ]);
    ec.bench.set('volumeDown', true);
    expect(ec.send(0x67)).toEqual([0, [3, ...u32(4)]]);
    ec.bench.set('lidOpen', false);
    expect(ec.send(0x67)).toEqual([0, [4, ...u32(0)]]);
    expect(ec.send(0x67)).toEqual([0, [1, ...u32(1)]]);
    ec.bench.set('charger', 20);
    expect(ec.send(0x67)).toEqual([0, [1, ...u32(8)]]);
    expect(ec.send(0x87)).toEqual([0, u32(9)]);
    ec.send(0x8f, u32(1));
    expect(ec.send(0x87)).toEqual([0, u32(8)]);
  });
});

describe('what it drives', () => {
  it('lights, regulators, and the clock', async () => {
    const { bench, send } = await spiEc();
    send(0x25, [0x00, 0x80, 2, 0]);
    send(0x25, [0xff, 0xff, 1, 0]);
    expect([bench.get('displayBacklight'), bench.get('keyboardBacklight')]).toEqual([0x8000, 100]);
    expect(send(0x26, [2, 0])).toEqual([0, [0x00, 0x80]]);
    expect(send(0x26, [0, 99])).toEqual([3, []]);
    expect(send(0x12f, [...u32(1), ...u32(3000), ...u32(3400)])).toEqual([0, []]);
    send(0x12d, [...u32(1), 1]);
    expect([send(0x130, u32(1)), send(0x12e, u32(1)), send(0x12e, u32(0))]).toEqual([
      [0, u32(3300)],
      [0, [1]],
      [0, [0]],
    ]);
    expect(send(0x12f, [...u32(1), ...u32(900), ...u32(1000)])).toEqual([3, []]);
    // 2024-02-28 23:59:58 UTC is where the bench begins.
    expect(numberAt(send(0x44)[1], 0)).toBe(1_709_164_798);
    send(0x46, u32(1000));
    bench.clock.advance(5e9);
    expect(numberAt(send(0x44)[1], 0)).toBe(1005);
  });

  it('tells of a charger on port 0, and of sleep', async () => {
    const { bench, send } = await spiEc();
    expect(send(0x102)).toEqual([0, [2]]);
    bench.set('charger', 15);
    bench.set('chargerCurrent', 2);
    // Sink, by USB PD; 15 V, 2 A, 30 W in mV, mA, uW.
    const info = send(0x103, [0])[1];
    expect(info).toEqual([
      2,
      1,
      0,
      0,
      ...[15_000, 15_000, 2000, 2000].flatMap((each) => u32(each).slice(0, 2)),
      ...u32(30e6),
    ]);
    expect(send(0x103, [1])[1][0]).toBe(0);
    expect(send(0x103, [2])).toEqual([3, []]);
    expect(send(0xa0, [0])[1].slice(0, 4)).toEqual(u32(1));
    send(0xa9, [1]);
    expect(bench.get('asleep')).toBe(true);
    expect(send(0xa9, [2], 1)).toEqual([0, u32(0)]);
  });

  it('carries I2C messages to the parts behind a tunnel', async () => {
    const tunnel = {
      name: 'i2c-tunnel',
      compatible: 'google,cros-ec-i2c-tunnel',
      properties: { 'google,remote-bus': 3 },
      children: [{ name: 'temp@48', compatible: 'national,lm75', reg: 0x48 }],
    };
    const { bench, send } = await spiEc({ children: [tunnel] });
    const path = bench.parts.list().find((each) => each.path.endsWith('temp@48'))?.path ?? '';
    bench.parts.set(path, 'temperature', 25.5);
    const message = (address: number, length: number) => [address & 0xff, address >> 8, length, 0];
    expect(send(0x9e, [3, 2, ...message(0x48, 1), ...message(0x8048, 2), 0])).toEqual([0, [0, 2, 25, 128]]);
    // Nobody at 49h; no such bus.
    expect(send(0x9e, [3, 1, ...message(0x49, 1), 0])).toEqual([0, [1, 0]]);
    expect(send(0x9e, [4, 1, ...message(0x48, 1), 0])).toEqual([0, [1, 0]]);
  });
});
