import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';

/**
 * Boots a real Linux for a test: User-Mode Linux, which is an ordinary process, or a PC under QEMU. Both have
 * the host's files, read-only, and therefore its programs. How to build the kernels: `README.md` beside this.
 */

const shared = process.env['DTBUS_SHARED'] ?? fileURLToPath(new URL('../../../shared', import.meta.url));

/** The User-Mode Linux kernel, an executable. */
export const UML_KERNEL = process.env['DTBUS_GUEST_KERNEL'] ?? join(shared, 'guest/linux');
/** The kernel for QEMU. */
export const QEMU_KERNEL = process.env['DTBUS_QEMU_KERNEL'] ?? join(shared, 'guest/bzImage');
/** Another QEMU than the system's can be named. */
const QEMU = process.env['DTBUS_QEMU'] || 'qemu-system-x86_64';
/** KVM may be there and yet abort (on a virtual machine's own virtual machine): it has to be asked for. */
const QEMU_ACCELERATOR = process.env['DTBUS_QEMU_ACCEL'] ?? 'tcg';
/** Kernel modules for the former. */
export const UML_MODULES = join(shared, 'guest/modules');

/** Why tests cannot boot a User-Mode Linux here; undefined when they can. */
export const NO_UML = missing(
  existsSync(UML_KERNEL) ? undefined : `no kernel at ${UML_KERNEL} (see test/guest/README.md)`,
  process.arch === 'x64' ? undefined : `User-Mode Linux was built for x64, this is ${process.arch}`,
  program('busybox'),
);

/** Why tests cannot boot under QEMU here; undefined when they can. */
export const NO_QEMU = missing(
  existsSync(QEMU_KERNEL) ? undefined : `no kernel at ${QEMU_KERNEL} (see test/guest/README.md)`,
  existsSync(QEMU) ? undefined : program(QEMU),
  program('busybox'),
);

/** Why a back-end that died cannot be followed by another under this QEMU; undefined when it can. */
export const NO_RETURN = NO_QEMU ?? noReturn();

function noReturn(): string | undefined {
  const [, major] = /version (\d+)/.exec(execFileSync(QEMU, ['--version'], { encoding: 'utf8' })) ?? [];
  return Number(major) < 10
    ? undefined
    : missing(`QEMU ${major} takes no back-end back in any mode; version 7.2 does`);
}

/** Why a test that needs a program cannot run; undefined when the program is there. */
export function program(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, name))) ? undefined : `${name} is not installed`;
}

function missing(...reasons: (string | undefined)[]): string | undefined {
  const reason = reasons.find((each) => each !== undefined);
  if (reason !== undefined) console.warn(`guest tests are skipped: ${reason}`);
  return reason;
}

export interface GuestDevice {
  /** Where its back-end listens. */
  readonly socket: string;
  /** Virtio device id. */
  readonly deviceId: 34 | 41 | 45;
  /** More properties of the device; QEMU only. */
  readonly properties?: string;
}

export interface GuestOptions {
  /** Shell commands, run by process 1 with the host's programs. */
  readonly commands: string;
  readonly devices?: readonly GuestDevice[];
  /** A device-tree blob; User-Mode Linux only. */
  readonly dtb?: Uint8Array;
  /** The guest is killed after so many ms. */
  readonly deadlineMs: number;
  /** More arguments for the kernel. */
  readonly kernelArguments?: readonly string[];
  /** Is given the other end of the guest's serial line `/dev/ttyS0`; User-Mode Linux only. */
  readonly line?: (stream: Duplex) => void;
}

export interface GuestResult {
  /** All that the guest wrote to its console. */
  readonly output: string;
  /** What the commands ended with; undefined when they never came to an end. */
  readonly exitCode: number | undefined;
  /** It did not end by itself in time. */
  readonly killed: boolean;
  readonly ms: number;
}

/** What the init script says last, since a kernel may still panic on its way out. */
const MARK = 'dtbus-guest-exit-code';

/** Process 1: prepares the system as far as programs expect it, runs the commands, and powers off. */
function initScript(commands: string): string {
  return `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/ TERM=dumb
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mountpoint -q /dev || mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /run
(
${commands}
)
echo "${MARK} $?"
busybox poweroff -f
`;
}

