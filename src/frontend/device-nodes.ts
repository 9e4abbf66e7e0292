import type { Node, Tree } from '../devicetree/index.ts';

/** The kinds of device, under the names that each layer has for them: two buses, and the lines beside them. */
export const DEVICE_KINDS = {
  i2c: { deviceId: 34, platform: 'platform,virtio-i2c', device: 'virtio,device22', alias: 'i2c' },
  spi: { deviceId: 45, platform: 'platform,virtio-spi', device: 'virtio,device2d', alias: 'spi' },
  gpio: { deviceId: 41, platform: 'platform,virtio-gpio', device: 'virtio,device29', alias: 'gpio' },
} as const;

type DeviceKind = keyof typeof DEVICE_KINDS;
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
  const found = options.adopt ? adoptedDevices(tree) : ownDevices(tree);
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

/** The clients of a bus, perhaps below a node `i2c-bus`. */
export function clientsOf<Node extends { readonly name: string; readonly children: readonly Node[] }>(
  bus: Node,
): readonly Node[] {
  return (bus.children.find(({ name }) => name === 'i2c-bus') ?? bus).children;
}

/**
 * The buses behind a client of a bus: the channels of a multiplexer (`i2c@0`, `i2c@1`, …, perhaps below a node `i2c-mux`),
 * or the one of a gate or an arbiter (Linux i2c-mux.c, of_i2c_register_devices of a mux adapter).
 */
export function channelsBehind<Node extends { readonly name: string; readonly children: readonly Node[] }>(
  client: Node,
): readonly Node[] {
  const only = client.children.find(({ name }) => name === 'i2c-arb' || name === 'i2c-gate');
  if (only !== undefined) return [only];
  const holder = client.children.find(({ name }) => name === 'i2c-mux') ?? client;
  return holder.children.filter(({ name }) => /^i2c(@|$)/.test(name));
}

/** Our own devices. What is below one belongs to it: the channels of a mux on a bus are not buses of the board. */
function ownDevices(tree: Tree): Found[] {
  const muxes: Node[] = [];
  const found = devicesBelow(tree.root, (node) => {
    if (isMux(node) && !isDemux(node)) muxes.push(node);
    return asList(ownDevice(node));
  });
  // Muxes beside our buses switch them, as those of a vendor's tree do the vendor's.
  return muxes.length === 0 ? found : inTreeOrder(tree, [...found, ...muxChannels(muxes, found)]);
}

/** The same, and the vendor's controllers. */
function adoptedDevices(tree: Tree): Found[] {
  const muxes: Node[] = [];
  const found = devicesBelow(tree.root, (node) => {
    const own = ownDevice(node);
    if (own !== undefined) return [own];
    if (isMux(node)) muxes.push(node);
    return isMux(node) ? [] : vendorBuses(node);
  });
  return inTreeOrder(tree, [...found, ...muxChannels(muxes, found)]);
}

function devicesBelow(node: Node, find: (node: Node) => readonly Found[]): Found[] {
  return node.children.flatMap((child) => {
    const own = find(child);
    return own.length > 0 ? [...own] : devicesBelow(child, find);
  });
}

function ownDevice(node: Node): Found | undefined {
  return platformDevice(node) ?? transportDevice(node);
}

function asList(found: Found | undefined): readonly Found[] {
  return found === undefined ? [] : [found];
}

