import { accessSync, constants, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  BoardError,
  ServedBoard,
  type ServedBus,
  type ServeSettings,
  settingChecks,
} from '../board/served.ts';
import {
  callback,
  checkOptions,
  type FilePath,
  fileTrouble,
  flag,
  listOf,
  type OptionChecks,
  oneOf,
  option,
  text,
} from '../input/index.ts';
import { initScript } from './guest-console.ts';
import { type GuestEnd, type GuestMachine, runMachine } from './guest-process.ts';
import { guestTree } from './guest-tree.ts';
import { planQemu, whyNoKvm } from './qemu.ts';
import { RELEASE } from './released.ts';
import { nameUnbound } from './unbound.ts';

/** How `runGuest` boots a Linux, and what it runs in it. */
export interface GuestOptions extends ServeSettings {
  /**
   * `uml` (default): a User-Mode Linux, an ordinary process, that gets a device tree. `qemu`: a PC with PCI
   * devices, on KVM where that works and translated where not.
   */
  readonly machine?: 'uml' | 'qemu';
  /** A kernel for that machine, with the drivers of the board's buses and parts. */
  readonly kernel: string;
  /** What process 1 runs, with the host's programs and files. */
  readonly command: readonly string[];
  /** The guest is killed after so many ms. */
  readonly deadlineMs: number;
  /** Who the guest is: it has the clients that name this owner (`dtbus,owner`), else those that name none. */
  readonly owner?: string | undefined;
  /** False: Linux's drivers give the parts up before the command, which reaches them by /dev/i2c-N and /dev/spidevB.C. */
  readonly drivers?: boolean | undefined;
  /** Called with the board before the guest boots: to move what its parts sense while the guest runs. */
  readonly onBoard?: (board: ServedBoard) => void;
  /** Gets the command's output as it comes. */
  readonly output: (bytes: Uint8Array) => void;
  /** Kills the guest. */
  readonly interrupted?: AbortSignal;
}

/** How a command in a guest ended. */
export interface GuestResult {
  /** Undefined when it never came to an end. */
  readonly exitCode: number | undefined;
  /** The guest was killed at its deadline. */
  readonly killed: boolean;
}

const REQUIRED = ['kernel', 'command', 'deadlineMs', 'output', 'onWarning'] as const;
const checks: OptionChecks<GuestOptions> = {
  ...settingChecks,
  machine: oneOf('uml', 'qemu'),
  kernel: text,
  command: listOf('texts', text),
  deadlineMs: option('a number of ms', (value) => typeof value === 'number' && value > 0),
  owner: text,
  drivers: flag,
  onBoard: callback,
  output: callback,
  interrupted: option(
    'an AbortSignal',
    (value) => typeof (value as AbortSignal | null)?.aborted === 'boolean',
  ),
};

const MEMORY = '256M';

/** A guest on a KVM that works runs its command after two seconds. */
const KVM_START_MS = 10_000;

/** @throws {BoardError} it is not there, or cannot be a kernel of this machine */
function checkKernel({ kernel, machine }: GuestOptions): void {
  const trouble = fileTrouble(kernel);
  if (trouble?.kind === 'absent') throw new BoardError(`kernel not found: ${kernel}`);
  if (trouble?.kind === 'folder' || trouble?.kind === 'special')
    throw new BoardError(`not a kernel: ${kernel} is not a regular file; name the kernel itself`);
  if (trouble !== undefined) throw new BoardError(`not a kernel: ${trouble.sentence}`);
  if (machine === 'qemu') return;
  try {
    accessSync(kernel, constants.X_OK);
  } catch (thrown) {
    throw new BoardError(
      `not executable: ${kernel}; a User-Mode Linux is a program: chmod +x it, or use --qemu for a kernel of a PC`,
      { cause: thrown },
    );
  }
}

/**
 * Boots a real Linux on the board's buses and runs a command in it. Linux's own drivers bind to what the
 * board's device tree says.
 * @throws {BoardError} @throws {Error} the machine cannot be started
 * @throws {TypeError} an option that is missing, not known, or of the wrong type
 */
