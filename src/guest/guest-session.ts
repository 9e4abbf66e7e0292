import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Board } from '../board/index.ts';
import { BoardError, SharedTime } from '../board/served.ts';
import { temporaryFolder } from '../input/index.ts';
import { initScript, quoted } from './guest-console.ts';
import { type GuestEnd, runMachine } from './guest-process.ts';
import { checkKernel, noVirtualTime } from './kernels.ts';
import { RELEASE } from './released.ts';
import { umlMachine } from './uml.ts';

const MS = 1e6;
/**
 * How long the guest sleeps while there is nothing to do, in ms of its own: twice as long each time, so that it does not
 * keep itself busy until it waits here.
 */
const POLL_MS = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/** So long it may look. */
const SHORT_MS = 50;
/** The guest's name of the folder in which commands come and answers go. */
const EXCHANGE = '/run/dtbus';
/** Node's own, also where a test's runner puts others in their place later. */
const { setTimeout, clearTimeout } = globalThis;
/** A guest is killed behind its session; this is for a session that is forgotten. */
const LONGEST_MS = 3_600_000;

export interface GuestSessionOptions {
  readonly kernel: string;
  /** False: Linux's drivers give the parts up. */
  readonly drivers?: boolean | undefined;
  /** Who the guest is. */
  readonly owner?: string | undefined;
  /** How long the boot, a command, or a time that passes may take, in ms of the machine. */
  readonly timeoutMs: number;
  readonly onWarning: (sentence: string) => void;
}

/** What a command in the guest ended with, and all that it wrote. */
export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
}

/**
 * A User-Mode Linux on a board of this thread that has one clock with it. Time stands but for what is asked for here: a
 * command that runs, or a time that passes.
 */
export class GuestSession {
  readonly #folder: string;
  readonly #time: SharedTime;
  readonly #options: GuestSessionOptions;
  readonly #kill = new AbortController();
  #console = '';
  #count = 0;
  #end: Promise<GuestEnd> | undefined;
  #work: Promise<unknown> = Promise.resolve();

  private constructor(folder: string, time: SharedTime, options: GuestSessionOptions) {
    this.#folder = folder;
    this.#time = time;
    this.#options = options;
  }

  /**
   * Boots a guest, up to where it waits for commands.
   * @throws {BoardError} the kernel, the board or the guest cannot do it
   */
  static async boot(board: Board, options: GuestSessionOptions): Promise<GuestSession> {
    checkKernel(options.kernel, 'uml');
    const folder = temporaryFolder('guest');
    let session: GuestSession | undefined;
    try {
      const time = await SharedTime.open(board, folder, options.onWarning);
      session = new GuestSession(folder, time, options);
      await session.#boot();
      return session;
    } catch (error) {
      await session?.close();
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Runs shell lines in the guest, with the host's programs; time goes on as they want it, and as long as they run.
   * @throws {BoardError} the guest ended, or did not end them in time
   */
  run(command: string): Promise<CommandResult> {
    return this.#inTurn(async () => {
      if (this.#time.lead > SHORT_MS * MS) await this.#pass(0);
      const name = this.#send(command);
      const done = join(this.#exchange, `${name}.done`);
      await this.#limited(
        `the command \`${command}\``,
        this.#time.until(() => existsSync(done)),
      );
      const output = readFileSync(join(this.#exchange, `${name}.out`), 'utf8');
      return { exitCode: Number(readFileSync(done, 'utf8')), output };
    });
  }

  /** Lets `ms` pass for the board and the guest. @throws {BoardError} as `run` */
  pass(ms: number): Promise<void> {
    return this.#inTurn(() => this.#pass(ms));
  }

  /** Kills the guest and takes its sockets away. The board stays. */
  async close(): Promise<void> {
    this.#kill.abort();
    await this.#end?.catch(() => {});
    await this.#time.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #exchange(): string {
    return join(this.#folder, 'exchange');
  }

  async #boot(): Promise<void> {
    const { kernel, owner, onWarning } = this.#options;
    mkdirSync(this.#exchange);
    const machine = umlMachine({
      folder: this.#folder,
      kernel,
      buses: this.#time.busesOf(owner),
      timeSocket: this.#time.timeSocket,
      init: (prepare) => this.#writeInit(prepare),
      onWarning,
    });
    this.#end = runMachine(machine, {
      mark: 'dtbus-guest',
      deadline: performance.now() + LONGEST_MS,
      output: (bytes) => {
        this.#console = (this.#console + Buffer.from(bytes).toString('latin1')).slice(-2000);
      },
      onNote: onWarning,
      interrupted: this.#kill.signal,
    });
    const ready = join(this.#exchange, 'ready');
    await this.#limited(
      'the boot',
      this.#time.until(() => existsSync(ready)),
    );
  }

  #writeInit(prepare: string): string {
    const path = join(this.#folder, 'init');
    const serve = `
mkdir ${EXCHANGE} && mount -t hostfs -o ${quoted(this.#exchange)} dtbus ${EXCHANGE}
: > ${EXCHANGE}/ready
n=1
while :; do
  set -- ${POLL_MS.map((ms) => ms / 1000).join(' ')}
  until [ -e ${EXCHANGE}/$n ]; do sleep $1; [ $# -gt 1 ] && shift; done
  sh ${EXCHANGE}/$n < /dev/null > ${EXCHANGE}/$n.out 2>&1
  echo $? > ${EXCHANGE}/$n.code
  mv ${EXCHANGE}/$n.code ${EXCHANGE}/$n.done
  n=$((n+1))
done`;
    const lines = this.#options.drivers === false ? [prepare, RELEASE] : [prepare];
    writeFileSync(path, initScript('dtbus-guest', ['sh', '-c', serve], lines.join('\n')), { mode: 0o755 });
    return path;
  }

  async #pass(ms: number): Promise<void> {
    // It would else look for commands again and again.
    const sleep = Math.floor(this.#time.lead / MS + ms) - 2;
    if (sleep > SHORT_MS) this.#send(`sleep ${sleep / 1000}`);
    await this.#limited(`a time of ${ms} ms`, this.#time.pass(ms * MS));
  }

  /** @returns the name that its answers have */
  #send(command: string): string {
    const name = String(++this.#count);
    const path = join(this.#exchange, `${name}.new`);
    writeFileSync(path, `${command}\n`);
    // At once as a whole.
    renameSync(path, join(this.#exchange, name));
    return name;
  }

  /** One thing after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#work.then(work);
    this.#work = result.catch(() => {});
    return result;
  }

  /** Waits for `work`. @throws {BoardError} the guest ended meanwhile, or it takes too long: then the guest is killed */
  async #limited(what: string, work: Promise<void>): Promise<void> {
    const { timeoutMs, kernel } = this.#options;
    let late = false;
    const limit = setTimeout(() => {
      late = true;
      this.#kill.abort();
    }, timeoutMs);
    const ended = (this.#end as Promise<GuestEnd>).then(({ complaint, failure }) => {
      if (late)
        throw new BoardError(`${what} in the guest did not end within ${timeoutMs / 1000} s of the machine`);
      const said = `${complaint}${this.#console}`.trim().slice(-1000);
      throw new BoardError(`the guest ended during ${what}: ${[failure, said].filter(Boolean).join('\n')}`);
    });
    try {
      await Promise.race([work, ended]);
    } finally {
      clearTimeout(limit);
      ended.catch(() => {});
    }
    if (!this.#time.hadGuest) throw noVirtualTime(kernel);
  }
}
