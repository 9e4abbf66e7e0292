import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
  flag,
  listOf,
  type OptionChecks,
  oneOf,
  option,
  temporaryFolder,
  text,
} from '../input/index.ts';
import { initScript } from './guest-console.ts';
import { type GuestEnd, type GuestMachine, runMachine } from './guest-process.ts';
import { checkKernel, noVirtualTime } from './kernels.ts';
import { planQemu, whyNoKvm } from './qemu.ts';
import { RELEASE } from './released.ts';
import { umlMachine } from './uml.ts';

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

/** A guest on a KVM that works runs its command after two seconds. */
const KVM_START_MS = 10_000;

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
  checkKernel(options.kernel, options.machine ?? 'uml');
  const folder = temporaryFolder('guest');
  try {
    const board = await ServedBoard.open(file, { ...settingsOf(options), socketDirectory: folder });
    try {
      options.onBoard?.(board);
      const guest = new Guest(folder, options, board.timeSocket);
      const buses = board.busesOf(options.owner);
      const end = await (options.machine === 'qemu' ? guest.bootQemu(buses) : guest.bootUml(buses));
      if (end.started && board.timeSocket !== undefined && !board.hadGuestInVirtualTime)
        throw noVirtualTime(options.kernel);
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
    const { kernel, onWarning } = this.#options;
    const init = (prepare: string) => this.#init(prepare);
    const plan = { folder: this.#folder, kernel, buses, timeSocket: this.#timeSocket, init, onWarning };
    return this.#told(await this.#run(umlMachine(plan)));
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
