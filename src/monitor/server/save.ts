import type { ServerResponse } from 'node:http';
import { drained } from '../../board/index.ts';
import type { Captured, CapturedEvent } from '../../formats/index.ts';
import { plainJson } from '../../input/index.ts';
import type { TracedBoard, TracedBus, TraceEvent } from '../../trace/index.ts';
import { Refusal } from './guards.ts';
import type { History } from './history.ts';
import type { KeptEvent } from './kept-event.ts';

/** Rows by their numbers, the first and the last of each range. */
type Ranges = readonly (readonly [number, number])[];

/** In `.sr`, nothing happens for no longer than this: as `dtbus convert` writes it. */
const IDLE_NS = 1e6;

/**
 * Writes what is kept, or the rows that are asked for, in a format of `dtbus convert`. What of them is kept no more is counted in
 * the header `Dtbus-Missing`; `Dtbus-Notes` are sentences about what the format has no place for.
 * @throws {Refusal} no such format, or no ranges
 */
export async function save(
  history: History,
  { format, rows }: Readonly<Record<string, unknown>>,
  name: string,
  response: ServerResponse,
): Promise<void> {
  const { formatsThat, FORMATS, writeTrace } = await import('../../formats/index.ts');
  const known = formatsThat('write');
  const chosen = known.find((each) => each === format);
  if (chosen === undefined) throw new Refusal(400, `invalid format: expected ${known.join(', ')}`);
  const { captured, missing } = capturedOf(history, rangesOf(rows, history));
  const chunks: Buffer[] = [];
  const notes = await writeTrace(captured, chosen, (bytes) => chunks.push(Buffer.from(bytes)), {
    ...{ times: 'rounded', describe: true, idleNs: IDLE_NS },
  });
  const file =
    baseName(name)
      .replace(/\.dt[sb]$/, '')
      .replace(/[^\w.-]+/g, '_') || 'board';
  response.writeHead(200, {
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': `attachment; filename="${file}${FORMATS[chosen].endings[0]}"`,
    'Dtbus-Missing': missing,
    'Dtbus-Notes': encodeURIComponent(plainJson(notes)),
  });
  for (const chunk of chunks) if (!response.write(chunk)) await drained(response);
  response.end();
}

const baseName = (path: string): string => path.replace(/^.*[/\\]/, '');

/** @throws {Refusal} they are none */
function rangesOf(rows: unknown, { next }: History): Ranges {
  if (rows === undefined) return [[1, next - 1]];
  const isPlace = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 1;
  const isRange = (range: unknown) => Array.isArray(range) && range.length === 2 && range.every(isPlace);
  if (Array.isArray(rows) && rows.every(isRange)) return rows as Ranges;
  throw new Refusal(400, 'invalid rows: expected ranges [[FIRST, LAST], …]');
}

/**
 * What is kept of the rows of these ranges, by their beginning: of several boards, and of transfers that waited, they ended in
 * another order.
 */
export function capturedOf(history: History, ranges: Ranges): { captured: Captured; missing: number } {
  const buses = new AllBuses();
  const losses = history.lossesByPlace();
  const events: CapturedEvent[] = [];
  let [missing, beganMs, of, before] = [0, Number.NaN, undefined as TracedBoard | undefined, 0];
  for (const [first, last] of ranges) {
    const from = Math.max(first, history.first, before + 1);
    const to = Math.min(last, history.next - 1);
    missing += Math.max(0, Math.min(last + 1, history.first) - Math.max(first, before + 1));
    for (let n = from; n <= to; n++) {
      const { on, what: whole } = history.event(n) as KeptEvent;
      const what = whole();
      const atMs = what.startedMs + (what.kind === 'transfer' ? what.queuedMs : 0);
      if (Number.isNaN(beganMs)) beganMs = atMs;
      const atNs = (atMs - beganMs) * 1e6;
      // Nobody knows in which folder it is saved.
      if (on?.of !== undefined) of = { ...on.of, file: baseName(on.of.file) };
      const count = losses.get(n);
      if (count !== undefined) events.push({ atNs, what: { kind: 'lost', count } });
      for (const each of on?.buses ?? []) buses.place(each);
      const bus = what.kind === 'transfer' ? buses.place(on?.buses[what.bus]) : undefined;
      events.push({ atNs, what: bus === undefined ? what : ({ ...what, bus } as TraceEvent) });
    }
    before = Math.max(before, to);
  }
  const count = losses.get(before + 1);
  // Behind the last one there is.
  if (before === history.next - 1 && count !== undefined)
    events.push({ atNs: events.at(-1)?.atNs ?? 0, what: { kind: 'lost', count } });
  events.sort((a, b) => a.atNs - b.atNs);
  const zeroNs = events[0]?.atNs ?? 0;
  const captured = {
    ...{ buses: buses.all, board: of, notes: [] },
    beganMs: Number.isNaN(beganMs) ? undefined : beganMs + zeroNs / 1e6,
    events: events.map((event) => ({ ...event, atNs: event.atNs - zeroNs })),
  };
  return { captured, missing };
}

/** The buses of all boards that events are of: one that was started again has the same. */
class AllBuses {
  readonly all: TracedBus[] = [];
  readonly #places = new Map<TracedBus, number>();

  place(bus: TracedBus | undefined): number | undefined {
    if (bus === undefined) return undefined;
    const known = this.#places.get(bus);
    if (known !== undefined) return known;
    const { kind, number, path } = bus;
    const same = this.all.findIndex(
      (each) => each.kind === kind && each.number === number && each.path === path,
    );
    const place = same < 0 ? this.all.push(bus) - 1 : same;
    this.#places.set(bus, place);
    return place;
  }
}
