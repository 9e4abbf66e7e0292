import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeHeader,
  decodePayload,
  encodeMessage,
  type Payload,
  u64,
} from '../../../../src/transport/vhost-user/messages/message.ts';
import {
  HEADER_BYTES,
  type PayloadKind,
  REQUEST,
} from '../../../../src/transport/vhost-user/messages/protocol.ts';

/** Bytes written as in a dump. */
const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'));
const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const decode = (kind: PayloadKind, text: string): Payload => decodePayload(kind, viewOf(hex(text)));

function encode(request: number, flags: number, payload: Payload): string {
  const view = new DataView(new ArrayBuffer(600));
  const length = encodeMessage(view, request, flags, payload);
  return Buffer.from(view.buffer, 0, length).toString('hex');
}

describe('header: u32 request, u32 flags, u32 size', () => {
  it('has version 1 in its flags', () => {
    expect(encode(REQUEST.SET_OWNER, 0, { kind: 'none' })).toBe('030000000100000000000000');
    expect(encode(REQUEST.GET_FEATURES, 4, u64(2 ** 32 + 2 ** 30))).toBe(
      '010000000500000008000000' + '0000004001000000',
    );
  });

  it('is taken apart', () => {
    expect(decodeHeader(viewOf(hex('12000000 09000000 08000000')))).toEqual({
      request: 18,
      flags: 9,
      size: 8,
    });
  });

  it.each([
    ['version 0', '12000000 08000000 08000000', /protocol version: expected 1, got 0/],
    ['version 2', '12000000 02000000 08000000', /protocol version: expected 1, got 2/],
    [
      'a payload beyond every message',
      '12000000 01000000 01020000',
      /payload too long: expected at most 512 bytes, got 513/,
    ],
    ['a payload of 4 GiB', '12000000 01000000 ffffffff', /payload too long: .*got 4294967295/],
  ])('is refused with %s', (_, text, reason) => {
    expect(() => decodeHeader(viewOf(hex(text)))).toThrow(reason);
  });
});

describe('payloads, byte for byte (vhost-user, "Message Specification")', () => {
  it('vring state: u32 index, u32 num', () => {
    expect(decode('vring-state', '01000000 00010000')).toEqual({ kind: 'vring-state', index: 1, num: 256 });
  });

  it('vring addresses: u32 index, u32 flags, u64 descriptor, used, available, log', () => {
    const text = '02000000 01000000 0010000000600000 0020000000600000 0030000000600000 00f0000000000000';
    expect(decode('vring-addr', text)).toEqual({
      kind: 'vring-addr',
      index: 2,
      flags: 1,
      descriptor: 0x6000_0000_1000,
      used: 0x6000_0000_2000,
      available: 0x6000_0000_3000,
      log: 0xf000,
    });
  });

  it('vring addresses: the log address is looked at only when there is a log (UML leaves -1 there)', () => {
    const text = '00000000 00000000 0010000000600000 0020000000600000 0030000000600000 ffffffffffffffff';
    expect(decode('vring-addr', text)).toMatchObject({ flags: 0, log: 0 });
  });

  it('memory table: u32 count, u32 padding, then guest address, size, user address, mmap offset', () => {
    const text =
      '02000000 00000000' +
      '0000000000000000 0000000800000000 0000000000700000 0000000000000000' +
      '0000000001000000 0010000000000000 0000000800700000 0000000800000000';
    expect(decode('memory-table', text)).toEqual({
      kind: 'memory-table',
      regions: [
        { guestAddress: 0, size: 0x0800_0000, userAddress: 0x7000_0000_0000, mmapOffset: 0 },
        {
          guestAddress: 0x1_0000_0000,
          size: 0x1000,
          userAddress: 0x7000_0800_0000,
          mmapOffset: 0x0800_0000,
        },
      ],
    });
  });

  it('memory table: may come with all eight places, used or not', () => {
    const region = `${'00'.repeat(8)}0010000000000000${'00'.repeat(16)}`;
    const payload = decode('memory-table', `01000000 00000000${region}${'00'.repeat(7 * 32)}`);
    expect(payload).toMatchObject({ regions: [{ size: 0x1000 }] });
  });

  it('single memory region: u64 padding, then the region', () => {
    const text = '0000000000000000 0010000000000000 0020000000000000 0000000000700000 0030000000000000';
    expect(decode('memory-region', text)).toEqual({
      kind: 'memory-region',
      region: { guestAddress: 0x1000, size: 0x2000, userAddress: 0x7000_0000_0000, mmapOffset: 0x3000 },
    });
  });

  it('configuration: u32 offset, u32 size, u32 flags, then the bytes', () => {
    expect(decode('config', '04000000 02000000 00000000 aabb')).toEqual({
      kind: 'config',
      offset: 4,
      size: 2,
      flags: 0,
      bytes: hex('aabb'),
    });
    expect(decode('config', '04000000 02000000 01000000')).toMatchObject({
      size: 2,
      bytes: new Uint8Array(0),
    });
  });

  it('inflight description: u64 size, u64 offset, u16 queues, u16 queue size, with or without C’s padding', () => {
    const text = '8000000000000000 1000000000000000 0100 4000';
    const wanted = { kind: 'inflight', mmapSize: 128, mmapOffset: 16, queues: 1, queueSize: 64 };
    expect(decode('inflight', text)).toEqual({ ...wanted, padded: false });
    expect(decode('inflight', `${text}00000000`)).toEqual({ ...wanted, padded: true });
  });

  it('log: u64 size, u64 offset', () => {
    expect(decode('log-base', '0010000000000000 0800000000000000')).toEqual({
      kind: 'log-base',
      size: 4096,
      offset: 8,
    });
  });
});

