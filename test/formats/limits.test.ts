import { writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { addMessage, EVENTS_MAX, FoundEvents, foundTransfer } from '../../src/formats/captured.ts';
import { readTrace } from '../../src/formats/index.ts';
import { changesMax, decodeWave } from '../../src/formats/wave/decode.ts';
import { testFolder } from '../cli/folder.ts';

// A packed session of a megabyte has a thousand megabytes of samples, and each of them can be a change.

const folder = testFolder();
const OPTIONS = { channels: [], spiMode: 0 };

it('keeps as many events as there is memory for, and says what to do with more', () => {
  const events = new FoundEvents();
  const event = foundTransfer({ bus: 0, segments: [] }, 1);
  for (let count = 0; count < EVENTS_MAX; count++) events.add(event);
  expect(() => events.add(event)).toThrow(
    'more than 1000000 transfers and edges; cut the trace into parts and convert each',
  );
});

it('looks at so many changes of levels, and at no more', () => {
  const changes = (count: number) => ({
    names: ['SCL', 'SDA'],
    idle: [true, true],
    steps: Array.from({ length: count }, (_, at) => ({ atNs: at, levels: [at % 2 === 0, true] })),
  });
  expect([...decodeWave(changes(10), OPTIONS, 10).events]).toEqual([]);
  expect(() => decodeWave(changes(11), OPTIONS, 10)).toThrow(
    'more than 10 changes of levels; cut the trace into parts and convert each',
  );
});

it('looks at fewer changes where there are more channels', () => {
  expect([2, 16, 512].map(changesMax)).toEqual([67_108_864, 67_108_864, 4_194_304]);
});

it('takes so many messages in a transfer, and no more', () => {
  const messages = new Array(2 ** 16 - 1).fill(0);
  addMessage(messages, 1);
  expect(() => addMessage(messages, 1)).toThrow(
    'more than 65536 messages in a transfer; its end may be missing',
  );
  const events = new FoundEvents();
  const segments = new Array(2 ** 16).fill({
    target: 1,
    tenBit: false,
    sent: undefined,
    received: undefined,
  });
  const event = foundTransfer({ bus: 0, segments }, 1);
  for (let count = 0; count < 61; count++) events.add(event);
  expect(() => events.add(event)).toThrow(
    'more than 4000000 messages; cut the trace into parts and convert each',
  );
});

const LONG = 2 ** 20 + 1;
const HEAD = '$timescale 1 ns $end $var wire 1 ! SCL $end $var wire 1 " SDA $end $enddefinitions $end\n';
const IN_LINE = 'the line is longer than 1048576 characters; write an event or a row a line';
const manyBuses = Array.from({ length: 4097 }, (_, bus) => bus);
const I2C_EVENT = (bus: number) => `a-1 [000] ..... 1.0: i2c_result: i2c-${bus} n=1 ret=1\n`;
const restarted = 'x,start,0,0,,,,,,\n'.concat('x,address,0,0,true,0x48,false,,,\n'.repeat(2 ** 16 + 1));
const TABLE = 'name,type,start_time,duration,"ack","address","read","data","mosi","miso"\n';

it.each([
  ['csv', ','.repeat(LONG), `:1: ${IN_LINE}`],
  ['csv', `Time [s],SCL,SDA\n${','.repeat(LONG)}`, `:2: ${IN_LINE}`],
  ['csv', `Time [s]${',A'.repeat(4097)}\n`, ':1: more than 4097 columns; export fewer channels'],
  ['csv', TABLE + restarted, 'more than 65536 messages in a transfer; its end may be missing'],
  [
    'csv',
    TABLE + manyBuses.map((bus) => `x${bus},start,0,0,,,,,,\n`).join(''),
    ':4098: more than 4096 analysers without a stop or disable',
  ],
  ['txt', `\n\n${' '.repeat(LONG)}`, `:3: ${IN_LINE}`],
  [
    'txt',
    manyBuses.map(I2C_EVENT).join(''),
    'more than 4096 buses; cut the trace into parts and convert each',
  ],
  ['vcd', `${HEAD}#0 ${'1! '.repeat(LONG / 3 + 1)}`, `:2: ${IN_LINE}`],
  [
    'vcd',
    `$var wire 1 ! ${' '.repeat(2 ** 16)}SCL $end`,
    ':1: invalid $var: longer than 65536 characters; its $end may be missing',
  ],
])('bounds what a text fills the memory with: .%s %#', (ending, text, sentence) => {
  const file = folder.path(`long.${ending}`);
  writeFileSync(file, text);
  expect(() => readTrace(file, ending === 'txt' ? 'ftrace' : (ending as 'csv' | 'vcd'), OPTIONS)).toThrow(
    sentence,
  );
});

it('looks once at declarations of waves that have no end, and once at lines for each error', () => {
  const file = folder.path('open.vcd');
  writeFileSync(file, '$a '.repeat(2 ** 21));
  expect(() => readTrace(file, 'vcd', OPTIONS)).toThrow('not a VCD file: expected $enddefinitions $end');
  writeFileSync(file, '$timescale 1 ns $end\n'.repeat(2 ** 18));
  expect(() => readTrace(file, 'vcd', OPTIONS)).toThrow('not a VCD file: expected $enddefinitions $end');
});

it('describes so many interfaces of a capture, and no more', () => {
  const words = (...values: number[]) => Buffer.from(Uint32Array.from(values).buffer);
  const section = words(0x0a0d_0d0a, 28, 0x1a2b_3c4d, 1, 0xffff_ffff, 0xffff_ffff, 28);
  const one = words(1, 20, 209, 0, 20);
  const file = folder.path('many.pcapng');
  writeFileSync(file, Buffer.concat([section, ...new Array(2 ** 16 + 1).fill(one)]));
  expect(() => readTrace(file, 'pcapng', OPTIONS)).toThrow(
    'more than 65536 interfaces; write fewer into the file',
  );
});

/** A session whose table of contents says that each file of samples has `size` bytes. */
function session(chunks: number, size: number): string {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  const add = (name: string, text: string, said: number) => {
    const packed = deflateRawSync(text);
    const head = Buffer.alloc(26);
    head.writeUInt16LE(8, 4);
    head.writeUInt32LE(crc32(text), 10);
    head.writeUInt32LE(packed.length, 14);
    head.writeUInt32LE(said, 18);
    head.writeUInt16LE(name.length, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(at, 10);
    const file = Buffer.concat([Buffer.from('PK\x03\x04'), head, Buffer.from(name), packed]);
    central.push(Buffer.from('PK\x01\x02\0\0'), head, rest, Buffer.from(name));
    local.push(file);
    at += file.length;
  };
  const metadata =
    'capturefile=logic-1\ntotal probes=2\nsamplerate=1 MHz\nprobe1=SCL\nprobe2=SDA\nunitsize=1\n';
  add('metadata', metadata, metadata.length);
  for (let chunk = 1; chunk <= chunks; chunk++) add(`logic-1-${chunk}`, '', size);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(chunks + 1, 10);
  end.writeUInt32LE(at, 16);
  const file = folder.path(`${chunks}-${size}.sr`);
  writeFileSync(file, Buffer.concat([...local, ...central, end]));
  return file;
}

it.each([
  [1, 2 ** 28 + 1, 'logic-1-1 is larger than 268435456 bytes'],
  [17, 2 ** 28, 'the session has more than 4294967296 bytes of samples'],
])('unpacks no more of a session than it has room for: %d files of %d bytes', (chunks, size, sentence) => {
  expect(() => readTrace(session(chunks, size), 'sr', OPTIONS)).toThrow(sentence);
});
