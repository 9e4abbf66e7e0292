import { type Captured, type FormatName, formatOf, readTrace } from '../formats/index.ts';
import {
  type RecordedBytes,
  type RecordedTransfer,
  Recording,
  recordedBusName,
  transferText,
} from '../recording/index.ts';
import { editScript } from './edit-script.ts';
import { type Describe, describer } from './meaning.ts';

/** A line of one of two traces that the other does not have there. */
export interface Difference {
  /** `temp@48 (i2c-1 48)`, `button` */
  readonly part: string;
  /** `-`: only the first has it, `+`: only the second has it. */
  readonly side: '-' | '+';
  /** `boot.bus:12`; of a format without lines `boot.sr: transfer 3`. */
  readonly where: string;
  /** As recordings have it, with what it means. */
  readonly text: string;
}

/** How two traces are compared. */
export interface CompareOptions {
  /** Times count too: from the entry before, and on the wire. */
  readonly times: boolean;
}

interface Item {
  readonly where: string;
  /** Undefined: an edge. */
  readonly transfer: RecordedTransfer | undefined;
  readonly text: string;
  /** Empty where times do not count. */
  readonly time: string;
}

/** What happened in a trace, part by part. */
interface Told {
  readonly parts: ReadonlyMap<string, Item[]>;
  readonly names: ReadonlyMap<string, string>;
  readonly describe: Describe;
}

/** Compares two traces part by part. @returns what differs, in the order of the parts @throws {RecordingError} one cannot be read */
export async function compareTraces(
  fileA: string,
  fileB: string,
  options: CompareOptions,
): Promise<readonly Difference[]> {
  const [a, b] = [await told(fileA, options), await told(fileB, options)];
  const keys = new Set([...a.parts.keys(), ...b.parts.keys()]);
  const describe: Describe = (said) => {
    const text = a.describe(said);
    // The other may know the part.
    return text === transferText(said) ? b.describe(said) : text;
  };
  return [...keys].flatMap((key) => {
    const name = a.names.get(key) ?? b.names.get(key);
    const part = name === undefined ? key : `${name} (${key})`;
    return differences(part, a.parts.get(key) ?? [], b.parts.get(key) ?? [], describe);
  });
}

function differences(part: string, a: readonly Item[], b: readonly Item[], describe: Describe): Difference[] {
  const found: Difference[] = [];
  const tell = (side: '-' | '+', { where, transfer, text, time }: Item) => {
    const said = transfer === undefined ? text : describe(transfer);
    found.push({ part, side, where, text: `${said}${time === '' ? '' : ` ${time}`}` });
  };
  let [atA, atB] = [0, 0];
  for (const { same, removed, added } of editScript(a.length, b.length, (i, j) =>
    isSame(a[i] as Item, b[j] as Item),
  )) {
    atA += same;
    atB += same;
    for (let i = 0; i < removed; i++) tell('-', a[atA++] as Item);
    for (let i = 0; i < added; i++) tell('+', b[atB++] as Item);
  }
  return found;
}

function isSame(a: Item, b: Item): boolean {
  if (a.time !== b.time) return false;
  if (a.text === b.text) return true;
  const [one, other] = [a.transfer, b.transfer];
  if (one === undefined || other === undefined) return false;
  if (one.fault !== other.fault || one.segments.length !== other.segments.length) return false;
  if (one.nack?.message !== other.nack?.message || one.nack?.byte !== other.nack?.byte) return false;
  return one.segments.every((segment, i) => {
    const theirs = other.segments[i] as typeof segment;
    return (
      segment.target === theirs.target &&
      segment.tenBit === theirs.tenBit &&
      isSameBytes(segment.sent, theirs.sent) &&
      isSameBytes(segment.received, theirs.received)
    );
  });
}