function inTreeOrder(tree: Tree, found: readonly Found[]): Found[] {
  const byNode = new Map(found.map((device) => [device.node, device]));
  return [...tree.nodes()].map((node) => byNode.get(node)).filter((device) => device !== undefined);
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

/** Names of a vendor's controllers by the kind of bus. */
const CONTROLLER_NAMES = ['i2c', 'spi'] as const;

/** The buses of a controller of the vendor's: the node itself, or its `i2c-bus` children (Linux i2c-core-of.c). */
function vendorBuses(node: Node): readonly Found[] {
  if (node.compatible.length === 0) return [];
  const buses = node.children.filter(
    (child) =>
      child.baseName === 'i2c-bus' &&
      isNumbered(child) &&
      // Without a number it can be the sideband of something else: DisplayPort's AUX channel has one.
      (child.unitAddress !== '' || node.baseName.startsWith('i2c')),
  );
  if (buses.length > 0)
    return buses.map((bus) =>
      // Several are a controller each; a single one stands for its parent, which is what an alias names.
      adopted('i2c', bus, node.compatible, bus.unitAddress === '' ? [bus, node] : [bus]),
    );
  const kind = CONTROLLER_NAMES.find((candidate) => node.baseName.startsWith(candidate));
  if (kind === undefined || !isNumbered(node) || isOtherBus(node)) return [];
  return [adopted(kind, node, node.compatible, [node])];
}

function adopted(kind: BusKind, node: Node, compatible: readonly string[], named: readonly Node[]): Found {
  return { kind, node, compatible: [...compatible, DEVICE_KINDS[kind].platform], adopted: true, named };
}

/** The children are addressed by one number, as clients of I2C and SPI are. */
function isNumbered(node: Node): boolean {
  return cellCount(node, '#address-cells') === 1 && cellCount(node, '#size-cells') === 0;
}

function cellCount(node: Node, name: string): number | undefined {
  return node.property(name)?.value.length === 4 ? node.u32(name) : undefined;
}

/** What is only named like a controller: Allwinner's RSB, which Linux has a bus of its own for, and SPI targets. */
function isOtherBus(node: Node): boolean {
  return node.compatible.some((compatible) => compatible.endsWith('-rsb')) || node.has('spi-slave');
}

/** Muxes that are not clients of the bus they switch: i2c-mux-gpio, i2c-mux-pinctrl, i2c-arb-gpio-challenge. */
function isMux(node: Node): boolean {
  return node.has('i2c-parent');
}

/**
 * The channels of muxes, a bus each (Linux i2c-mux.c). A mux whose `i2c-parent` is not there does not come up; one may
 * hang behind another. A demultiplexer has several parents and is the bus itself (i2c-demux-pinctrl).
 */
function muxChannels(muxes: readonly Node[], parents: readonly Found[]): readonly Found[] {
  const adapters = new Set(parents.flatMap(({ named }) => named));
  const channels: Found[] = [];
  let waiting = muxes;
  for (;;) {
    const ready = waiting.filter((mux) => isDemux(mux) || adapters.has(parentOf(mux) as Node));
    if (ready.length === 0) return channels;
    waiting = waiting.filter((mux) => !ready.includes(mux));
    for (const mux of ready)
      for (const channel of channelsOf(mux)) {
        channels.push(adopted('i2c', channel, mux.compatible, [channel]));
        adapters.add(channel);
      }
  }
}

function isDemux(mux: Node): boolean {
  return mux.compatible.includes('i2c-demux-pinctrl');
}

function parentOf(mux: Node): Node | undefined {
  return mux.property('i2c-parent')?.value.length === 4
    ? mux.tree.byPhandle(mux.u32('i2c-parent') ?? 0)
    : undefined;
}

/** A mux beside the buses, and the bus that it switches. */
interface BusSwitchNodes {
  readonly mux: Node;
  /** What `i2c-parent` names: a bus, or the node of its transport or controller. */
  readonly parent: Node;
}

/** What a channel of a mux beside the buses hangs on; undefined for a bus that is none. */
export function switchOf(channel: Node): BusSwitchNodes | undefined {
  for (const mux of [channel.parent, channel.parent?.parent]) {
    if (mux === undefined || !isMux(mux) || isDemux(mux) || !channelsOf(mux).includes(channel)) continue;
    const parent = parentOf(mux);
    return parent && { mux, parent };
  }
  return undefined;
}

/** Channels are numbered by `reg`, also below a node of their own; the one channel of an arbiter or gate is not. */
function channelsOf(mux: Node): readonly Node[] {
  if (isDemux(mux)) return isNumbered(mux) ? [mux] : [];
  const only = mux.children.find(({ baseName }) => baseName === 'i2c-arb' || baseName === 'i2c-gate');
  if (only !== undefined) return [only];
  const holder = mux.children.find((child) => child.baseName === 'i2c-mux' && !child.has('reg')) ?? mux;
  return holder.children.filter(
    (child) => child.has('reg') && (isNumbered(child) || child.children.length === 0),
  );
}

/** I2C and SPI controllers of the vendor's that the tree switches off (`status`), and so Linux and `adopt` leave out. */
export function disabledControllers(tree: Tree): readonly Node[] {
  return [...tree.nodes()].filter(
    (node) => !node.isAvailable && ownDevice(node) === undefined && vendorBuses(node).length > 0,
  );
}

/** `i2c1 = &sensors` in `/aliases`: node -> 1. Of two aliases for one node the lower number holds. */
function aliasNumbers(tree: Tree, stem: string): Map<Node, number> {
  const numbers = new Map<Node, number>();
  for (const { name, value } of tree.byPath('/aliases')?.properties ?? []) {
    const digits = name.startsWith(stem) ? name.slice(stem.length) : '';
    // As Linux, the value is one C string; what is no path is passed over (of_alias_scan).
    const end = value.indexOf(0);
    const path = new TextDecoder().decode(value.subarray(0, Math.max(0, end)));
    const node = /^\d+$/.test(digits) && path.startsWith('/') ? tree.byPath(path) : undefined;
    if (node === undefined) continue;
    const number = Number(digits);
    numbers.set(node, Math.min(number, numbers.get(node) ?? number));
  }
  return numbers;
}
