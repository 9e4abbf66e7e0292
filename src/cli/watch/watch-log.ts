import { type TracedBus, TraceReader } from '../../board/index.ts';
import type { Paint } from '../terminal/style.ts';
import { type PartReader, partReaders } from './part-reader.ts';
import { pcapHeader, pcapPackets } from './pcap.ts';
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

/** A board that is watched. */
export interface WatchedBoard {
  readonly memory: SharedArrayBuffer;
  readonly buses: readonly TracedBus[];
}

interface Source extends WatchedBoard {
  readonly reader: TraceReader;
  readonly parts: readonly ReadonlyMap<number, PartReader>[];
}

/** Writes down the transfers of boards: a line each as they come, a table at the end. */
export class WatchLog {
  readonly #output: WatchOutput;
  readonly #sources: Source[] = [];
  readonly #summary = new Summary();
  #began: number | undefined;

  constructor(output: WatchOutput) {
    this.#output = output;
    output.pcap?.(pcapHeader());
  }

  async attach(board: WatchedBoard): Promise<void> {
    const parts = await partReaders(board.buses);
    this.#sources.push({ ...board, reader: new TraceReader(board.memory), parts });
  }

  /** Writes down what has come since the last time, in the order of its beginning. */
  drain(): void {
    const seen = this.#sources.flatMap((source) => [...transfersOf(source)]);
    seen.sort((a, b) => a.transfer.startedMs - b.transfer.startedMs);
    for (const one of seen) this.#write(one);
  }

  /** The last word. */
  end(): void {
    this.drain();
    const dropped = this.#sources.reduce((sum, { reader }) => sum + reader.dropped, 0);
    if (!this.#output.json) this.#output.line(this.#summary.text(dropped, this.#output.paint));
    else if (dropped > 0) this.#output.line(`${JSON.stringify({ dropped })}\n`);
  }

  #write(one: WatchedTransfer): void {
    const { json, pcap, paint } = this.#output;
    if (this.#began === undefined) {
      this.#began = one.transfer.startedMs;
      if (!json) this.#output.line(heading(paint));
    }
    this.#summary.add(one);
    this.#output.line(json ? transferJson(one) : transferLine(one, this.#began, paint));
    if (one.bus.kind === 'i2c') pcap?.(pcapPackets(one.bus.number, one.transfer));
  }
}

function* transfersOf({ reader, buses, parts }: Source): Generator<WatchedTransfer> {
  for (let next = reader.read(); next !== undefined; next = reader.read()) {
    const bus = buses[next.bus];
    const readers = parts[next.bus];
    if (bus !== undefined && readers !== undefined) yield watched(next, bus, readers);
  }
}