/** A User-Mode Linux with the given devices; resolves when it has ended. */
export async function bootGuest(options: GuestOptions): Promise<GuestResult> {
  return run(options, (folder, init) => {
    const { devices = [], dtb, kernelArguments = [], line } = options;
    const args = [
      'mem=192M',
      'root=/dev/root rootfstype=hostfs rootflags=/ ro',
      `init=${init}`,
      'con0=fd:0,fd:1 con=null quiet',
      ...devices.map(({ socket, deviceId }) => `virtio_uml.device=${socket}:${deviceId}`),
      ...(line === undefined ? [] : ['ssl0=fd:3']),
      ...kernelArguments,
    ];
    if (dtb !== undefined) {
      writeFileSync(join(folder, 'guest.dtb'), dtb);
      args.push(`dtb=${join(folder, 'guest.dtb')}`);
    }
    return [UML_KERNEL, args.flatMap((each) => each.split(' '))];
  });
}

/** QEMU's devices for the virtio ids that it can carry. */
const QEMU_DEVICE = {
  34: 'vhost-user-i2c-pci',
  41: 'vhost-user-gpio-pci',
  45: 'vhost-user-spi-pci',
} as const;

/** The same under QEMU: a PC with PCI devices. */
export async function bootQemu(
  options: GuestOptions & {
    /** QEMU listens at the sockets and waits for the back-ends. */
    readonly listens?: boolean;
  },
): Promise<GuestResult> {
  return run(options, (_, init) => {
    const { devices = [], kernelArguments = [], listens = false } = options;
    const append = [
      'console=ttyS0 quiet root=root rootfstype=9p',
      'rootflags=trans=virtio,version=9p2000.L,msize=262144',
      `ro init=${init}`,
      ...kernelArguments,
    ].join(' ');
    const fixed =
      `-M q35 -accel ${QEMU_ACCELERATOR} -cpu max -m 256 -smp 1 -nographic -no-reboot -nodefaults -serial stdio ` +
      '-object memory-backend-memfd,id=mem,size=256M,share=on -machine memory-backend=mem ' +
      '-fsdev local,id=f0,path=/,security_model=none,readonly=on,multidevs=remap ' +
      '-device virtio-9p-pci,fsdev=f0,mount_tag=root';
    const own = devices.flatMap(({ socket, deviceId, properties }, i) => [
      '-chardev',
      `socket,id=c${i},path=${socket}${listens ? ',server=on,wait=on' : ''}`,
      '-device',
      `${QEMU_DEVICE[deviceId]},chardev=c${i}${properties === undefined ? '' : `,${properties}`}`,
    ]);
    return [QEMU, [...fixed.split(' '), ...own, '-kernel', QEMU_KERNEL, '-append', append]];
  });
}

/**
 * Runs a guest under a deadline that ends in SIGKILL: one that waits for a back-end for ever ignores every
 * other signal. Its output goes to a file: a pipe would be held open by its children.
 */
async function run(
  options: GuestOptions,
  command: (folder: string, init: string) => [string, string[]],
): Promise<GuestResult> {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-guest-'));
  const init = join(folder, 'init.sh');
  writeFileSync(init, initScript(options.commands), { mode: 0o755 });
  const console = openSync(join(folder, 'console'), 'w');
  const started = performance.now();
  try {
    const [file, args] = command(folder, init);
    const child = spawn(file, args, {
      stdio: ['ignore', console, console, options.line === undefined ? 'ignore' : 'pipe'],
      detached: true,
      cwd: folder,
    });
    const [, , , stream] = child.stdio;
    if (stream instanceof Duplex) options.line?.(stream);
    const end = (): void => {
      // The whole group: a User-Mode Linux has processes of its own.
      if (child.pid !== undefined) kill(-child.pid);
    };
    let killed = false;
    const deadline = setTimeout(() => {
      killed = true;
      end();
    }, options.deadlineMs);
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => resolve());
      child.once('error', reject);
    });
    clearTimeout(deadline);
    end();
    const ms = Math.round(performance.now() - started);
    const output = readFileSync(join(folder, 'console'), 'utf8').replaceAll('\r\n', '\n');
    const mark = new RegExp(`^${MARK} (\\d+)\\n?`, 'm').exec(output);
    return {
      output: mark === null ? output : output.replace(mark[0], ''),
      exitCode: mark === null ? undefined : Number(mark[1]),
      killed,
      ms,
    };
  } finally {
    closeSync(console);
    rmSync(folder, { recursive: true, force: true });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
