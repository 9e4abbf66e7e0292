import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { guestTree } from './guest-tree.ts';
import { ServedBoard, type ServedBus, type ServeOptions } from './serve.ts';

export interface GuestOptions extends Omit<ServeOptions, 'socketDirectory'> {
  /** A User-Mode Linux kernel with virtio_uml, device tree, and the drivers of the board's parts. */
  readonly kernel: string;
  /** What process 1 runs, with the host's programs and files. */
  readonly command: readonly string[];
  /** The guest is killed after so many ms. */
  readonly deadlineMs: number;
  /** Who the guest is: it has the clients that name this owner (`dtbus,owner`), else those that name none. */
  readonly owner?: string | undefined;
  /** Gets the command's output as it comes. */
  readonly output: (bytes: Uint8Array) => void;
}

/** How a command in a guest ended. */
export interface GuestResult {
  /** Undefined when it never came to an end. */
  readonly exitCode: number | undefined;
  /** The guest was killed at its deadline. */
  readonly killed: boolean;
}

const MEMORY = '256M';

/**
 * Boots a real Linux on the board's buses and runs a command in it. Linux's own drivers bind to what the
 * board's device tree says.
 */
export async function runGuest(file: string, options: GuestOptions): Promise<GuestResult> {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-guest-'));
  try {
    const board = await ServedBoard.open(file, { ...options, socketDirectory: folder });
    try {
      return await boot(board.busesOf(options.owner), folder, options);
    } finally {
      await board.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function boot(
  buses: readonly ServedBus[],
  folder: string,
  options: GuestOptions,
): Promise<GuestResult> {
  const dtb = join(folder, 'guest.dtb');
  const init = join(folder, 'init');
  // A kernel may still panic on its way out, so the command's end is told by a line of its own.
  const mark = `dtbus-guest-${process.pid}-exit`;
  writeFileSync(dtb, guestTree(buses));
  writeFileSync(init, initScript(options.command, mark), { mode: 0o755 });
  const argv = [
    `mem=${MEMORY}`,
    'root=/dev/root',
    'rootfstype=hostfs',
    'rootflags=/',
    'ro',
    `init=${init}`,
    'con0=fd:0,fd:1',
    'con=null',
    'quiet',
    `dtb=${dtb}`,
  ];
  const guest = spawn(options.kernel, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  const scanner = new MarkScanner(mark, options.output);
  guest.stdout.on('data', (bytes: Buffer) => scanner.take(bytes));
  let killed = false;
  const deadline = setTimeout(() => {
    killed = true;
    guest.kill('SIGKILL');
  }, options.deadlineMs);
  try {
    await new Promise<void>((resolve, reject) => {
      guest.once('error', (error) =>
        reject(new Error(`the kernel ${options.kernel} cannot be run: ${error.message}`)),
      );
      guest.once('close', () => resolve());
    });
  } finally {
    clearTimeout(deadline);
  }
  scanner.end();
  return { exitCode: scanner.exitCode, killed };
}

/** Process 1: prepares the system as far as programs expect it, runs the command, powers off. */
function initScript(command: readonly string[], mark: string): string {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /run
cd ${`'${process.cwd().replaceAll("'", `'\\''`)}'`}
${quoted}
echo "${mark} $?"
busybox poweroff -f
`;
}

/** Passes output on up to the line that tells the exit code. */
class MarkScanner {
  exitCode: number | undefined;
  readonly #mark: string;
  readonly #output: (bytes: Uint8Array) => void;
  #line = '';

  constructor(mark: string, output: (bytes: Uint8Array) => void) {
    this.#mark = mark;
    this.#output = output;
  }

  take(bytes: Buffer): void {
    const lines = (this.#line + bytes.toString('latin1')).split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#pass(`${line}\n`);
  }

  end(): void {
    if (this.#line !== '') this.#pass(this.#line);
    this.#line = '';
  }

  #pass(line: string): void {
    if (this.exitCode !== undefined) return;
    const at = line.indexOf(`${this.#mark} `);
    if (at < 0) {
      // The console ends lines as a terminal does.
      this.#output(Buffer.from(line.replace(/\r\n$/, '\n'), 'latin1'));
      return;
    }
    if (at > 0) this.#output(Buffer.from(line.slice(0, at), 'latin1'));
    this.exitCode = Number.parseInt(line.slice(at + this.#mark.length + 1), 10);
  }
}
