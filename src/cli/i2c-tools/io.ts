import { once } from 'node:events';
import { writeOutput } from '../terminal/output.ts';

/** The three streams of a tool. A write may give a promise: of there being room for more. */
export interface ToolIo {
  readonly stdout: { write(data: string | Uint8Array): unknown };
  readonly stderr: { write(data: string): unknown };
  /** The next line of standard input with its line feed (a last line may lack it); undefined at its end. */
  readLine(): Promise<string | undefined>;
  /** Up to `most` bytes of standard input, as read(2): empty at its end. */
  readBytes(most: number): Promise<Uint8Array>;
  /** Aborted when the tool is to end: by Ctrl-C. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads the answer to a question of yes or no. Anything but a clear answer is `preset`; no answer, or one
 * without a line feed, is no (i2c-tools, tools/util.c).
 */
export async function readAnswer(io: ToolIo, preset: boolean): Promise<boolean> {
  const line = await io.readLine();
  if (line === undefined || !line.endsWith('\n')) return false;
  const letter = line[0]?.toLowerCase();
  if (letter === 'y') return true;
  if (letter === 'n') return false;
  return preset;
}

const EMPTY = new Uint8Array(0);
const LINE_FEED = 0x0a;

/** Bytes that arrive in chunks, read in lines and in pieces. */
export class InputReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = EMPTY;

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async readBytes(most: number): Promise<Uint8Array> {
    if (this.#rest.length === 0) this.#rest = await this.#next();
    const bytes = this.#rest.subarray(0, most);
    this.#rest = this.#rest.subarray(bytes.length);
    return bytes;
  }

  async readLine(): Promise<string | undefined> {
    let line: Uint8Array = EMPTY;
    for (;;) {
      if (this.#rest.length === 0) this.#rest = await this.#next();
      if (this.#rest.length === 0) break;
      const feed = this.#rest.indexOf(LINE_FEED);
      const taken = this.#rest.subarray(0, feed < 0 ? this.#rest.length : feed + 1);
      this.#rest = this.#rest.subarray(taken.length);
      line = Buffer.concat([line, taken]);
      if (feed >= 0) break;
    }
    return line.length === 0 ? undefined : Buffer.from(line).toString();
  }

  async #next(): Promise<Uint8Array> {
    for (;;) {
      const { done, value } = await this.#chunks.next();
      if (done) return EMPTY;
      if (value.length > 0) return value;
    }
  }
}

/** The streams of this process, for as long as a tool runs. */
interface ProcessIo extends ToolIo {
  /** True once a line was asked for where there is none: a question that nobody answers. */
  readonly unanswered: boolean;
  /** Lets go of standard input, which otherwise keeps the process alive; what is written after it goes nowhere. */
  close(): void;
}

/**
 * The streams of this process. Standard input is not touched before something is read from it; it ends when
 * `signal` is aborted.
 */
export function processIo(signal?: AbortSignal): ProcessIo {
  let reader: InputReader | undefined;
  let unanswered = false;
  let closed = false;
  let drained: Promise<unknown> | undefined;
  const input = () => {
    reader ??= new InputReader(untilAborted(process.stdin, signal));
    return reader;
  };
  return {
    stdout: {
      write: (data) => {
        if (closed || writeOutput(data)) return undefined;
        // One listener for all that wait: a tool may write much before it waits.
        drained ??= once(process.stdout, 'drain', { signal }).finally(() => {
          drained = undefined;
        });
        return drained;
      },
    },
    stderr: { write: (data) => closed || process.stderr.write(data) },
    async readLine() {
      const line = await input().readLine();
      unanswered ||= line === undefined;
      return line;
    },
    readBytes: (most) => input().readBytes(most),
    signal,
    get unanswered() {
      return unanswered;
    },
    close: () => {
      closed = true;
      if (reader !== undefined) process.stdin.destroy();
    },
  };
}

async function* untilAborted(
  input: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncIterable<Uint8Array> {
  const aborted = new Promise<undefined>((resolve) => {
    if (signal?.aborted) resolve(undefined);
    signal?.addEventListener('abort', () => resolve(undefined));
  });
  const chunks = input[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([chunks.next(), aborted]);
    if (next === undefined || next.done) return;
    yield next.value;
  }
}