export async function runGuest(file: FilePath, options: GuestOptions): Promise<GuestResult> {
  checkOptions('runGuest', options, checks);
  for (const name of REQUIRED) checks[name](name, options[name]);
  if (options.virtualTime === true && options.machine === 'qemu')
    throw new BoardError('virtual time needs a User-Mode Linux: a PC under QEMU has a clock of its own');
  checkKernel(options);
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-guest-'));
  try {
    const board = await ServedBoard.open(file, { ...settingsOf(options), socketDirectory: folder });
    try {
      options.onBoard?.(board);
      const guest = new Guest(folder, options, board.timeSocket);
      const buses = board.busesOf(options.owner);
      const end = await (options.machine === 'qemu' ? guest.bootQemu(buses) : guest.bootUml(buses));
      if (end.started && board.timeSocket !== undefined && !board.hadGuestInVirtualTime)
        throw new BoardError(
          `${options.kernel} has no virtual time: the guest had the machine's; build a kernel with CONFIG_UML_TIME_TRAVEL_SUPPORT`,
        );
      return { exitCode: end.exitCode, killed: end.killed };
    } finally {
      await board.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What of the options is for the board. */
function settingsOf(options: GuestOptions): ServeSettings {
  const settings = Object.entries(options).filter(([name]) => Object.hasOwn(settingChecks, name));
  return Object.fromEntries(settings) as object as ServeSettings;
}

class Guest {
  readonly #folder: string;
  readonly #options: GuestOptions;
  readonly #timeSocket: string | undefined;
  readonly #mark = `dtbus-guest-${process.pid}`;
  readonly #deadline: number;

  constructor(folder: string, options: GuestOptions, timeSocket: string | undefined) {
    this.#folder = folder;
    this.#timeSocket = timeSocket;
    this.#options = options;
    this.#deadline = performance.now() + options.deadlineMs;
  }

  async bootUml(buses: readonly ServedBus[]): Promise<GuestEnd> {
    const dtb = join(this.#folder, 'guest.dtb');
    const { blob, leftOut, places } = guestTree(buses);
    for (const sentence of leftOut) this.#options.onWarning(sentence);
    writeFileSync(dtb, blob);
    const root = [
      'root=/dev/root',
      'rootfstype=hostfs',
      'rootflags=/',
      'ro',
      `init=${this.#init(nameUnbound(places))}`,
    ];
    const time = this.#timeSocket === undefined ? [] : [`time-travel=ext:${this.#timeSocket}`];
    const argv = [`mem=${MEMORY}`, ...root, 'con0=fd:0,fd:1', 'con=null', 'quiet', `dtb=${dtb}`, ...time];
    return this.#told(await this.#run({ program: resolve(this.#options.kernel), argv }));
  }

  async bootQemu(buses: readonly ServedBus[]): Promise<GuestEnd> {
    const { kernel, onWarning, interrupted } = this.#options;
    const plan = await planQemu(buses, kernel);
    for (const sentence of plan.leftOut) onWarning(sentence);
    const init = this.#init(plan.prepare);
    const slow = (reason: string) => onWarning(`${reason}: the guest runs on TCG, which is slower`);
    const noKvm = whyNoKvm();
    if (noKvm === undefined) {
      const startLimit = Math.min(KVM_START_MS, (this.#deadline - performance.now()) / 2);
      const end = await this.#run(plan.machine('kvm', init), startLimit);
      // KVM may be there and yet abort, or run nothing, in a virtual machine for one.
      if (end.started || end.killed || end.failure === undefined || interrupted?.aborted === true) {
        return this.#told(end);
      }
      const complaint = end.complaint.split('\n')[0]?.replace(/^\S+: (error: )?/, '');
      const hung = `nothing ran within ${Math.round(startLimit / 100) / 10} s`;
      slow(`KVM does not work here (${end.stuck ? hung : complaint || end.failure})`);
    } else {
      slow(noKvm);
    }
    return this.#told(await this.#run(plan.machine('tcg', init)));
  }

  /** Passes on what the machine complained of. */
  #told(end: GuestEnd): GuestEnd {
    process.stderr.write(end.complaint);
    return end;
  }

  /** Writes process 1. @returns its path */
  #init(prepare: string): string {
    const path = join(this.#folder, 'init');
    const { command, drivers } = this.#options;
    const lines = drivers === false ? [prepare, RELEASE] : [prepare];
    writeFileSync(path, initScript(this.#mark, command, lines.join('\n')), { mode: 0o755 });
    return path;
  }

  #run(machine: GuestMachine, startLimit?: number): Promise<GuestEnd> {
    const { output, onWarning, interrupted } = this.#options;
    const [mark, deadline] = [this.#mark, this.#deadline];
    return runMachine(machine, {
      mark,
      deadline,
      output,
      onNote: onWarning,
      interrupted,
      ...(startLimit !== undefined && { startLimit }),
    });
  }
}