/** Wildcards and unknown bytes of either side fit what the other has there. */
function isSameBytes(a: RecordedBytes | undefined, b: RecordedBytes | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.isOpen ? b.length < a.length : b.isOpen ? a.length < b.length : a.length !== b.length) return false;
  const length = Math.min(a.bytes.length, b.bytes.length);
  for (let at = 0; at < length; at++)
    if (a.bytes[at] !== b.bytes[at] && a.known?.[at] !== 0 && b.known?.[at] !== 0) return false;
  return true;
}

async function told(file: string, options: CompareOptions): Promise<Told> {
  const format = formatOf(file) ?? 'bus';
  return format === 'bus' ? toldBy(Recording.read(file), options) : toldByOther(file, format, options);
}

async function toldBy(recording: Recording, { times }: CompareOptions): Promise<Told> {
  const parts = new Map<string, Item[]>();
  for (const { entry } of recording.entries()) {
    const { what, line, afterNs, how } = entry;
    const where = `${recording.file}:${line}`;
    const prefix = how === 'once' ? '' : `${how} `;
    const wire = what.kind === 'transfer' ? what.wireNs : undefined;
    const time = times ? timeText(afterNs, wire) : '';
    if (what.kind === 'transfer') {
      const text = `${prefix}${transferText(what)}`;
      add(parts, keyOf(what), { where, time, text, transfer: how === 'once' ? what : undefined });
    } else if (what.kind === 'edge')
      add(parts, what.name, { where, time, text: what.high ? 'rises' : 'falls', transfer: undefined });
    else add(parts, 'lost', { where, time, text: `${what.count} events were lost`, transfer: undefined });
  }
  const names = new Map(
    recording.head.parts.map(({ bus, unit, name }) => [
      keyText(bus, unit >>> 0 > 0x7fff_ffff ? unit - 0x8000_0000 : unit),
      name,
    ]),
  );
  return { parts, names, describe: await describer(recording) };
}

async function toldByOther(file: string, format: FormatName, { times }: CompareOptions): Promise<Told> {
  const captured: Captured = readTrace(file, format, { channels: [], spiMode: 0 });
  const parts = new Map<string, Item[]>();
  let count = 0;
  let before = 0;
  for (const { atNs, what } of captured.events) {
    const where = `${file}: event ${++count}`;
    const time = times
      ? timeText(atNs - before, what.kind === 'transfer' ? what.wireMs * 1e6 : undefined)
      : '';
    before = atNs;
    if (what.kind === 'lost')
      add(parts, 'lost', { where, time, text: `${what.count} events were lost`, transfer: undefined });
    else if (what.kind === 'edge')
      add(parts, what.name || `line${what.line}`, {
        where,
        time,
        text: what.high ? 'rises' : 'falls',
        transfer: undefined,
      });
    else {
      const bus = captured.buses[what.bus];
      if (bus === undefined) continue;
      const { segments, fault, nack } = what;
      const result = {
        wireNs: what.wireMs * 1e6,
        queuedNs: 0,
        stretchedNs: 0,
        attempts: 1,
        struck: [],
        client: undefined,
      };
      const transfer = {
        kind: 'transfer',
        bus: recordedBusName(bus),
        segments,
        fault,
        nack,
        ...result,
      } as const;
      add(parts, keyOf(transfer), { where, time, text: transferText(transfer), transfer });
    }
  }
  return { parts, names: new Map(), describe: transferText };
}

function add(parts: Map<string, Item[]>, key: string, item: Item): void {
  const items = parts.get(key);
  if (items === undefined) parts.set(key, [item]);
  else items.push(item);
}

function keyOf({ bus, segments }: RecordedTransfer): string {
  return keyText(bus, segments[0]?.target ?? 0, segments[0]?.tenBit);
}

function keyText(bus: string, target: number, tenBit = false): string {
  return bus.startsWith('i2c')
    ? `${bus} ${target.toString(16).padStart(tenBit ? 3 : 2, '0')}`
    : `${bus} cs ${target}`;
}

function timeText(afterNs: number | undefined, wireNs: number | undefined): string {
  return `${afterNs === undefined ? '' : `+${afterNs}ns`}${wireNs === undefined ? '' : ` ~${wireNs}ns`}`.trim();
}
