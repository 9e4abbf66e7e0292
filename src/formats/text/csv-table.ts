import { hexByte } from '../../bus/index.ts';
import { busName } from '../../trace/decode.ts';
import type { TracedBus, TracedTransfer } from '../../trace/index.ts';
import type { Captured } from '../captured.ts';
import type { Meaning } from '../meaning.ts';
import { nackOf } from '../nack.ts';
import { csvText } from './csv.ts';

const BYTE_BITS = 9;

/**
 * Writes what happened as a table, a row for each byte, with the columns of Saleae's Logic 2: times in seconds. They are
 * shared out over a transfer by its bits. The last columns are dtbus's own: errno, and what a transfer means.
 */
export function writeTable(captured: Captured, meaning: Meaning, put: (text: string) => void): void {
  put('name,type,start_time,duration,"ack","address","read","data","mosi","miso","errno","meaning"\n');
  for (const { atNs, what } of captured.events) {
    if (what.kind === 'lost') put(`"",lost,${secondsText(atNs)},0,,,,,,,,"${what.count} events were lost"\n`);
    else if (what.kind === 'edge')
      put(
        `${csvText(what.name || `line${what.line}`)},${what.high ? 'rise' : 'fall'},${secondsText(atNs)},0,,,,,,,,\n`,
      );
    else {
      const bus = captured.buses[what.bus] as TracedBus;
      const { part, text } = meaning(what);
      const end = `${what.fault ?? ''},${csvText(part === '' ? text : `${part}: ${text}`)}`;
      if (bus.kind === 'i2c') i2cRows(bus, what, atNs, end, put);
      else spiRows(bus, what, atNs, end, put);
    }
  }
}

function i2cRows(
  bus: TracedBus,
  transfer: TracedTransfer,
  atNs: number,
  end: string,
  put: (text: string) => void,
): void {
  const { segments, wireMs } = transfer;
  const nack = nackOf(transfer);
  const bytes = segments.reduce((sum, { sent, received }) => sum + 1 + ((sent ?? received)?.length ?? 0), 0);
  const unitNs = (wireMs * 1e6) / (bytes * BYTE_BITS + segments.length + 1);
  const name = csvText(busName(bus));
  let now = atNs;
  const row = (type: string, bits: number, fields: string, tail = ',') => {
    put(`${name},${type},${secondsText(now)},${secondsText(bits * unitNs)},${fields},,,${tail}\n`);
    now += bits * unitNs;
  };
  for (const [index, { target, sent, received }] of segments.entries()) {
    if (nack !== undefined && index > nack.message) break;
    const refused = nack?.message === index ? nack.byte : undefined;
    const read = sent === undefined;
    row('start', 1, ',,,', index === 0 ? end : ',');
    row('address', BYTE_BITS, `${refused !== -1},${hexByte(target)},${read},`);
    if (refused === -1) break;
    const { bytes: known, length } = (sent ?? received) as NonNullable<typeof sent>;
    for (let at = 0; at < known.length && at <= (refused ?? length); at++) {
      const acknowledged = refused === undefined ? !read || at < length - 1 : at < refused;
      row('data', BYTE_BITS, `${acknowledged},,,${hexByte(known[at] as number)}`);
    }
  }
  row('stop', 1, ',,,');
}

function spiRows(
  bus: TracedBus,
  { segments, wireMs }: TracedTransfer,
  atNs: number,
  end: string,
  put: (text: string) => void,
): void {
  const known = segments.map(({ sent, received }) =>
    Math.max(sent?.bytes.length ?? 0, received?.bytes.length ?? 0),
  );
  const unitNs =
    (wireMs * 1e6) /
    Math.max(
      1,
      known.reduce((sum, length) => sum + length, 0),
    );
  const name = csvText(`${busName(bus)}.${segments[0]?.target ?? 0}`);
  put(`${name},enable,${secondsText(atNs)},0,,,,,,,${end}\n`);
  let now = atNs;
  for (const [index, { sent, received }] of segments.entries()) {
    for (let at = 0; at < (known[index] as number); at++) {
      const byte = (from: Uint8Array | undefined) => (from === undefined ? '' : hexByte(from[at] ?? 0));
      const data = `${byte(sent?.bytes)},${byte(received?.bytes)}`;
      put(`${name},result,${secondsText(now)},${secondsText(unitNs)},,,,,${data},,\n`);
      now += unitNs;
    }
  }
  put(`${name},disable,${secondsText(now)},0,,,,,,,,\n`);
}

function secondsText(ns: number): string {
  return (ns / 1e9).toFixed(9);
}
