import { createRequire } from 'node:module';
import { Builder, ByteBuffer } from 'flatbuffers';
import { describe, expect, it } from 'vitest';
import { dataOf, FrameReader, frameOf } from '../../../hosts/bus-pirate-5/cobs.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
} from '../../../hosts/bus-pirate-5/protocol.ts';
import { randomFrom } from '../../fuzz/random.mjs';

/** npm's packages build and read the same messages, by the numbers of fields in the firmware's schema. */
const cobs = createRequire(import.meta.url)('cobs') as {
  encode(data: Buffer): Buffer;
  decode(frame: Buffer): Buffer;
};

const SLOT = 4;

/** The place of a field of a table that npm's flatbuffers reads; 0 where it is missing. */
function fieldOf(buffer: ByteBuffer, table: number, slot: number): number {
  const offset = buffer.__offset(table, SLOT + 2 * slot);
  return offset === 0 ? 0 : table + offset;
}
const rootOf = (buffer: ByteBuffer): number => buffer.readInt32(0);

describe('requests, as npm’s flatbuffers reads them', () => {
  it('of data have both conditions, the bytes and how many are read', () => {
    const written = Uint8Array.of(0xa0, 1, 2, 3, 0);
    const bytes = encodeRequest('data', {
      start_main: true,
      data_write: written,
      bytes_read: 300,
      stop_main: true,
    });
    const buffer = new ByteBuffer(bytes);
    const packet = rootOf(buffer);
    expect(buffer.readUint8(fieldOf(buffer, packet, 0))).toBe(2);
    expect(buffer.readUint16(fieldOf(buffer, packet, 1))).toBe(0);
    expect(buffer.readUint8(fieldOf(buffer, packet, 2))).toBe(3);
    const data = buffer.__indirect(fieldOf(buffer, packet, 3));
    expect(buffer.readUint8(fieldOf(buffer, data, 0))).toBe(1);
    expect(fieldOf(buffer, data, 1)).toBe(0);
    expect(buffer.readUint16(fieldOf(buffer, data, 3))).toBe(300);
    expect(buffer.readUint8(fieldOf(buffer, data, 4))).toBe(1);
    const vector = fieldOf(buffer, data, 2);
    const [at, length] = [buffer.__vector(vector), buffer.__vector_len(vector)];
    expect([...bytes.subarray(at, at + length)]).toEqual([...written]);
    // Verifiers want every field at a multiple of its size.
    expect([packet % 4, data % 4, fieldOf(buffer, data, 3) % 2, (at - 4) % 4]).toEqual([0, 0, 0, 0]);
  });

  it('of configuration have the mode by its name and its settings', () => {
    const bytes = encodeRequest('configuration', {
      mode: 'SPI',
      mode_configuration: { speed: 1_000_000, data_bits: 8, clock_polarity: true, chip_select_idle: false },
      psu_enable: true,
      psu_set_mv: 3300,
      io_direction_mask: 4,
      io_direction: 0,
    });
    const buffer = new ByteBuffer(bytes);
    const packet = rootOf(buffer);
    expect(buffer.readUint8(fieldOf(buffer, packet, 2))).toBe(2);
    const table = buffer.__indirect(fieldOf(buffer, packet, 3));
    expect(buffer.__string(fieldOf(buffer, table, 0))).toBe('SPI');
    expect(buffer.readUint8(fieldOf(buffer, table, 5))).toBe(1);
    expect(buffer.readUint32(fieldOf(buffer, table, 6))).toBe(3300);
    expect(buffer.readUint8(fieldOf(buffer, table, 10))).toBe(4);
    // The firmware looks whether a field is there: a 0 that is meant is sent.
    expect(fieldOf(buffer, table, 11)).not.toBe(0);
    const mode = buffer.__indirect(fieldOf(buffer, table, 1));
    expect(buffer.readUint32(fieldOf(buffer, mode, 0))).toBe(1_000_000);
    expect(buffer.readUint8(fieldOf(buffer, mode, 7))).toBe(1);
    expect(fieldOf(buffer, mode, 8)).toBe(0);
    expect(buffer.readUint8(fieldOf(buffer, mode, 9))).toBe(0);
  });
});

/** A packet of npm's builder around the table that `build` ends. */
function built(type: number, build: (builder: Builder) => number, slots = 3): Uint8Array {
  const builder = new Builder(16);
  const contents = build(builder);
  builder.startObject(slots);
  builder.addFieldInt8(slots - 2, type, 0);
  builder.addFieldOffset(slots - 1, contents, 0);
  builder.finish(builder.endObject());
  return builder.asUint8Array();
}

