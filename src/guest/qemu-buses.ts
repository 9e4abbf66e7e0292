import { isOwnedBy, type ServedBus } from '../board/served.ts';
import { addressOf, type DeviceNode, isTenBit } from '../bus/index.ts';
import { clientsOf } from '../frontend/index.ts';
import { quoted } from './guest-console.ts';
import { UNBOUND } from './unbound.ts';

/** A bus that QEMU can carry. */
export interface QemuBus extends ServedBus {
  readonly device: QemuDevice['name'];
}

/** A PCI device of the guest. */
export interface QemuDevice {
  readonly name: `vhost-user-${string}-pci`;
  readonly socket: string;
  /** Its place on the PCI bus: `0000:00:SLOT.0`. */
  readonly slot: number;
  /** The bus; undefined for a device that only holds a number free while Linux counts. */
  readonly bus: ServedBus['node'] | undefined;
  readonly owner: ServedBus['owner'];
}

/** The first slots and the last are the machine's own. */
const FIRST_SLOT = 4;
const LAST_SLOT = 30;

/** How the kernel's `new_device` wants a ten-bit address. */
const NEW_DEVICE_TEN_BIT = 0xa000;

/**
 * The PCI devices for a board's buses. Linux numbers I2C buses as it finds them, and a PC has no device tree to
 * say otherwise: where the board's numbers leave one out, a second connection to another bus takes it, and
 * `prepareQemuGuest` takes that away again.
 */
export function qemuDevices(buses: readonly QemuBus[]): QemuDevice[] {
  const i2c = buses.filter(({ node }) => node.kind === 'i2c').sort((a, b) => a.node.number - b.node.number);
  const others = buses.filter(({ node }) => node.kind !== 'i2c');
  const last = i2c.at(-1)?.node.number ?? -1;
  const roomForGaps = last + 1 + others.length <= LAST_SLOT - FIRST_SLOT + 1;
  const numbered = roomForGaps
    ? Array.from({ length: last + 1 }, (_, number) => i2c.find(({ node }) => node.number === number))
    : i2c;
  return [...numbered, ...others].map((bus, index) => {
    const carried = bus ?? (i2c[0] as QemuBus);
    return {
      name: carried.device,
      socket: carried.socket,
      slot: FIRST_SLOT + index,
      bus: bus?.node,
      owner: bus?.owner,
    };
  });
}

/**
 * `adapter SLOT NAME` finds a bus; `client PATH ADDRESS ID...` makes a client of the bus that was found last, by the first
 * id that a driver takes, as Linux does it with the list of a `compatible`.
 */
const SHELL_FUNCTIONS = `${UNBOUND}
adapter() {
  adapter=$(echo /sys/bus/pci/devices/0000:00:$1.0/virtio*/i2c-*)
  got=$(basename "$adapter")
  case $got in
    "$2") ;;
    'i2c-*') note "Linux did not take the bus $2 of the board" ;;
    *) note "the bus $2 of the board is $got in the guest" ;;
  esac
}
client() {
  path=$1 address=$2; shift 2
  [ -d "$adapter" ] || return
  device=$adapter/$(printf '%d-%04x' "\${adapter##*-}" "$address")
  for last; do :; done
  for id; do
    echo "$id $address" > "$adapter/new_device" || { note "Linux refused $path at $address of the board"; return; }
    [ ! -e "$device" ] || [ -e "$device/driver" ] && return
    [ "$id" = "$last" ] || echo "$address" > "$adapter/delete_device"
  done
  unbound "$path" "\${device##*/}"
} 2> /dev/null`;

/**
 * Shell lines for process 1: takes away what only held numbers, says which bus has another number than on the
 * board, and tells Linux of the clients, as a device tree would.
 */
export function prepareQemuGuest(devices: readonly QemuDevice[]): string {
  const lines = [SHELL_FUNCTIONS];
  for (const { bus, owner, slot } of devices) {
    const address = slot.toString(16).padStart(2, '0');
    if (bus === undefined) lines.push(`echo 0000:00:${address}.0 > /sys/bus/pci/drivers/virtio-pci/unbind`);
    if (bus?.kind !== 'i2c') continue;
    lines.push(`adapter ${address} i2c-${bus.number}`);
    for (const client of clientsOf(bus.node)) if (isOwnedBy(client, owner)) lines.push(...clientLine(client));
  }
  return lines.join('\n');
}

/** Linux's ids of a part are its compatibles without the vendor, as `of_alias_from_compatible` has it. */
function clientLine(client: DeviceNode): string[] {
  const ids = new Set(client.compatible.map((name) => name.slice(name.indexOf(',') + 1)));
  const reg = client.u32('reg');
  if (ids.size === 0 || reg === undefined) return [];
  const address = isTenBit(reg) ? NEW_DEVICE_TEN_BIT + addressOf(reg) : reg;
  const words = [quoted(client.path), `0x${address.toString(16)}`, ...[...ids].map(quoted)];
  return [`client ${words.join(' ')}`];
}
