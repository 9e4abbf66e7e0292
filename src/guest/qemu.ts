import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { promisify } from 'node:util';
import type { ServedBus } from '../board/served.ts';
import type { GuestMachine } from './guest-process.ts';
import { clientsOf } from './platform-nodes.ts';
import { prepareQemuGuest, type QemuBus, type QemuDevice, qemuDevices } from './qemu-buses.ts';

/** Another QEMU than the system's can be named. */
const qemu = (): string => process.env['DTBUS_QEMU'] || 'qemu-system-x86_64';

const MEMORY_MIB = 256;

/** QEMU's PCI device for a bus. */
const deviceName = ({ node }: ServedBus): QemuDevice['name'] => `vhost-user-${node.kind}-pci`;

/** A PC on a board's buses, before it is known what runs its instructions. */
interface QemuPlan {
  /** Shell lines for process 1: numbers of buses, clients. */
  readonly prepare: string;
  /** Which buses this QEMU has no device for, and what only a device tree can tell Linux of, a sentence each. */
  readonly leftOut: readonly string[];
  machine(accelerator: Accelerator, init: string): GuestMachine;
}

/** What runs the guest's instructions: the processor itself, or QEMU's translator. */
type Accelerator = 'kvm' | 'tcg';

/** Why KVM is not worth trying; undefined when it is. */
export function whyNoKvm(): string | undefined {
  // A KVM that does not work can hang instead of aborting.
  if (process.env['DTBUS_QEMU_ACCEL'] === 'tcg') return 'DTBUS_QEMU_ACCEL is tcg';
  try {
    accessSync('/dev/kvm', constants.R_OK | constants.W_OK);
    return undefined;
  } catch (thrown) {
    const absent = (thrown as NodeJS.ErrnoException).code === 'ENOENT';
    return absent ? '/dev/kvm does not exist' : '/dev/kvm may not be opened (join its group)';
  }
}

/**
 * Lays a PC out whose PCI devices are the board's buses; the host's files are its root over 9p.
 * @throws {Error} QEMU cannot be run.
 */
export async function planQemu(buses: readonly ServedBus[], kernel: string): Promise<QemuPlan> {
  const known = await knownDevices();
  const has = (bus: ServedBus) => known.has(deviceName(bus));
  const carried = buses.filter(has).map((bus): QemuBus => ({ ...bus, device: deviceName(bus) }));
  const devices = qemuDevices(carried);
  return {
    prepare: prepareQemuGuest(devices),
    leftOut: [leftOutSentence(buses.filter((bus) => !has(bus))), withoutTree(carried)].filter(
      (sentence) => sentence !== undefined,
    ),
    machine: (accelerator, init) => ({
      program: qemu(),
      argv: [...pcArguments(accelerator), ...deviceArguments(devices), ...kernelArguments(kernel, init)],
    }),
  };
}

function leftOutSentence(buses: readonly ServedBus[]): string | undefined {
  if (buses.length === 0) return undefined;
  const names = buses.map(({ node }) => `${node.kind}${node.number}`).join(', ');
  const devices = [...new Set(buses.map(deviceName))].join(' and no ');
  return `this QEMU has no ${devices}: ${names} left out`;
}

/** Linux makes SPI clients from a device tree only. */
function withoutTree(buses: readonly ServedBus[]): string | undefined {
  const clients = buses.filter(({ node }) => node.kind === 'spi').flatMap(clientsOf);
  if (clients.length === 0) return undefined;
  return `left out of the guest: ${clients.map(({ path }) => path).join(', ')}: a PC has no device tree`;
}

/** Names of the devices that this QEMU was built with. */
async function knownDevices(): Promise<ReadonlySet<string>> {
  try {
    const { stdout } = await promisify(execFile)(qemu(), ['-device', 'help']);
    return new Set([...stdout.matchAll(/^name "([^"]+)"/gm)].map(([, name]) => name as string));
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    const remedy = code === 'ENOENT' ? 'it is not installed; Debian has it in qemu-system-x86' : message;
    throw new Error(`${qemu()} cannot be run: ${remedy}`, { cause: thrown });
  }
}

/** vhost-user needs the guest's memory to be a file that both share. */
function pcArguments(accelerator: Accelerator): string[] {
  return [
    // Without the board's own SMBus, whose driver would take the number of a bus of ours.
    ...['-M', 'q35,smbus=off,memory-backend=mem', '-m', `${MEMORY_MIB}`, '-smp', '1'],
    ...['-object', `memory-backend-memfd,id=mem,size=${MEMORY_MIB}M,share=on`],
    ...['-accel', accelerator, '-cpu', accelerator === 'kvm' ? 'host' : 'max'],
    ...['-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none', '-serial', 'stdio'],
    ...['-fsdev', 'local,id=root,path=/,security_model=none,readonly=on,multidevs=remap'],
    ...['-device', 'virtio-9p-pci,fsdev=root,mount_tag=root'],
  ];
}

function deviceArguments(devices: readonly QemuDevice[]): string[] {
  return devices.flatMap(({ name, socket, slot }) => [
    '-chardev',
    `socket,id=bus${slot},path=${socket.replaceAll(',', ',,')}`,
    '-device',
    `${name},chardev=bus${slot},addr=0x${slot.toString(16)}`,
  ]);
}

function kernelArguments(kernel: string, init: string): string[] {
  const append = [
    // A search for a keyboard takes half a second.
    'console=ttyS0 quiet panic=-1 i8042.nokbd i8042.noaux',
    'root=root rootfstype=9p',
    'rootflags=trans=virtio,version=9p2000.L,msize=262144 ro',
    `init=${init}`,
  ];
  return ['-kernel', kernel, '-append', append.join(' ')];
}
