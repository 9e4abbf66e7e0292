import { describe, expect, it } from 'vitest';
import { BusFault } from '../../src/bus/index.ts';
import { FrameWriter } from '../../src/remote/fields.ts';
import { FrameCutter } from '../../src/remote/frame-cutter.ts';
import {
  type AskedFrame,
  decodeAsked,
  decodeTold,
  FRAME_MAX,
  putFrame,
  type ToldFrame,
} from '../../src/remote/frames.ts';
import { randomFrom } from '../fuzz/random.mjs';
import { encodeFrame } from './support.ts';

const READ: AskedFrame = {
  kind: 'i2c',
  id: 7,
  bus: 1,
  fence: 1_790_000_000_001,
  leftNs: 1e9,
  messages: [
    { addr: 0x48, flags: 0, length: 1, data: Uint8Array.of(0) },
    { addr: 0x48, flags: 1, length: 2, data: Uint8Array.of() },
  ],
};

const DONE: ToldFrame = {
  kind: 'done',
  id: 7,
  fault: { errno: 121, sentence: 'refused', reason: undefined, nack: { message: 0, byte: 1 } },
  received: [Uint8Array.of(0x1f, 0x80)],
  queuedNs: 0,
  wireNs: 290_000,
};

const WATCHING: ToldFrame = {
  kind: 'watching',
  id: 3,
  board: {
    file: 'far.dts',
    sha256: '00ff',
    buses: [
      {
        kind: 1,
        number: 2,
        path: '/spi',
        parts: [
          {
            ...{
              reg: [0, 0x8000_0048],
              name: 'flash@0',
              path: '/spi/flash@0',
              compatible: ['jedec,spi-nor'],
            },
            ...{ addressWidth: undefined, size: 1 << 24 },
          },
        ],
      },
    ],
  },
  run: 'v4-a-run',
  sequence: 0xffff_ffff,
  only: ['/spi/flash@0'],
};

/** By hand: a frame's layout is written down here a second time on purpose. */
const READ_BYTES = Buffer.from(
  '36000000' + // 54 bytes follow
    '02' + // i2c
    '0000000000001c40' + // id, as a double
    '0100' + // bus
    '0010c006450c7a42' + // fence, as a double
    '0000000065cdcd41' + // 1e9 ns
    '0200' + // two messages
    '4800' +
    '0000' +
    '01000000' +
    '01000000' +
    '00' +
    '4800' +
    '0100' +
    '02000000' +
    '00000000',
  'hex',
);

const faultOf = (run: () => unknown) => {
  try {
    run();
  } catch (error) {
    if (error instanceof BusFault) return error.message;
    throw error;
  }
  return undefined;
};

const body = (frame: AskedFrame | ToldFrame) => encodeFrame(frame).subarray(4);

describe('a frame', () => {
  it('is its length, its kind and its fields, little-endian', () => {
    const made = encodeFrame(READ);
    expect(made.toString('hex')).toBe(READ_BYTES.toString('hex'));
  });

  it('comes back as it was sent, both ways', () => {
    const asked = decodeAsked(body(READ));
    expect(asked).toMatchObject({ kind: 'i2c', id: 7, bus: 1, fence: 1_790_000_000_001, leftNs: 1e9 });
    const messages = asked.kind === 'i2c' ? asked.messages : [];
    expect(messages.map(({ data, ...message }) => ({ ...message, data: [...data] }))).toEqual([
      { addr: 0x48, flags: 0, length: 1, data: [0] },
      { addr: 0x48, flags: 1, length: 2, data: [] },
    ]);
    const told = decodeTold(body(DONE));
    expect(told).toMatchObject({ kind: 'done', id: 7, fault: { errno: 121, nack: { message: 0, byte: 1 } } });
    expect(told.kind === 'done' && [...(told.received[0] ?? [])]).toEqual([0x1f, 0x80]);
  });

  it('of a watched board has all that records are read by', () => {
    expect(decodeTold(body(WATCHING))).toEqual(WATCHING);
  });

  it('is not taken for one of the other end', () => {
    expect(faultOf(() => decodeTold(body(READ)))).toBe(
      'EPROTO: invalid frame: kind 2 is not known in version 4',
    );
  });

  it.each([
    ['that ends early', body(READ).subarray(0, 20), 'it ends in the middle of a field'],
    ['with more behind it', Buffer.concat([body(READ), Buffer.of(0)]), '1 bytes behind its last field'],
    [
      'whose list has no end',
      Buffer.concat([body(READ).subarray(0, 27), Buffer.of(0xff, 0xff)]),
      'a list of 65535: expected at most 4096',
    ],
    [
      'whose time is no number',
      patched(body(READ), 19, Buffer.of(0, 0, 0, 0, 0, 0, 0xf8, 0x7f)),
      'time or fence NaN: expected a number from 0 on',
    ],
  ])('%s is refused with EPROTO', (_, bytes, sentence) => {
    expect(faultOf(() => decodeAsked(bytes))).toBe(`EPROTO: invalid frame: ${sentence}`);
  });

  it('is never made longer than the other end takes', () => {
    const data = new Uint8Array(FRAME_MAX);
    const frame: AskedFrame = { ...READ, messages: [{ addr: 0x50, flags: 0, length: data.length, data }] };
    expect(faultOf(() => encodeFrame(frame))).toMatch(
      /^EPROTO: invalid frame: \d+ bytes: expected at most 1048576$/,
    );
  });
});

