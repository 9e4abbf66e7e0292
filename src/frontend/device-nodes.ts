import type { Node, Tree } from '../devicetree/index.ts';

/** The kinds of device, under the names that each layer has for them: two buses, and the lines beside them. */
export const DEVICE_KINDS = {
  i2c: { deviceId: 34, platform: 'platform,virtio-i2c', device: 'virtio,device22', alias: 'i2c' },
  spi: { deviceId: 45, platform: 'platform,virtio-spi', device: 'virtio,device2d', alias: 'spi' },
  gpio: { deviceId: 41, platform: 'platform,virtio-gpio', device: 'virtio,device29', alias: 'gpio' },
} as const;

export type DeviceKind = keyof typeof DEVICE_KINDS;
export type BusKind = Exclude<DeviceKind, 'gpio'>;

/** In the order in which a board numbers its devices: buses first. */
const KINDS = Object.keys(DEVICE_KINDS) as readonly DeviceKind[];

/** Nodes that stand for a virtio transport; the device is their only available child. */
const TRANSPORTS = ['virtio,mmio', 'virtio,uml'];

/** A device that the tree describes. */
export interface VirtioNode<Kind extends DeviceKind = DeviceKind> {
  readonly kind: Kind;
  /** A bus's children are its clients. */
  readonly node: Node;
  /** N of `/dev/i2c-N` and `/dev/gpiochipN`, B of `/dev/spidevB.C`. */
  readonly number: number;
  /** What FE drivers match. */
  readonly compatible: readonly string[];
  /** True for a controller of a vendor's tree that was taken over. */
  readonly adopted: boolean;
}

export type BusDescription = VirtioNode<BusKind>;
export type GpioDescription = VirtioNode<'gpio'>;

export interface FindBusesOptions {
  /** Also take every I2C and SPI controller that is not ours: vendor trees as they are. */
  readonly adopt?: boolean;
}

type Found = Omit<VirtioNode, 'number'> & { readonly named: readonly Node[] };

/** The buses of a tree: the devices that have clients. See `findDevices`. */
export function findBuses(tree: Tree, options: FindBusesOptions = {}): BusDescription[] {
  return findDevices(tree, options).filter(isBus);
}

export function isBus(device: VirtioNode): device is BusDescription {
  return device.kind !== 'gpio';
}

/**
 * The devices of a tree, numbered: by `aliases` where they name one (`i2c1`, `spi0`; the transport node may be
 * named in the device's place), the rest counted up from the highest alias of the kind, in tree order, as Linux
 * does it. Nodes below one that is not available are not there. I2C buses come before SPI buses, these before
 * GPIO controllers.
 */
export function findDevices(tree: Tree, options: FindBusesOptions = {}): VirtioNode[] {
  const found: Found[] = [];
  collect(tree.root, options.adopt ?? false, found);
  return KINDS.flatMap((kind) => {
    const ofKind = found.filter((each) => each.kind === kind);
    if (ofKind.length === 0) return [];
    const aliases = aliasNumbers(tree, DEVICE_KINDS[kind].alias);
    let next = Math.max(-1, ...aliases.values()) + 1;
    return ofKind
      .map(({ named, ...device }): VirtioNode => {
        const alias = named.map((node) => aliases.get(node)).find((number) => number !== undefined);
        return { ...device, number: alias ?? next++ };
      })
      .sort((a, b) => a.number - b.number);
  });
}

function collect(node: Node, adopt: boolean, found: Found[]): void {
  for (const child of node.children) {
    const own = platformDevice(child) ?? transportDevice(child) ?? (adopt ? vendorBus(child) : undefined);
    // What is below a bus belongs to it: a mux's channels are no buses of the board.
    if (own !== undefined) found.push(own);
    else collect(child, adopt, found);
  }
}

function platformDevice(node: Node): Found | undefined {
  const kind = KINDS.find((candidate) => node.compatible.includes(DEVICE_KINDS[candidate].platform));
  return kind && { kind, node, compatible: node.compatible, adopted: false, named: [node] };
}

function transportDevice(node: Node): Found | undefined {
  if (!node.compatible.some((compatible) => TRANSPORTS.includes(compatible))) return undefined;
  const [device] = node.children;
  if (device === undefined) return undefined;
  const kind = KINDS.find((candidate) => device.compatible.includes(DEVICE_KINDS[candidate].device));
  return kind && { kind, node: device, compatible: device.compatible, adopted: false, named: [device, node] };
}

/** A controller of the vendor's: an `i2c*` or `spi*` node whose children are addressed by one number. */
function vendorBus(node: Node): Found | undefined {
  const kind = (['i2c', 'spi'] as const).find((candidate) => node.baseName.startsWith(candidate));
  if (kind === undefined || node.compatible.length === 0) return undefined;
  if (node.u32('#address-cells') !== 1 || node.u32('#size-cells') !== 0) return undefined;
  const compatible = [...node.compatible, DEVICE_KINDS[kind].platform];
  return { kind, node, compatible, adopted: true, named: [node] };
}

/** `i2c1 = &sensors` in `/aliases`: node -> 1. Of two aliases for one node the lower number holds. */
function aliasNumbers(tree: Tree, stem: string): Map<Node, number> {
  const numbers = new Map<Node, number>();
  for (const { name } of tree.byPath('/aliases')?.properties ?? []) {
    const digits = name.startsWith(stem) ? name.slice(stem.length) : '';
    if (!/^\d+$/.test(digits)) continue;
    const node = tree.alias(name);
    if (node === undefined) continue;
    const number = Number(digits);
    numbers.set(node, Math.min(number, numbers.get(node) ?? number));
  }
  return numbers;
}
