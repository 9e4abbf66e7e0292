import type { TracedBus } from '../../trace/index.ts';
import {
  addMessage,
  type Captured,
  FoundEvents,
  type FoundTransfer,
  foundTransfer,
  wholeBytes,
} from '../captured.ts';
import { BUSES_MAX, FoundBuses } from '../found-buses.ts';
import { LANES_MAX } from '../wave/channels.ts';
import { decodeWave, type WaveOptions } from '../wave/decode.ts';
import { type WaveChange, WaveError } from '../wave/samples.ts';
import { csvFields } from './csv.ts';
import { linesOf } from './lines.ts';

/**
 * Reads what Saleae's Logic 2 exports as CSV: the digital channels (`Time [s],Channel 0,…`), or the table of its I2C and
 * SPI analysers (`name,type,start_time,…`), which `dtbus convert` writes too. @throws {WaveError}
 */
export function readSaleae(text: string, options: WaveOptions): Captured {
  const [[, first] = [1, '']] = linesOf(text);
  const columns = csvFields(first.replace(/^\uFEFF/, '').trimEnd());
  if (columns.length > LANES_MAX + 1)
    throw new WaveError(`more than ${LANES_MAX + 1} columns; export fewer channels`, 1);
  if (columns[0] === 'name' && columns[1] === 'type' && columns.includes('start_time'))
    return readTable(text, columns);
  if (/^time ?\[s\]$/i.test(columns[0] ?? '') && columns.length > 1 && columns[1] !== 'Packet ID')
    return readDigital(text, columns.slice(1), options);
  throw new WaveError(
    'not an export of Logic 2: expected `Time [s]` and channels, or `name,type,start_time,…` of its analysers, in the first line',
    1,
  );
}

function* rowsOf(text: string): Generator<readonly [line: number, fields: readonly string[]]> {
  for (const [line, whole] of linesOf(text)) {
    const row = whole.trimEnd();
    if (line > 1 && row !== '') yield [line, csvFields(row)];
  }
}

function readDigital(text: string, names: readonly string[], options: WaveOptions): Captured {
  const [first] = rowsOf(text);
  const levelsOf = (line: number, fields: readonly string[]) =>
    names.map((_, lane) => {
      const level = fields[lane + 1];
      if (level !== '0' && level !== '1')
        throw new WaveError(`invalid level: expected 0 or 1, got ${level ?? 'nothing'}`, line);
      return level === '1';
    });
  const steps = function* (): Generator<WaveChange> {
    for (const [line, fields] of rowsOf(text))
      yield { atNs: secondsOf(fields[0], line) * 1e9, levels: levelsOf(line, fields) };
  };
  const idle = first === undefined ? names.map(() => true) : levelsOf(...first);
  return decodeWave({ names, idle, steps: { [Symbol.iterator]: steps } }, options);
}

function secondsOf(text: string | undefined, line: number): number {
  const seconds = Number(text);
  if (text === undefined || text === '' || !Number.isFinite(seconds))
    throw new WaveError(`invalid time: expected seconds, got ${text ?? 'nothing'}`, line);
  return seconds;
}

interface Message {
  readonly target: number;
  readonly tenBit: boolean;
  readonly read: boolean;
  readonly bytes: number[];
}

/** A transfer of an analyser whose rows come. */
interface Open {
  readonly atNs: number;
  readonly messages: Message[];
  readonly sent: number[];
  readonly received: number[];
  nack: FoundTransfer['nack'];
}

/** A row by the names of its columns. */
type Row = (column: string) => string;

/** Reads the rows of analysers: `start`, `address`, `data`, `stop`; `enable`, `result`, `disable`. */
class TableReader {
  readonly buses = new FoundBuses();
  readonly events = new FoundEvents();
  readonly #names = new Map<string, { readonly place: number; readonly chipSelect: number }>();
  readonly #open = new Map<string, Open>();
  #line = 0;

