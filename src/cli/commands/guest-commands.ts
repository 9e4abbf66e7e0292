import type { Command } from 'commander';
import { leadingBoard, refuseConnection, withBoardOptions } from '../board/board-options.ts';
import { type BoardArguments, treeOptions } from '../board/named-board.ts';
import { packageFile } from '../terminal/package-file.ts';
import { InvalidValue, UsageError } from '../terminal/usage-error.ts';
import { warn } from '../terminal/warn.ts';
import { addServeCommand } from './serve-command.ts';

const USAGE = 2;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function addGuestCommands(program: Command, end: (exitCode: number) => void): void {
  addServeCommand(program, end);
  const guest = program
    .command('guest')
    .summary("boot a real Linux on a board's buses and run a command in it")
    .description(
      `Boots a User-Mode Linux whose drivers bind to the board's parts, runs a command in it with the host's programs, and returns its output and exit code.

With --qemu the guest is a PC whose PCI devices are the buses, on KVM where that works. A PC has no device tree: Linux learns of the peripherals on I2C buses by new_device, under their compatible without the vendor, and of none on SPI buses.`,
    )
    .usage('[options] [board] [-- command...]')
    .argument(
      '[command...]',
      'the device tree of the board (.dts, .dtb; or -b), then what to run in the guest, after --; default: a list of what Linux found',
    )
    .option('--qemu', 'boot a PC under QEMU instead of a User-Mode Linux', false)
    .option(
      '--kernel <file>',
      'the kernel (default: DTBUS_GUEST_KERNEL, with --qemu DTBUS_QEMU_KERNEL, or ~/.local/share/dtbus/linux, with --qemu bzImage there); see test/guest/README.md of this package',
    )
    .option('--owner <name>', 'expose only peripherals with this dtbus,owner (default: those without one)')
    .option(
      '--no-drivers',
      "take Linux's drivers off the parts (not off muxes): programs reach them by /dev/i2c-N and /dev/spidevB.C, which else say EBUSY or are not there",
    )
    .option(
      '--time-travel',
      'virtual time: the guest and the board have one clock, which leaps over every sleep and wait; it begins at 2000-01-01',
      false,
    )
    .option('--timeout <seconds>', 'kill the guest after this time (of the machine)', '60')
    .addHelpText(
      'after',
      `
Example:
  dtbus guest dts/demo.dts -- i2cdetect -y 1
  dtbus guest dts/demo.dts --kernel ./linux
  dtbus guest --no-drivers -- python3 read-temperature.py
  dtbus guest --time-travel -- sh -c 'sleep 3600; hwclock'
  dtbus guest dts/demo.dts --qemu --kernel ./bzImage -- i2cdetect -y 1
`,
    );
  withBoardOptions(guest);
  refuseConnection(
    guest,
    'a guest gets a board of its own. Unset DTBUS_CONNECT, or start the guest on the sockets of `dtbus serve` by hand: see test/guest/README.md of this package',
  ).action(async (given: string[], guestArguments: BoardArguments & GuestArguments) => {
    const { args, words } = leadingBoard(guestArguments, given);
    end(await bootGuest(args, words));
  });
}

interface GuestArguments {
  readonly qemu: boolean;
  readonly kernel?: string;
  readonly owner?: string;
  readonly drivers: boolean;
  readonly timeTravel: boolean;
  readonly timeout: string;
}

/** What Linux found on the buses, by compatible or by its own id, and which driver of its own took it. */
const LOOK_AROUND = [
  'sh',
  '-c',
  `for device in /sys/bus/i2c/devices/[0-9]*-* /sys/bus/spi/devices/*; do
     if [ -e "$device/of_node/reg" ]; then id=$(tr '\\0' ' ' < "$device/of_node/compatible")
     elif [ -e "$device/name" ] && [ ! -e "$device/new_device" ]; then id=$(cat "$device/name")
     else continue; fi
     driver=$(readlink "$device/driver")
     printf '%-8s %-28s %s\n' "$(basename "$device")" "$id" "$(basename "$driver")"
   done`,
];

/** Says how a kernel is named where there is none. */
function warnOfNoKernel(
  machine: 'uml' | 'qemu',
  { KERNELS, usualKernel }: typeof import('../../guest/index.ts'),
) {
  const how = packageFile('test/guest/README.md');
  warn(
    `no guest kernel: use --kernel FILE, set ${KERNELS[machine].variable} or put one at ${usualKernel(machine)}; ${how} tells how to build one`,
  );
}

async function bootGuest(args: BoardArguments & GuestArguments, command: readonly string[]): Promise<number> {
  const machine = args.qemu ? 'qemu' : 'uml';
  const seconds = Number(args.timeout);
  if (!(seconds > 0)) throw new InvalidValue('--timeout', 'a number of seconds', args.timeout);
  if (args.qemu && args.timeTravel)
    throw new UsageError('--time-travel needs a User-Mode Linux: leave out --qemu');
  const room = await import('../../guest/index.ts');
  const kernel = room.findKernel(machine, args.kernel);
  if (kernel === undefined) {
    warnOfNoKernel(machine, room);
    return USAGE;
  }
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  for (const signal of SIGNALS) process.on(signal, interrupt);
  try {
    const { exitCode, killed } = await room.runGuest(args.board, {
      ...treeOptions(args),
      machine,
      kernel,
      owner: args.owner,
      drivers: args.drivers,
      virtualTime: args.timeTravel,
      command: command.length > 0 ? command : LOOK_AROUND,
      deadlineMs: seconds * 1000,
      output: (bytes) => process.stdout.write(bytes),
      onWarning: warn,
      interrupted: interrupted.signal,
    });
    if (killed) warn(`the guest did not end within ${seconds} s and was killed`);
    else if (interrupted.signal.aborted) warn('interrupted: the guest was killed');
    else if (exitCode === undefined) warn('the guest ended before the command did');
    return exitCode ?? 1;
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
  }
}
