import { dirname, relative, resolve } from 'node:path';
import type { TracedBoard, TracedBus, TracedTransfer, TraceEvent } from '../../board/index.ts';
import { addressOf } from '../../bus/index.ts';
import { oneLine, writeFault } from '../../input/index.ts';
import { RecordingWriter, type WrittenTransfer } from '../../recording/index.ts';
import { LONG_MS, type PartReader, partReaders, watched } from '../../trace/decode.ts';
import type { ToldEvent } from '../../trace/index.ts';
import type { EventSource } from './watch-log.ts';
import type { RecordOptions } from './watcher.ts';

/** Transfers that are kept to be written again. */
const KNOWN_MAX = 4096;

const NO_COMMENT = { comment: '', isOfItself: true };

interface Source {
  readonly reader: EventSource;
  readonly isStepped: boolean;
  readonly buses: readonly TracedBus[];
  readonly parts: readonly ReadonlyMap<number, PartReader>[];
  /** Transfers that mean nothing but what they have, by their keys. */
  readonly known: Map<string, WrittenTransfer>;
  /** By bus: addresses or chip selects whose bytes are secret; undefined: all are. */
  readonly masked: readonly (ReadonlySet<number> | undefined)[];
  dropped: number;
}

/** Boards whose clocks are stepped have no time in common with any other: they come one behind the other. */
const endOf = ({ source, told }: Next): number =>
  source.isStepped ? Number.NEGATIVE_INFINITY : told.endedMs;

/** What a source has told, and is not written yet. */
interface Next {
  readonly source: Source;
  told: ToldEvent;
}

/** Records what happens on the first board that comes up, and on others of the same buses. */
export class RecordLog {
  readonly #file: string;
  readonly #describe: boolean;
  readonly #mask: readonly string[];
  readonly #writer: RecordingWriter;
  readonly #write: (text: Uint8Array) => void;
  readonly #tell: (line: string) => void;
  #sources: Source[] = [];
  /** The paths of the buses of the board that is recorded. */
  #buses: string | undefined;
  /** Another board has come up. */
  #wasOther = false;
  #failed = false;
  #lost = 0;

  /** @param write writes to the recording, before it returns; @param tell says a line to who records */
  constructor(write: (text: Uint8Array) => void, tell: (line: string) => void, options: RecordOptions) {
    this.#write = write;
    this.#tell = (sentence) => tell(`dtbus: ${oneLine(sentence)}\n`);
    this.#file = options.file;
    this.#describe = options.describe;
    this.#mask = options.mask;
    this.#writer = new RecordingWriter((text) => this.#put(text), { times: options.times });
  }

  async attach(buses: readonly TracedBus[], reader: EventSource, board?: TracedBoard): Promise<void> {
    const paths = buses.map(({ path }) => path).join(' ');
    if (this.#buses === undefined) {
      const folder = this.#file === '-' ? '.' : dirname(resolve(this.#file));
      const tree = board && {
        file: board.file.startsWith('<') ? board.file : relative(folder, resolve(board.file)),
        sha256: board.sha256,
      };
      this.#writer.head({ tree, clock: board?.clock, buses });
      this.#buses = paths;
    } else if (paths !== this.#buses) {
      if (!this.#wasOther) this.#tell('another board has come up; only the first is recorded');
      this.#wasOther = true;
      return;
    }
    const parts = this.#describe ? await partReaders(buses) : buses.map(() => new Map());
    this.#sources.push({
      ...{ buses, reader, parts, known: new Map(), isStepped: board?.clock === 'stepped' },
      ...{ masked: this.#maskedOn(buses), dropped: 0 },
    });
  }

  /** Writes down what has come since the last time. */
  drain(): void {
    this.#drainAll();
    for (const source of this.#sources) {
      const lost = source.reader.dropped - source.dropped;
      source.dropped += lost;
      this.#lost += lost;
      if (lost > 0) this.#writer.lost(lost);
    }
    this.#sources = this.#sources.filter(({ reader }) => !reader.isOver);
    this.#writer.flush();
  }

