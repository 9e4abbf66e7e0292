import { writeFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { EVENTS_MAX, FoundEvents, foundTransfer } from '../../src/formats/captured.ts';
import { readTrace } from '../../src/formats/index.ts';
import { decodeWave } from '../../src/formats/wave/decode.ts';
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
