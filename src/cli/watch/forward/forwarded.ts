import { closeSync, openSync, readdirSync, readFileSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TracedBoard, TracedBus } from '../../../board/index.ts';
import { isAlive } from '../../../bus/index.ts';
import { BlockEvent, RecordBlock, type ToldEvent } from '../../../trace/index.ts';
import type { EventSource } from '../watch-log.ts';
import { chunkOf, chunkPlace, ENDED_MS, MARK_BYTES, markedStream, markOf, nowMs } from './stream-files.ts';

/** Takes boards as they come up. */
interface Log {
  attach(buses: readonly TracedBus[], source: EventSource, board: TracedBoard): Promise<void>;
}

/** A thread of a process whose boards are watched. */
interface Stream {
  readonly name: string;
  readonly pid: number;
  readonly mark: number;
  readonly boards: Map<number, ForwardedBoard>;
  /** What happened until then is there. */
  untilMs: number;
  /** So many boards have come up, and are closed. */
  opened: number;
  closed: number;
  /** When that was heard. */
  heardMs: number;
}

/** Others do not wait for a thread that has told nothing for so long. */
const SILENT_MS = 2000;
/** How long processes that are still there when the command has ended are waited for. */
const LEFT_MS = 2000;
const LOOK_MS = 10;

/** What the processes of a command tell of their boards, in one order: that in which it ended. */
export class Forwarded {
  readonly #folder: string;
  readonly #log: Log;
  readonly #tell: (sentence: string) => void;
  readonly #streams = new Map<string, Stream>();
  /** What happened later may not be told yet, as another thread has not told what was before. */
  readonly #order = { untilMs: ENDED_MS };
  /** Those that may have more to tell. */
  #boards: ForwardedBoard[] = [];
  /** Whether all that happened is there. */
  isWhole = true;

  /** @param tell says a sentence to who watches */
  constructor(folder: string, log: Log, tell: (sentence: string) => void) {
    this.#folder = folder;
    this.#log = log;
    this.#tell = tell;
  }

  /** Takes what there is. */
  async look(): Promise<void> {
    // In this order: what a mark promises is in chunks before it does, and nothing happens in a thread before its mark is there.
    this.#hear();
    const ended = [...this.#streams.values()].filter((stream) => isOver(stream));
    await this.#readChunks();
    for (const stream of ended) this.#leave(stream);
    this.#findStreams();
    this.#setOrder();
  }

  /** The last look: the command has ended. Processes that are about to end are waited for. */
  async end(): Promise<void> {
    const deadline = nowMs() + LEFT_MS;
    for (await this.look(); this.#streams.size > 0 && nowMs() < deadline; await this.look())
      await sleep(LOOK_MS);
    for (const { pid } of this.#streams.values())
      this.#tell(
        `process ${pid} goes on behind the end of the command; what it does from now on is left out`,
      );
    for (const stream of this.#streams.values()) closeSync(stream.mark);
    this.#streams.clear();
    this.#setOrder();
  }

  #hear(): void {
    const bytes = new Uint8Array(MARK_BYTES);
    for (const stream of this.#streams.values()) {
      if (readSync(stream.mark, bytes, 0, MARK_BYTES, 0) < MARK_BYTES) continue;
      const { untilMs, boards } = markOf(bytes);
      stream.opened = boards;
      if (untilMs === stream.untilMs) continue;
      stream.untilMs = untilMs;
      stream.heardMs = nowMs();
    }
  }

  async #readChunks(): Promise<void> {
    const chunks = readdirSync(this.#folder).flatMap((file) => {
      const place = chunkPlace(file);
      const stream = place && this.#streams.get(place.stream);
      return place === undefined || stream === undefined ? [] : [{ file, stream, count: place.count }];
    });
    chunks.sort((a, b) => a.count - b.count);
    for (const { file, stream } of chunks) await this.#readChunk(join(this.#folder, file), stream);
  }