describe('a stream of frames', () => {
  const stream = Buffer.concat([
    encodeFrame(READ),
    encodeFrame({ kind: 'cancel', id: 9 }),
    encodeFrame(READ),
  ]);

  it.each([1, 3, 4, 5, 60, 1000])('is cut right where it comes in pieces of %i bytes', (piece) => {
    const cutter = new FrameCutter(FRAME_MAX);
    const kinds: string[] = [];
    for (let at = 0; at < stream.length; at += piece)
      for (const frame of cutter.feed(stream.subarray(at, at + piece))) kinds.push(decodeAsked(frame).kind);
    expect(kinds).toEqual(['i2c', 'cancel', 'i2c']);
    expect(cutter.isInFrame).toBe(false);
  });

  it('costs no memory for a length that is only announced', () => {
    const cutter = new FrameCutter(FRAME_MAX);
    const before = process.memoryUsage().arrayBuffers;
    const many = Array.from({ length: 200 }, () => new FrameCutter(FRAME_MAX));
    for (const each of [cutter, ...many]) expect([...each.feed(Buffer.of(0, 0, 16, 0, 1))]).toEqual([]);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2_000_000);
  });

  it.each([
    ['an empty frame', Buffer.of(0, 0, 0, 0)],
    ['one that is too long', Buffer.of(1, 0, 16, 0)],
    ['text of a stranger', Buffer.from('GET / HTTP/1.1\r\n')],
  ])('ends at %s', (_, bytes) => {
    expect(faultOf(() => [...new FrameCutter(FRAME_MAX).feed(bytes)])).toMatch(
      /^EPROTO: invalid frame: \d+ bytes: expected 1 to/,
    );
    const slowly = new FrameCutter(FRAME_MAX);
    expect(faultOf(() => [...bytes].flatMap((byte) => [...slowly.feed(Buffer.of(byte))]))).toMatch(/^EPROTO/);
  });
});

it('decodes 20,000 broken frames to a frame or EPROTO, and nothing else', () => {
  const random = randomFrom(20_261_129);
  const seeds = [READ, DONE, WATCHING, { kind: 'list', id: 1 } as AskedFrame].map((frame) => body(frame));
  const seen = { frames: 0, faults: 0 };
  for (let round = 0; round < 20_000; round++) {
    const bytes = Buffer.from(seeds[random(seeds.length)] as Buffer);
    for (let flips = random(4); flips >= 0; flips--) bytes[random(bytes.length)] = random(256);
    const cut = bytes.subarray(0, 1 + random(bytes.length));
    for (const decode of [decodeAsked, decodeTold])
      if (faultOf(() => decode(random(2) === 0 ? bytes : cut)) === undefined) seen.frames++;
      else seen.faults++;
  }
  expect(seen.frames).toBeGreaterThan(1000);
  expect(seen.faults).toBeGreaterThan(1000);
});

function patched(bytes: Buffer, at: number, by: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  by.copy(copy, at);
  return copy;
}

it('leaves nothing of a frame that is too long among those before and behind it', () => {
  const writer = new FrameWriter();
  const short: AskedFrame = { kind: 'cancel', id: 9 };
  putFrame(writer, short);
  const tooLong = { addr: 0x50, flags: 0, length: FRAME_MAX, data: new Uint8Array(FRAME_MAX) };
  expect(() => putFrame(writer, { ...READ, messages: [tooLong] })).toThrow('invalid frame');
  putFrame(writer, short);
  expect(writer.finish()).toEqual(Buffer.concat([encodeFrame(short), encodeFrame(short)]));
});
