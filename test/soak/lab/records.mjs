// What the processes of a lab write down, and how it is read again.
import { existsSync, readFileSync } from 'node:fs';

/** Of a transfer: its client (u32) and the how-manieth of it (u32). */
export const NUMBER_BYTES = 8;
const WIRE_BYTES = NUMBER_BYTES + 8;

/** ns of the monotonic clock, which all processes of a machine share. */
export const now = () => Number(process.hrtime.bigint());

export function numberOf(client, count) {
  const bytes = Buffer.alloc(NUMBER_BYTES);
  bytes.writeUInt32BE(client, 0);
  bytes.writeUInt32BE(count, 4);
  return bytes;
}

const tagOf = (bytes) => `${bytes.readUInt32BE(0)}.${bytes.readUInt32BE(4)}`;

/** What the part notes: the number, and when it was there. */
export function wireRecord(number, atNs) {
  const bytes = Buffer.alloc(WIRE_BYTES);
  bytes.set(number, 0);
  bytes.writeBigUInt64BE(atNs, NUMBER_BYTES);
  return bytes;
}

/** @returns {{ tag: string, at: number }[]} in the order of the wire */
export function readWire(file) {
  const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
  const records = [];
  for (let at = 0; at + WIRE_BYTES <= bytes.length; at += WIRE_BYTES)
    records.push({ tag: tagOf(bytes.subarray(at)), at: Number(bytes.readBigUInt64BE(at + NUMBER_BYTES)) });
  return records;
}

/** Lines of JSON; the last one of a process that was killed may be cut off. */
export function readLines(file) {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  lines.pop();
  return lines.map((line) => JSON.parse(line));
}