  /** Writes what happened on several boards in the order in which it ended. */
  #drainAll(): void {
    const next = this.#sources.flatMap((source): Next[] => {
      const told = source.reader.told();
      return told === undefined ? [] : [{ source, told }];
    });
    while (next.length > 1) {
      const first = next.reduce((a, b) => (endOf(b) < endOf(a) ? b : a));
      this.#addTold(first.source, first.told);
      const told = first.source.reader.told();
      if (told === undefined) next.splice(next.indexOf(first), 1);
      else first.told = told;
    }
    // Of most boards only one does something.
    const [only] = next;
    for (let told = only?.told; only !== undefined && told !== undefined; told = only.source.reader.told())
      this.#addTold(only.source, told);
  }

  /** The last word. @param isWhole all that happened was told: a recording without its end is a cut one */
  end(isWhole = true): void {
    this.drain();
    // Nothing came up: a recording of nothing is one, too.
    if (this.#buses === undefined) this.#writer.head({ buses: [] });
    if (isWhole) this.#writer.end();
    else this.#writer.flush();
    const count = this.#writer.entries;
    const lost = this.#lost === 0 ? '' : `; ${this.#lost} events were lost, which its lines say`;
    const cut = isWhole ? '' : '; the recording is cut';
    if (!this.#failed && this.#file !== '-')
      this.#tell(`${this.#file}: recorded ${count} ${count === 1 ? 'event' : 'events'}${lost}${cut}`);
  }

  /** A register that is read again and again is decoded and described once. */
  #addTold(source: Source, told: ToldEvent): void {
    const { alike } = told;
    // That it waited long for its turn is told beside its meaning.
    if (alike === undefined || alike.queuedMs >= LONG_MS) {
      this.#add(source, told.what);
      return;
    }
    const known = source.known.get(alike.key);
    if (known !== undefined) {
      this.#writer.again(known, alike);
      return;
    }
    const written = this.#add(source, told.what);
    if (written === undefined) return;
    if (source.known.size >= KNOWN_MAX) source.known.clear();
    source.known.set(alike.key, written);
  }

  /** @returns what writes another that is the same; undefined: it would mean something else */
  #add({ buses, parts, masked }: Source, one: TraceEvent): WrittenTransfer | undefined {
    if (one.kind === 'edge') {
      this.#writer.edge(one);
      return undefined;
    }
    const bus = buses[one.bus];
    const readers = parts[one.bus];
    if (bus === undefined || readers === undefined) return undefined;
    const secret = masked[one.bus];
    const isMasked = secret === undefined || one.segments.some(({ target }) => secret.has(target));
    const { comment, isOfItself } = isMasked || !this.#describe ? NO_COMMENT : commentOf(one, bus, readers);
    const written = this.#writer.transfer(bus, one, comment, isMasked);
    return isOfItself ? written : undefined;
  }

  /** A board that does not have what is to be masked: nobody knows what of it is secret. */
  #maskedOn(buses: readonly TracedBus[]): Source['masked'] {
    const known = buses.flatMap(({ parts }) => parts.flatMap(({ path = '', name }) => [path, name]));
    const missing = this.#mask.filter((part) => !known.includes(part));
    if (missing.length > 0) {
      this.#tell(`not found: ${missing.join(', ')}, which --mask names; all bytes are masked`);
      return buses.map(() => undefined);
    }
    return buses.map(
      ({ parts }) =>
        new Set(
          parts
            .filter(({ path = '', name }) => this.#mask.includes(path) || this.#mask.includes(name))
            .flatMap(({ reg }) => reg.map(addressOf)),
        ),
    );
  }

  #put(text: Uint8Array): void {
    if (this.#failed) return;
    try {
      this.#write(text);
    } catch (thrown) {
      this.#failed = true;
      this.#tell(`${writeFault(this.#file, thrown)}; the recording is cut`);
    }
  }
}

function commentOf(
  transfer: TracedTransfer,
  bus: TracedBus,
  readers: ReadonlyMap<number, PartReader>,
): { readonly comment: string; readonly isOfItself: boolean } {
  const { part, text, isOfItself } = watched(transfer, bus, readers);
  return { comment: part === '' ? '' : `${part}: ${text}`, isOfItself };
}