  async #readChunk(file: string, stream: Stream): Promise<void> {
    const { name, boards } = stream;
    const chunk = chunkOf(readFileSync(file));
    rmSync(file);
    for (const { id, buses, board } of chunk.boards) {
      // Where nobody knows one time for all, it is told as it comes.
      const source = new ForwardedBoard(
        name,
        board.clock === 'stepped' ? { untilMs: ENDED_MS } : this.#order,
      );
      this.#boards.push(source);
      boards.set(id, source);
      await this.#log.attach(buses, source, board);
    }
    for (const { id, bytes } of chunk.records) boards.get(id)?.add(bytes);
    for (const { id, count } of chunk.dropped) boards.get(id)?.lose(count);
    for (const id of chunk.closed) {
      boards.get(id)?.close();
      boards.delete(id);
      stream.closed++;
    }
  }

  /** A thread that has ended, or cannot tell any more. */
  #leave(stream: Stream): void {
    const { name, pid, mark, boards, untilMs, opened, closed } = stream;
    // One whose boards are closed has told all.
    if (untilMs !== ENDED_MS && (opened === 0 || closed < opened)) {
      this.isWhole = false;
      this.#tell(`process ${pid} was killed; what it did last may be missing`);
    }
    for (const board of boards.values()) board.close();
    closeSync(mark);
    rmSync(join(this.#folder, `${name}.mark`), { force: true });
    this.#streams.delete(name);
  }

  #findStreams(): void {
    for (const file of readdirSync(this.#folder)) {
      const found = markedStream(file);
      if (found === undefined || this.#streams.has(found.stream)) continue;
      const mark = openSync(join(this.#folder, file), 'r');
      const bytes = new Uint8Array(MARK_BYTES);
      readSync(mark, bytes, 0, MARK_BYTES, 0);
      // Its chunks were not read yet: only what was before it began is known.
      const untilMs = markOf(bytes).beganMs;
      const { stream: name, pid } = found;
      this.#streams.set(name, {
        name,
        pid,
        mark,
        untilMs,
        heardMs: nowMs(),
        opened: 0,
        closed: 0,
        boards: new Map(),
      });
    }
  }

  #setOrder(): void {
    this.#boards = this.#boards.filter(({ isOver }) => !isOver);
    const streams = [...this.#streams.values()];
    const awaited = streams.filter(({ heardMs }) => heardMs > nowMs() - SILENT_MS);
    // What one tells by itself is in its order, where nothing is left of others.
    const [only] = streams;
    const isAlone = streams.length === 1 && this.#boards.every(({ stream }) => stream === only?.name);
    this.#order.untilMs = isAlone ? ENDED_MS : Math.min(...awaited.map(({ untilMs }) => untilMs));
  }
}

/** Whether nothing more comes. */
function isOver({ pid, untilMs, heardMs }: Stream): boolean {
  return untilMs === ENDED_MS || (nowMs() - heardMs > 10 * LOOK_MS && !isRunning(pid));
}

/** Whether a process runs: one whose end nobody has asked for is there, and does not. */
function isRunning(pid: number): boolean {
  if (!isAlive(pid)) return false;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return process.platform !== 'linux';
  }
}

/** A board of another process. */
class ForwardedBoard implements EventSource {
  dropped = 0;
  readonly stream: string;
  readonly #order: { readonly untilMs: number };
  /** Records, and how many events were lost by then. */
  readonly #told: (RecordBlock | number)[] = [];
  #at = 0;
  #isClosed = false;

  constructor(stream: string, order: { readonly untilMs: number }) {
    this.stream = stream;
    this.#order = order;
  }

  get isOver(): boolean {
    return this.#isClosed && this.#told.length === 0;
  }

  told(): ToldEvent | undefined {
    for (let [next] = this.#told; next !== undefined; [next] = this.#told) {
      if (typeof next !== 'number') return this.#toldOf(next);
      this.dropped = next;
      this.#told.shift();
    }
    return undefined;
  }

  #toldOf(block: RecordBlock): ToldEvent | undefined {
    const from = this.#at;
    const end = block.endOf(from);
    if (block.endedMs(from, end) > this.#order.untilMs) return undefined;
    this.#at = end;
    if (end >= block.length) {
      this.#told.shift();
      this.#at = 0;
    }
    return new BlockEvent(block, from, end);
  }

  add(bytes: Uint8Array<ArrayBuffer>): void {
    this.#told.push(new RecordBlock(bytes));
  }

  lose(count: number): void {
    this.#told.push(count);
  }

  close(): void {
    this.#isClosed = true;
  }
}
