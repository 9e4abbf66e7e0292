import type { ServedBus } from '../board/served.ts';
import { parse, toBlob } from '../devicetree/core.ts';
import type { Node } from '../devicetree/index.ts';
import { DEVICE_KINDS, isBus } from '../frontend/index.ts';
import { type InGuest, propertiesOf, sourceOf } from './guest-properties.ts';
import { below, clientsOf, type PlatformNodes, platformNodes } from './platform-nodes.ts';
import { Supplies } from './supplies.ts';

/** What a guest gets of a board. */
interface GuestTree {
  /** A device-tree blob. */
  readonly blob: Uint8Array;
  /** What of the board it does not have, a sentence each. */
  readonly leftOut: readonly string[];
  /** Paths on the board by paths in the guest: of buses and regulators, which lie elsewhere there. */
  readonly places: ReadonlyMap<string, string>;
}

/**
 * The guest's device tree: each bus becomes a `virtio,uml` transport node with one device below it and, below that,
 * those of its clients that the socket's owner has. GPIO controllers become the same; interrupts, GPIOs and supplies
 * stay connected as far as the guest has both ends, and nodes beside the buses come along that use nothing else
 * (`gpio-leds`, `iio-hwmon`). Aliases are kept, so buses have their numbers in the guest too.
 */
export function guestTree(buses: readonly ServedBus[]): GuestTree {
  const nodes = new Set(
    buses.flatMap((bus) => [bus.node.node, ...clientsOf(bus).flatMap((client) => [...below(client)])]),
  );
  const platform = platformNodes(buses, nodes);
  const supplies = new Supplies();
  const guest: InGuest = { nodes, supplies };
  // Linux makes devices in the order of the tree, and what handles interrupts should be there first.
  const controllersFirst = [...buses].sort((a, b) => Number(isBus(a.node)) - Number(isBus(b.node)));
  const sources = [
    ...controllersFirst.map((bus) => transportSource(bus, guest)),
    ...platform.taken.map((node) => sourceOf(node, guest)),
    ...supplies.source(guest),
  ];
  const aliases = buses.map(
    ({ node }) => `${DEVICE_KINDS[node.kind].alias}${node.number} = &${nameOf(node)};`,
  );
  // Linux takes a root without `compatible` for no device tree at all, and then denies parts their supplies.
  const text = `/dts-v1/; / { compatible = "dtbus,guest"; #address-cells = <1>; #size-cells = <1>; aliases { ${aliases.join(' ')} }; ${sources.join('\n')} };`;
  const { tree, diagnostics } = parse('the guest', text);
  if (tree === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  const places = new Map([
    ...buses.map(({ node }): [string, string] => [placeOf(node), node.node.path]),
    ...supplies.places(),
  ]);
  return { blob: toBlob(tree), leftOut: sentences(platform, supplies), places };
}

/** The path of a bus in the guest. */
function placeOf(node: ServedBus['node']): string {
  return `/${transportOf(node)}/${DEVICE_KINDS[node.kind].alias}`;
}

function transportOf(node: ServedBus['node']): string {
  return `virtio-${nameOf(node)}`;
}

function nameOf(node: ServedBus['node']): string {
  return `${node.kind}${node.number}`;
}

function transportSource(bus: ServedBus, guest: InGuest): string {
  const { node, socket } = bus;
  const { alias, device, deviceId } = DEVICE_KINDS[node.kind];
  const clients = clientsOf(bus).map((client) => sourceOf(client, guest));
  const own =
    node.kind === 'gpio'
      ? propertiesOf(node.node, guest).filter((property) => !property.startsWith('compatible'))
      : ['#address-cells = <1>;', '#size-cells = <0>;'];
  return `${transportOf(node)} { compatible = "virtio,uml"; socket-path = ${JSON.stringify(socket)};
    virtio-device-id = <${deviceId}>;
    ${nameOf(node)}: ${alias} { compatible = "${device}"; ${[...own, ...clients].join('\n')} }; };`;
}

function sentences({ leftOut }: PlatformNodes, supplies: Supplies): string[] {
  const paths = (nodes: Iterable<Node>) => [...new Set([...nodes].map(({ path }) => path))].join(', ');
  // A vendor's board has many that need the same controller of its SoC.
  const byNeed = new Map<string, Node[]>();
  for (const { node, missing } of leftOut) {
    const need = paths(missing);
    byNeed.set(need, [...(byNeed.get(need) ?? []), node]);
  }
  const nodes = [...byNeed].map(
    ([need, users]) => `left out of the guest: ${paths(users)}: the guest does not have ${need}`,
  );
  if (supplies.leftOut.size === 0) return nodes;
  return [
    ...nodes,
    `left out of the guest: the regulators ${paths(supplies.leftOut)}: their minimum and maximum voltage differ or are not set`,
  ];
}
