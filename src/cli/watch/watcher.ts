import { openSync } from 'node:fs';
import { createRequire } from 'node:module';
import { isatty } from 'node:tty';
import { Worker } from 'node:worker_threads';
import {
  type PastWish,
  type TracedBoard,
  type TracedBus,
  type TraceFilter,
  traceBoards,
} from '../../board/index.ts';
import { ownProgram } from '../../bus/index.ts';
import { writeFault } from '../../input/index.ts';
import type { SigrokOptions } from './sigrok/sigrok-options.ts';

/** Which transfers are shown, and how. */
export interface WatchOptions extends TraceFilter {
  /** A line of JSON for each. */
  readonly json?: boolean;
  /** File for the lines in the place of standard error. */
  readonly to?: string;
  /** Capture file for Wireshark (pcapng). */
  readonly pcap?: string;
  /** A recording, in the place of lines. */
  readonly record?: RecordOptions | undefined;
  /** Samples for sigrok, in the place of lines. */
  readonly sigrok?: SigrokOptions | undefined;
  /** What a server has kept is told first. */
  readonly past?: PastWish | undefined;
}

/** How what happens is recorded. */
export interface RecordOptions {
  readonly file: string;
  readonly times: 'none' | 'rounded' | 'exact';
  /** Each transfer has its meaning behind it. */
  readonly describe: boolean;
  /** Parts whose bytes are secret, by the paths of their nodes. */
  readonly mask: readonly string[];
}

/** What the watching thread starts with. */
export interface WatchStart {
  readonly lines: number;
  readonly pcap: number | undefined;
  /** The recording, open for writing. */
  readonly recording: { readonly fd: number; readonly options: RecordOptions } | undefined;
  readonly sigrok: SigrokOptions | undefined;
  /** Where other processes tell of their boards. */
  readonly folder: string | undefined;
  /** What messages call what is written. */
  readonly names: { readonly lines: string; readonly pcap: string };
  readonly json: boolean;
  readonly colours: boolean;
  /** Word 0 is 1 when the thread is to end, word 1 when it has written everything; word 2 is a `READY`; word 3 is 1 where a file is not whole. */
  readonly control: SharedArrayBuffer;
}

/** A board that is watched. */
export interface WatchedBoard {
  /** Counts those of a thread. */
  readonly id: number;
  readonly memory: SharedArrayBuffer;
  readonly buses: readonly TracedBus[];
  readonly board: TracedBoard;
}

export const CONTROL = { END: 0, ENDED: 1, READY: 2, CUT: 3 } as const;
/** Whether the program that is watched may begin: sigrok looks, or cannot. */
export const READY = { YES: 1, NEVER: 2 } as const;

const STDERR = 2;
const STDOUT = 1;
/** The ring of a recording: what comes in some tenths of a second at full speed. */
const RECORDING_BYTES = 16 << 20;
/** How long a process that ends waits for the last lines. */
const END_LIMIT_MS = 2000;

/**
 * Shows the transfers of all boards that this process opens from now on, or those of other processes that tell of theirs
 * (`Forwarder`), from a thread of its own.
 */
export class Watcher {
  readonly #worker: Worker;
  readonly #control = new Int32Array(new SharedArrayBuffer(16));
  readonly #end = () => this.end();
  /** Whether sigrok looks. */
  readonly #isSeen: boolean;
  readonly #folder: string | undefined;
  #boards = 0;

  /** @param folder where other processes tell of their boards; undefined: those of this one are watched. @throws {Error} a file that cannot be written */
  constructor(options: WatchOptions, folder?: string) {
    this.#folder = folder;
    const lines =
      options.to === undefined ? STDERR : options.to === '-' ? STDOUT : openForWriting(options.to);
    const { record } = options;
    this.#isSeen = options.sigrok !== undefined;
    const start: WatchStart = {
      lines,
      recording: record && {
        fd: record.file === '-' ? STDOUT : openForWriting(record.file),
        options: record,
      },
      sigrok: options.sigrok,
      folder,
      pcap:
        options.pcap === undefined ? undefined : options.pcap === '-' ? STDOUT : openForWriting(options.pcap),
      names: { lines: nameOf(options.to), pcap: nameOf(options.pcap) },
      json: options.json ?? false,
      colours: isatty(lines) && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
      control: this.#control.buffer as SharedArrayBuffer,
    };
    const entry = createRequire(import.meta.url).resolve('#built/src/cli/watch/thread.js');
    this.#worker = new Worker(entry, { workerData: start, ...ownProgram() });
    this.#worker.unref();
    const { parts = [], buses: wanted = [] } = options;
    if (folder === undefined)
      traceBoards(
        (memory, buses, board) => {
          const id = this.#boards++;
          this.#worker.postMessage({ id, memory, buses, board } satisfies WatchedBoard);
          return undefined;
        },
        { parts, buses: wanted, ringBytes: ringBytesFor(options) },
      );
    process.once('exit', this.#end);
    if (options.sigrok !== undefined) this.#untilSeen();
  }

  /** Whether a file could not be written to its end, as was said. */
  get isCut(): boolean {
    return Atomics.load(this.#control, CONTROL.CUT) === 1;
  }

  /** What happens before a program looks would be lost to it. */
  #untilSeen(): void {
    Atomics.wait(this.#control, CONTROL.READY, 0);
    if (Atomics.load(this.#control, CONTROL.READY) !== READY.NEVER) return;
    process.off('exit', this.#end);
    process.exit(1);
  }

  /** Waits until everything that was seen is written, with the table at the end. */
  end(): void {
    if (this.#folder === undefined) traceBoards(undefined);
    process.off('exit', this.#end);
    if (Atomics.exchange(this.#control, CONTROL.END, 1) === 1) return;
    Atomics.notify(this.#control, CONTROL.END);
    // Until sigrok has stopped its capture, Ctrl-C ends this process, which hears of nothing else here.
    if (this.#isSeen) process.removeAllListeners('SIGINT');
    // Whose own work has ended waits for as long as it takes; Ctrl-C ends it.
    const isPatient = this.#isSeen || this.#folder !== undefined;
    Atomics.wait(this.#control, CONTROL.ENDED, 0, isPatient ? undefined : END_LIMIT_MS);
  }
}

/** Of the traces of boards that are watched so. */
export function ringBytesFor({ record, sigrok }: WatchOptions): number | undefined {
  return record || sigrok ? RECORDING_BYTES : undefined;
}

const nameOf = (file: string | undefined): string =>
  file === undefined || file === '-' ? 'to standard output' : file;

/** @throws {Error} it cannot be written */
export function openForWriting(file: string): number {
  try {
    return openSync(file, 'w');
  } catch (thrown) {
    throw cannotWrite(file, thrown);
  }
}

export function cannotWrite(file: string, thrown: unknown): Error {
  return new Error(writeFault(file, thrown));
}
