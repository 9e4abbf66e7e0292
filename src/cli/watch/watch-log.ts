import type { TracedBus, TracedTransfer } from '../../board/index.ts';
import type { Paint } from '../terminal/style.ts';
import { Capture } from './capture.ts';
import { type PartReader, partReaders } from './part-reader.ts';
import { Summary } from './summary.ts';
import { heading, transferJson, transferLine, type WatchedTransfer, watched } from './transfer-line.ts';

/** Where a watcher writes to. */
export interface WatchOutput {
  line(text: string): void;
  /** Bytes of a capture file. */
  readonly pcap: ((bytes: Uint8Array) => void) | undefined;
  readonly json: boolean;
  readonly paint: Paint;
}

/** Where the transfers of a board come from. */
export interface TransferSource {
  /** How many were lost so far, since they came faster than they were read. */
  readonly dropped: number;
  /** The next one; `undefined` when all that there are were read. */
  read(): TracedTransfer | undefined;
}

interface Source {
  readonly reader: TransferSource;
  readonly buses: readonly TracedBus[];
  readonly parts: readonly ReadonlyMap<number, PartReader>[];
  /** So many lost ones are written down. */
  dropped: number;
}

/** Writes down the transfers of boards: a line each as they come, a table at the end. */
export class WatchLog {
  readonly #output: WatchOutput;
  readonly #sources: Source[] = [];
  readonly #summary = new Summary();
  readonly #capture: Capture | undefined;
  #began: number | undefined;

  constructor(output: WatchOutput) {
    this.#output = output;
    this.#capture = output.pcap && new Capture(output.pcap);
  }

  async attach(buses: readonly TracedBus[], reader: TransferSource): Promise<void> {
    const parts = await partReaders(buses);
    this.#sources.push({ buses, reader, parts, dropped: 0 });
  }

  /** Writes down what has come since the last time, in the order of its beginning. */
  drain(): void {
    const seen = this.#sources.flatMap((source) => [...transfersOf(source)]);
    seen.sort((a, b) => a.transfer.startedMs - b.transfer.startedMs);
    for (const one of seen) this.#write(one);
    const dropped = this.#sources.reduce((sum, source) => sum + newlyDropped(source), 0);
    if (dropped > 0) this.#writeDropped(dropped);
  }

  /** The last word. */
  end(): void {
    this.drain();
    const dropped = this.#sources.reduce((sum, source) => sum + source.dropped, 0);
    if (!this.#output.json) this.#output.line(this.#summary.text(dropped, this.#output.paint));
  }

  #writeDropped(dropped: number): void {
    const { json, paint } = this.#output;
    this.#output.line(
      json ? `${JSON.stringify({ dropped })}\n` : `${paint('yellow', `… ${dropped} transfers were lost`)}\n`,
    );
  }

  #write(one: WatchedTransfer): void {
    const { json, paint } = this.#output;
    if (this.#began === undefined) {
      this.#began = one.transfer.startedMs;
      if (!json) this.#output.line(heading(paint));
    }
    this.#summary.add(one);
    this.#output.line(json ? transferJson(one) : transferLine(one, this.#began, paint));
    this.#capture?.add(one);
  }
}

/** How many were lost since this was asked last. */
function newlyDropped(source: Source): number {
  const before = source.dropped;
  source.dropped = source.reader.dropped;
  return source.dropped - before;
}

function* transfersOf({ reader, buses, parts }: Source): Generator<WatchedTransfer> {
  for (let next = reader.read(); next !== undefined; next = reader.read()) {
    const bus = buses[next.bus];
    const readers = parts[next.bus];
    if (bus !== undefined && readers !== undefined) yield watched(next, bus, readers);
  }
}
