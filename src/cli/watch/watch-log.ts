import type { TracedBoard, TracedBus, TracedEdge } from '../../board/index.ts';
import { Capture } from '../../formats/index.ts';
import { type PartReader, partReaders, type WatchedTransfer, watched } from '../../trace/decode.ts';
import type { ToldEvent } from '../../trace/index.ts';
import type { Paint } from '../terminal/style.ts';
import { Summary } from './summary.ts';
import { type Columns, edgeJson, edgeLine, heading, transferJson, transferLine } from './transfer-line.ts';

/** Where a watcher writes to. */
interface WatchOutput {
  line(text: string): void;
  /** Bytes of a capture file. */
  readonly pcap: ((bytes: Uint8Array) => void) | undefined;
  readonly json: boolean;
  readonly paint: Paint;
  /** Of the table; undefined: wide ones. */
  readonly columns?: Columns;
}

/** Where the events of a board come from. */
export interface EventSource {
  /** How many were lost so far, since they came faster than they were read. */
  readonly dropped: number;
  /** All that it ever tells was told. */
  readonly isOver?: boolean;
  /** The next one; `undefined` when all that there are were told. */
  told(): ToldEvent | undefined;
}

interface Source {
  readonly reader: EventSource;
  readonly buses: readonly TracedBus[];
  readonly parts: readonly ReadonlyMap<number, PartReader>[];
  /** So many lost ones are written down. */
  dropped: number;
}

/** Writes down what happens on boards: a line each as they come, a table at the end. */
export class WatchLog {
  readonly #output: WatchOutput;
  #sources: Source[] = [];
  /** Of sources that are over. */
  #droppedBefore = 0;
  readonly #summary = new Summary();
  readonly #capture: Capture | undefined;
  #began: number | undefined;

  constructor(output: WatchOutput) {
    this.#output = output;
    this.#capture = output.pcap && new Capture(output.pcap);
  }

  async attach(buses: readonly TracedBus[], reader: EventSource, _board?: TracedBoard): Promise<void> {
    const parts = await partReaders(buses);
    this.#sources.push({ buses, reader, parts, dropped: 0 });
  }

  /** Writes down what has come since the last time, in the order of its beginning. */
  drain(): void {
    const seen = this.#sources.flatMap((source) => [...eventsOf(source)]);
    seen.sort((a, b) => startOf(a) - startOf(b));
    for (const one of seen) this.#write(one);
    const dropped = this.#sources.reduce((sum, source) => sum + newlyDropped(source), 0);
    if (dropped > 0) this.#writeDropped(dropped);
    for (const source of this.#sources) if (source.reader.isOver) this.#droppedBefore += source.dropped;
    this.#sources = this.#sources.filter(({ reader }) => !reader.isOver);
  }

  /** The last word. */
  end(): void {
    this.drain();
    const dropped = this.#sources.reduce((sum, source) => sum + source.dropped, this.#droppedBefore);
    if (!this.#output.json) this.#output.line(this.#summary.text(dropped, this.#output.paint));
  }

  #writeDropped(dropped: number): void {
    const { json, paint } = this.#output;
    this.#output.line(
      json ? `${JSON.stringify({ dropped })}\n` : `${paint('yellow', `… ${dropped} events were lost`)}\n`,
    );
  }

  #write(one: Watched): void {
    const { json, paint, columns } = this.#output;
    if (this.#began === undefined) {
      this.#began = startOf(one);
      if (!json) this.#output.line(heading(paint, columns));
    }
    if ('kind' in one) {
      this.#output.line(json ? edgeJson(one) : edgeLine(one, this.#began, paint, columns));
      return;
    }
    this.#summary.add(one);
    this.#output.line(json ? transferJson(one) : transferLine(one, this.#began, paint, columns));
    this.#capture?.add(one);
  }
}

/** How many were lost since this was asked last. */
function newlyDropped(source: Source): number {
  const before = source.dropped;
  source.dropped = source.reader.dropped;
  return source.dropped - before;
}

type Watched = WatchedTransfer | TracedEdge;

function startOf(one: Watched): number {
  return 'kind' in one ? one.startedMs : one.transfer.startedMs;
}

function* eventsOf({ reader, buses, parts }: Source): Generator<Watched> {
  for (let next = reader.told()?.what; next !== undefined; next = reader.told()?.what) {
    if (next.kind === 'edge') {
      yield next;
      continue;
    }
    const bus = buses[next.bus];
    const readers = parts[next.bus];
    if (bus !== undefined && readers !== undefined) yield watched(next, bus, readers);
  }
}
