import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { isAlive, programName, threadNumber } from '../../bus/index.ts';

/** Who holds a lock: a thread of a process of a machine, and what it runs. */
interface Holder {
  readonly pid: number;
  /** In the kernel; 0 where that cannot be known. */
  readonly tid: number;
  readonly host: string;
  readonly program: string;
}

/** A lock file is written in one go; one that stays empty for longer was left by somebody who ended in between. */
const WRITING_MS = 2000;

/**
 * The right to write a file, as `FILE.lock` beside it. It ends with its thread: a lock that one left who was killed is
 * taken over.
 */
export class FileLock {
  readonly #path: string;
  #held = false;

  /** Of `file`: links are followed by the caller. */
  constructor(file: string) {
    this.#path = `${file}.lock`;
  }

  /** @returns who else has it: `process 123 (dtbus serve)`; undefined: it is held, or this folder takes no lock files */
  take(): string | undefined {
    for (let tries = 0; tries < 3 && !this.#held; tries++) {
      if (this.#create()) break;
      const holder = holderOf(this.#path);
      if (holder !== undefined) return holder;
      this.#clear();
    }
    return undefined;
  }

  release(): void {
    if (this.#held) rmSync(this.#path, { force: true });
    this.#held = false;
  }

  /** False: there is one already. */
  #create(): boolean {
    let file: number;
    try {
      // Never through a link that somebody has laid there.
      file = openSync(this.#path, 'wx', 0o644);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code !== 'EEXIST';
    }
    try {
      writeSync(file, JSON.stringify(thisThread()));
      this.#held = true;
    } catch {
      // A full disk: nothing can be saved there either.
      rmSync(this.#path, { force: true });
    } finally {
      closeSync(file);
    }
    return true;
  }

  /** Takes away what nobody holds any more; of two who do so at once, one puts back what the other has made. */
  #clear(): void {
    const aside = `${this.#path}.${process.pid}`;
    try {
      renameSync(this.#path, aside);
      if (holderOf(aside) !== undefined && !existsSync(this.#path)) renameSync(aside, this.#path);
    } catch {
      // The other one was faster.
    }
    rmSync(aside, { force: true });
  }
}

function thisThread(): Holder {
  return { pid: process.pid, tid: threadNumber() ?? 0, host: hostname(), program: programName() };
}

/** Who holds the lock, for people; undefined: nobody any more. */
function holderOf(path: string): string | undefined {
  let text: string;
  let ageMs: number;
  try {
    text = readFileSync(path, 'utf8');
    ageMs = Date.now() - statSync(path).mtimeMs;
  } catch {
    return undefined;
  }
  if (text === '') return ageMs < WRITING_MS ? 'another process' : undefined;
  const { pid, tid, host, program } = parsed(text);
  if (host !== hostname()) return `process ${pid} on ${printable(host)}`;
  if (!lives(pid, tid)) return undefined;
  return pid === process.pid ? 'another board of this process' : `process ${pid} (${printable(program)})`;
}

function parsed(text: string): Holder {
  try {
    const { pid, tid, host, program } = JSON.parse(text) as Partial<Holder>;
    return { pid: Number(pid), tid: Number(tid), host: String(host), program: String(program) };
  } catch {
    return { pid: 0, tid: 0, host: hostname(), program: '' };
  }
}

function lives(pid: number, tid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (process.platform === 'linux') return existsSync(`/proc/${pid}/task/${tid || pid}`);
  return isAlive(pid);
}

const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').slice(0, 80);