describe('what cannot be is refused', () => {
  const region = (size: string, offset = '0000000000000000'): string =>
    `0000000000000000 0000000000000000 ${size} 0000000000000000 ${offset}`;

  it.each<[string, PayloadKind, string, RegExp]>([
    ['no payload where there is one', 'none', '00', /\(none\): expected 0 bytes, got 1/],
    ['a short u64', 'u64', '00000000', /\(u64\): expected 8 bytes, got 4/],
    ['a long vring state', 'vring-state', '00'.repeat(9), /\(vring-state\): expected 8 bytes, got 9/],
    ['short vring addresses', 'vring-addr', '00'.repeat(39), /\(vring-addr\): expected 40 bytes, got 39/],
    [
      'a ring beyond 2^53',
      'vring-addr',
      `0000000000000000 0000000000002000 ${'00'.repeat(24)}`,
      /descriptor table address 0x20000000000000 is beyond 2\^53/,
    ],
    ['a table without a count', 'memory-table', '00000000', /\(memory-table\): expected 8 bytes, got 4/],
    [
      'nine regions',
      'memory-table',
      `09000000 00000000${'00'.repeat(288)}`,
      /expected at most 8 regions, got 9/,
    ],
    ['fewer regions than claimed', 'memory-table', `02000000 00000000${'00'.repeat(32)}`, /got 40/],
    ['2^32-1 regions', 'memory-table', 'ffffffff 00000000', /regions, got 4294967295/],
    ['a region size beyond 2^53', 'memory-region', region('ffffffffffffffff'), /region size 0xf+ is beyond/],
    [
      'a region whose end is beyond 2^53',
      'memory-region',
      region('ffffffffffff1f00', '0000000000001000'),
      /ends beyond 2\^53/,
    ],
    ['a short log', 'log-base', '00'.repeat(8), /\(log-base\): expected 16 bytes, got 8/],
    ['configuration without its head', 'config', '00'.repeat(11), /\(config\): expected 12 bytes, got 11/],
    [
      'configuration of 257 bytes',
      'config',
      '00000000 01010000 00000000',
      /invalid configuration range: expected at most 256 bytes, got 257 at 0/,
    ],
    [
      'configuration that wraps',
      'config',
      'ffffffff 02000000 00000000',
      /invalid configuration range: expected at most 256 bytes, got 2 at 4294967295/,
    ],
    [
      'half the configuration',
      'config',
      '00000000 04000000 00000000 aabb',
      /\(config\): expected 12 or 16 bytes, got 14/,
    ],
    [
      'a short inflight description',
      'inflight',
      '00'.repeat(16),
      /\(inflight\): expected 20 or 24 bytes, got 16/,
    ],
  ])('%s', (_, kind, text, reason) => {
    expect(() => decode(kind, text)).toThrow(reason);
    expect(() => decode(kind, text)).toThrow(expect.objectContaining({ name: 'VhostUserError' }));
  });
});

describe('encoding and decoding', () => {
  const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
  const address = fc.integer({ min: 0, max: 2 ** 52 - 1 });
  const regions = fc.record({
    guestAddress: address,
    size: address,
    userAddress: address,
    mmapOffset: address,
  });
  const u16 = fc.integer({ min: 0, max: 0xffff });
  const payload = fc.oneof<fc.Arbitrary<Payload>[]>(
    fc.constant({ kind: 'none' }),
    fc.record({ kind: fc.constant('u64'), low: u32, high: u32 }),
    fc.record({ kind: fc.constant('vring-state'), index: u32, num: u32 }),
    fc.record({
      kind: fc.constant('vring-addr'),
      index: u32,
      flags: fc.constant(1),
      descriptor: address,
      used: address,
      available: address,
      log: address,
    }),
    fc.record({ kind: fc.constant('memory-table'), regions: fc.array(regions, { maxLength: 8 }) }),
    fc.record({ kind: fc.constant('memory-region'), region: regions }),
    fc.record({ kind: fc.constant('log-base'), size: address, offset: address }),
    fc
      .tuple(fc.uint8Array({ maxLength: 128 }), fc.integer({ min: 0, max: 128 }), u32)
      .map(([bytes, offset, flags]) => ({ kind: 'config', offset, size: bytes.length, flags, bytes })),
    fc.record({
      kind: fc.constant('inflight'),
      mmapSize: address,
      mmapOffset: address,
      queues: u16,
      queueSize: u16,
      padded: fc.boolean(),
    }),
  );

  it('give back what went in, in a message of the size that the header says', () => {
    fc.assert(
      fc.property(payload, fc.integer({ min: 1, max: 42 }), (sent, request) => {
        const view = new DataView(new ArrayBuffer(600));
        const length = encodeMessage(view, request, 0, sent);
        const header = decodeHeader(view);
        expect(header).toEqual({ request, flags: 1, size: length - HEADER_BYTES });
        expect(decodePayload(sent.kind, new DataView(view.buffer, HEADER_BYTES, header.size))).toEqual(sent);
      }),
    );
  });

  it('take any bytes: a value or a VhostUserError, nothing else', () => {
    const kinds: PayloadKind[] = [
      'none',
      'u64',
      'vring-state',
      'vring-addr',
      'memory-table',
      'memory-region',
      'log-base',
      'config',
      'inflight',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...kinds), fc.uint8Array({ maxLength: 300 }), (kind, bytes) => {
        try {
          expect(decodePayload(kind, viewOf(bytes)).kind).toBe(kind);
        } catch (error) {
          expect(error).toMatchObject({ name: 'VhostUserError' });
        }
      }),
      { numRuns: 2000 },
    );
  });
});
