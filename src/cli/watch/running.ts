import { writeSync } from 'node:fs';
import { type BoardControl, type ControlEvent, type ControlPart, findControl } from '../../board/index.ts';
import type { ToldEvent } from '../../trace/index.ts';
import type { BoardArguments } from '../board/named-board.ts';
import { paintFor } from '../terminal/style.ts';
import { untilInterrupted } from '../terminal/until-interrupted.ts';
import { warn } from '../terminal/warn.ts';
import { RecordLog } from './record-log.ts';
import { SigrokLog } from './sigrok/sigrok-log.ts';
import { type EventSource, WatchLog } from './watch-log.ts';
import { cannotWrite, openForWriting, type WatchOptions } from './watcher.ts';

/** Where the board does not run: perhaps the script was forgotten. */
const REMEDY =
  'start it with dtbus up, run or serve, use --connect FOLDER, or name a script or command behind the board';
/** How long a reader of our output that is slow is waited for at the end. */
const END_LIMIT_MS = 2000;

/**
 * Shows what happens on a board that another process runs, until Ctrl-C or until it ends.
 * @returns the exit code
 * @throws {Error} the board runs nowhere, or does not have what is to be watched
 */
export async function watchRunning(
  { board, connect }: BoardArguments,
  { json = false, to = '-', pcap, record, sigrok, past, parts = [], buses = [] }: WatchOptions,
): Promise<number> {
  const capturePlace = pcap ?? record?.file;
  const isQuiet = record !== undefined || sigrok !== undefined || pcap === '-';
  const lines = outputTo(to, isQuiet ? process.stderr : process.stdout);
  const control = await findControl(board, connect, REMEDY, past && { wish: past, note: warn });
  const mask = await partPaths(control, record?.mask ?? []);
  const capture = capturePlace === undefined ? undefined : outputTo(capturePlace, process.stdout);
  const log =
    sigrok !== undefined
      ? new SigrokLog({ ...sigrok, only: [...(await partPaths(control, parts)), ...buses] }, lines.write)
      : record === undefined
        ? new WatchLog({ line: lines.write, pcap: capture?.write, json, paint: lines.paint })
        : new RecordLog((text) => capture?.write(text), lines.write, { ...record, mask });
  const remote = new RemoteBoards(log);
  let hasEnded = false;
  try {
    if (log instanceof SigrokLog) await log.listen();
    const watch = await control.watch({ parts, buses }, remote.told);
    for (const output of [lines, capture]) output?.onPace(watch.pause, watch.resume);
    void watch.over.then(() => {
      hasEnded = true;
    });
    await untilInterrupted(watch.over);
  } finally {
    control.close();
  }
  if (hasEnded) warn('the board has ended');
  await remote.attached;
  await log.end();
  await Promise.all([lines.flushed(), capture?.flushed()]);
  return 0;
}

/** The paths of parts that are named by labels, too. @throws {Error} naming the parts that there are */
function partPaths(control: BoardControl, parts: readonly string[]): Promise<string[]> {
  return Promise.all(parts.map(async (part) => (await control.ask<ControlPart>({ call: 'get', part })).path));
}

/** What comes from the other process, as the log reads it. */
export class RemoteBoards {
  /** Resolves when all boards that were told of are known to the log. */
  attached: Promise<void> = Promise.resolve();
  readonly #log: WatchLog | RecordLog | SigrokLog;
  readonly #boards: RemoteBoard[] = [];

  constructor(log: WatchLog | RecordLog | SigrokLog) {
    this.#log = log;
  }

  readonly told = (event: ControlEvent): void => {
    if (event.event === 'board') {
      const board = new RemoteBoard();
      this.#boards[event.board] = board;
      this.attached = this.attached
        .then(() => this.#log.attach(event.buses, board, event.of))
        .then(() => void this.#log.drain());
      return;
    }
    const board = this.#boards[event.board];
    if (event.event === 'lost') board?.lose(event.count);
    else board?.add(event);
    this.#log.drain();
  };
}

class RemoteBoard implements EventSource {
  dropped = 0;
  readonly #events: ToldEvent[] = [];

  told(): ToldEvent | undefined {
    return this.#events.shift();
  }

  add(event: ToldEvent): void {
    this.#events.push(event);
  }

  lose(count: number): void {
    this.dropped += count;
  }
}

/** A file, or a stream whose reader may be slow. */
interface Output {
  readonly paint: ReturnType<typeof paintFor>;
  readonly write: (data: string | Uint8Array) => void;
  /** Lets whoever writes wait while more than a little is unread. */
  onPace(pause: () => void, resume: () => void): void;
  /** Waits until all is written, or the reader has taken none of it for too long: then the process ends here. */
  flushed(): Promise<void>;
}

function outputTo(file: string, stream: NodeJS.WriteStream): Output {
  if (file !== '-') return fileOutput(file);
  let pause = () => {};
  let resume = () => {};
  let isFull = false;
  return {
    paint: paintFor(stream),
    write: (data) => {
      if (stream.write(data) || isFull) return;
      isFull = true;
      pause();
      stream.once('drain', () => {
        isFull = false;
        resume();
      });
    },
    onPace: (pauseNow, resumeNow) => {
      pause = pauseNow;
      resume = resumeNow;
    },
    flushed: async () => {
      if (stream.writableLength === 0) return;
      const tooLate = setTimeout(() => process.exit(0), END_LIMIT_MS);
      await new Promise<void>((resolve) => stream.write('', () => resolve()));
      clearTimeout(tooLate);
    },
  };
}

function fileOutput(file: string): Output {
  const fd = openForWriting(file);
  return {
    paint: (_style, text) => text,
    write: (data) => {
      const bytes = Buffer.from(data as Uint8Array);
      try {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
      } catch (thrown) {
        warn(cannotWrite(file, thrown).message);
        process.exit(1);
      }
    },
    onPace() {},
    flushed: async () => {},
  };
}