  row(line: number, row: Row): void {
    this.#line = line;
    const [name, type] = [row('name'), row('type')];
    const atNs = secondsOf(row('start_time'), line) * 1e9;
    const open = this.#open.get(name);
    switch (type) {
      case 'start':
      case 'enable':
        // A repeated START goes on with the same transaction.
        if (open === undefined && this.#open.size === BUSES_MAX)
          throw new WaveError(`more than ${BUSES_MAX} analysers without a stop or disable`, line);
        if (open === undefined || type === 'enable')
          this.#open.set(name, { atNs, messages: [], sent: [], received: [], nack: undefined });
        return;
      case 'address':
      case 'data':
        this.#i2c(open, type, row);
        return;
      case 'result':
        if (open === undefined) return;
        if (row('mosi') !== '') open.sent.push(this.#byte(row('mosi')));
        if (row('miso') !== '') open.received.push(this.#byte(row('miso')));
        return;
      case 'stop':
      case 'disable':
        this.#open.delete(name);
        if (open !== undefined) this.#end(name, open, atNs, type === 'stop');
    }
  }

  #i2c(open: Open | undefined, type: 'address' | 'data', row: Row): void {
    if (open === undefined) return;
    const refused = row('ack') === 'false';
    if (type === 'address') {
      const target = this.#number(row('address'), 0x3ff);
      addMessage(open.messages, { target, tenBit: target > 0x7f, read: row('read') === 'true', bytes: [] });
      if (refused) open.nack ??= { message: open.messages.length - 1, byte: -1 };
      return;
    }
    const message = open.messages.at(-1);
    if (message === undefined) return;
    message.bytes.push(this.#byte(row('data')));
    // Who reads does not acknowledge the last byte: that is no fault.
    if (refused && !message.read)
      open.nack ??= { message: open.messages.length - 1, byte: message.bytes.length - 1 };
  }

  #end(name: string, { atNs, messages, sent, received, nack }: Open, endNs: number, isI2c: boolean): void {
    const { place, chipSelect } = this.#place(name, isI2c ? 'i2c' : 'spi');
    const segments = isI2c
      ? messages.map(({ target, tenBit, read, bytes }) => {
          const data = wholeBytes(bytes);
          return { target, tenBit, sent: read ? undefined : data, received: read ? data : undefined };
        })
      : [
          {
            ...{ target: chipSelect, tenBit: false },
            sent: sent.length === 0 ? undefined : wholeBytes(sent),
            received: received.length === 0 ? undefined : wholeBytes(received),
          },
        ];
    const [segment] = segments;
    if (segment === undefined || (!isI2c && (segment.sent ?? segment.received) === undefined)) return;
    const fault = nack === undefined ? undefined : nack.byte < 0 ? 'ENXIO' : 'EREMOTEIO';
    const found = {
      bus: place,
      segments,
      fault,
      wireNs: endNs - atNs,
      ...(nack !== undefined && { nack }),
    } as const;
    this.events.add(foundTransfer(found, atNs));
  }

  /** `i2c-1`, `spi-0.1`, or the next bus that is free. */
  #place(name: string, kind: TracedBus['kind']): { readonly place: number; readonly chipSelect: number } {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const [, said, select = '0'] = /(\d{1,6})(?:\.(\d{1,6}))?$/.exec(name) ?? [];
    const place = this.buses.placeOf(kind, said === undefined ? this.buses.free(kind) : Number(said));
    const found = { place, chipSelect: Number(select) };
    this.#names.set(name, found);
    return found;
  }

  #byte(text: string): number {
    return this.#number(text, 0xff);
  }

  #number(text: string, most: number): number {
    const value = /^(0x[0-9a-f]+|0b[01]+|\d+)$/i.test(text) ? Number(text) : Number.NaN;
    if (value <= most) return value;
    throw new WaveError(
      `invalid number: expected 0 to 0x${most.toString(16)}, got ${text || 'nothing'}`,
      this.#line,
    );
  }
}

function readTable(text: string, columns: readonly string[]): Captured {
  const reader = new TableReader();
  const places = new Map(columns.map((column, place) => [column, place]));
  for (const [line, fields] of rowsOf(text)) {
    reader.row(line, (column) => {
      const at = places.get(column);
      return at === undefined ? '' : (fields[at] ?? '');
    });
  }
  if (reader.events.count === 0)
    throw new WaveError(
      'not found: transfers; expected rows of an I2C or SPI analyser (address, data, result)',
    );
  return {
    ...{ buses: reader.buses.all, board: undefined, beganMs: undefined, notes: [] },
    events: reader.events.inOrder(),
  };
}