describe('answers of npm’s builder, as we read them', () => {
  it('of data have what was read', () => {
    const bytes = built(3, (builder) => {
      const read = builder.createByteVector(Uint8Array.of(9, 8, 0));
      builder.startObject(3);
      builder.addFieldOffset(1, read, 0);
      builder.addFieldInt8(2, 1, 0);
      return builder.endObject();
    });
    const { error, contents } = decodeResponse(bytes);
    expect(error).toBeUndefined();
    expect(contents).toEqual({
      name: 'data',
      fields: { data_read: Uint8Array.of(9, 8, 0), is_async: true },
    });
  });

  it('of status have names of modes and the pins', () => {
    const bytes = built(1, (builder) => {
      const names = ['HiZ', 'I2C', 'SPI'].map((name) => builder.createString(name));
      builder.startVector(4, names.length, 4);
      for (const name of names.toReversed()) builder.addOffset(name);
      const modes = builder.endVector();
      const current = builder.createString('I2C');
      builder.startObject(29);
      builder.addFieldInt8(1, 2, 0);
      builder.addFieldOffset(9, modes, 0);
      builder.addFieldOffset(10, current, 0);
      builder.addFieldInt8(25, 0xf3, 0);
      return builder.endObject();
    });
    expect(decodeResponse(bytes).contents).toEqual({
      name: 'status',
      fields: {
        version_flatbuffers_major: 2,
        modes_available: ['HiZ', 'I2C', 'SPI'],
        mode_current: 'I2C',
        io_value: 0xf3,
      },
    });
  });

  it('say in words what was not understood', () => {
    const builder = new Builder(16);
    const text = builder.createString('COBS decode failed');
    builder.startObject(3);
    builder.addFieldOffset(0, text, 0);
    builder.finish(builder.endObject());
    expect(decodeResponse(builder.asUint8Array())).toEqual({
      error: 'COBS decode failed',
      contents: undefined,
    });
  });
});

describe('what is no FlatBuffer', () => {
  it('is a RangeError, or has other values, and never more than it has bytes', () => {
    const random = randomFrom(5);
    const good = [
      encodeRequest('configuration', { mode: 'I2C', mode_configuration: { speed: 1000 } }),
      encodeResponse('status', { modes_available: ['HiZ', 'I2C'], mode_current: 'HiZ', io_value: 1 }),
      encodeResponse('data', { data_read: new Uint8Array(40).fill(7) }),
    ];
    let refused = 0;
    for (let round = 0; round < 3000; round++) {
      const bytes = Uint8Array.from(good[round % good.length] as Uint8Array);
      for (let n = 1 + random(3); n > 0; n--) bytes[random(bytes.length)] = random(256);
      const cut = bytes.subarray(0, random(4) === 0 ? random(bytes.length) : bytes.length);
      for (const decode of [decodeRequest, decodeResponse])
        try {
          decode(cut);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          refused++;
        }
    }
    expect(refused).toBeGreaterThan(1000);
  });
});

describe('frames', () => {
  const lengths = [0, 1, 2, 253, 254, 255, 256, 507, 508, 509, 600];

  it.each(lengths)('of %i bytes are read by npm’s cobs, and those of npm’s by us', (length) => {
    const random = randomFrom(length + 1);
    for (const zeros of [0, 3, 300]) {
      const data = Buffer.from(Array.from({ length }, () => (random(300) < zeros ? 0 : 1 + random(255))));
      const frame = Buffer.from(frameOf(data));
      expect(frame.indexOf(0)).toBe(frame.length - 1);
      if (length > 0) expect(cobs.decode(frame.subarray(0, -1))).toEqual(data);
      if (length > 0) expect(Buffer.from(dataOf(cobs.encode(data)))).toEqual(data);
      expect(Buffer.from(dataOf(frame.subarray(0, -1)))).toEqual(data);
    }
  });

  it('come in pieces; one that is cut off or too long is told as none', () => {
    const taken: (number[] | undefined)[] = [];
    const reader = new FrameReader(8, (data) => taken.push(data && [...data]));
    for (const byte of frameOf(Uint8Array.of(1, 0, 2))) reader.read(Uint8Array.of(byte));
    reader.read(Uint8Array.of(9, 1, 2, 0));
    reader.read(new Uint8Array(5000).fill(1));
    reader.read(Uint8Array.of(0, ...frameOf(Uint8Array.of(5))));
    expect(taken).toEqual([[1, 0, 2], undefined, undefined, [5]]);
  });
});
