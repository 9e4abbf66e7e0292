import { interruptsOf, isOwnedBy, type ServedBus } from '../board/served.ts';
import { wellFormed } from '../bus/index.ts';
import { parse, toBlob } from '../devicetree/core.ts';
import type { Node } from '../devicetree/index.ts';
import { DEVICE_KINDS, isBus } from '../frontend/index.ts';

/**
 * Properties that point at nodes which the guest does not have, or that are ours. What a client needs from
 * the rest of its board (supplies, clocks, pins) a guest does without.
 */
const LEFT_OUT =
  /^(linux,phandle|interrupt-parent|clocks|assigned-clocks|dmas|resets|power-domains|pinctrl-.*|.*-supply|status|dtbus,.*)$/;
const INTERRUPTS = /^interrupts(-extended)?$/;
const GPIOS = /^(.*-)?gpios?$/;

/**
 * The guest's device tree, as a blob: each bus becomes a `virtio,uml` transport node with one device below it
 * and, below that, those of its clients that the socket's owner has. GPIO controllers become the same, and
 * interrupts and GPIOs stay connected as far as the guest has both ends. Aliases are kept, so buses have their
 * numbers in the guest too.
 */
export function guestTree(buses: readonly ServedBus[]): Uint8Array {
  const aliases: string[] = [];
  const clientsOf = ({ node, owner }: ServedBus) =>
    node.node.children.filter((child) => isOwnedBy(child, owner));
  const inGuest = new Set(
    buses.flatMap((bus) => [bus.node.node, ...clientsOf(bus).flatMap((client) => [...below(client)])]),
  );
  // Linux makes devices in the order of the tree, and what handles interrupts should be there first.
  const controllersFirst = [...buses].sort((a, b) => Number(isBus(a.node)) - Number(isBus(b.node)));
  const nodes = controllersFirst.map((bus) => {
    const { node, socket } = bus;
    const { alias, device, deviceId } = DEVICE_KINDS[node.kind];
    const name = `${node.kind}${node.number}`;
    aliases.push(`${alias}${node.number} = &${name};`);
    const clients = clientsOf(bus).map((client) => source(client, inGuest));
    const own =
      node.kind === 'gpio'
        ? propertiesOf(node.node, inGuest).filter((property) => !property.startsWith('compatible'))
        : ['#address-cells = <1>;', '#size-cells = <0>;'];
    return `virtio-${name} { compatible = "virtio,uml"; socket-path = ${JSON.stringify(socket)};
      virtio-device-id = <${deviceId}>;
      ${name}: ${alias} { compatible = "${device}"; ${[...own, ...clients].join('\n')} }; };`;
  });
  // Linux takes a root without `compatible` for no device tree at all, and then denies parts their supplies.
  const text = `/dts-v1/; / { compatible = "dtbus,guest"; #address-cells = <1>; #size-cells = <1>; aliases { ${aliases.join(' ')} }; ${nodes.join('\n')} };`;
  const { tree, diagnostics } = parse('the guest', text);
  if (tree === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return toBlob(tree);
}

function* below(node: Node): Generator<Node> {
  yield node;
  for (const child of node.children) yield* below(child);
}

/** A client and what is below it, as source. */
function source(node: Node, inGuest: ReadonlySet<Node>): string {
  const children = node.children.map((child) => source(child, inGuest));
  return `${node.name} { ${[...propertiesOf(node, inGuest), ...children].join('\n')} };`;
}

/** The properties of a node that mean something in the guest, as source; values as the bytes that they are. */
function propertiesOf(node: Node, inGuest: ReadonlySet<Node>): string[] {
  const properties: string[] = [];
  for (const { name, value } of node.properties) {
    if (LEFT_OUT.test(name) || INTERRUPTS.test(name)) continue;
    if (GPIOS.test(name) && !pointsInto(inGuest, node, name)) continue;
    properties.push(value.length === 0 ? `${name};` : `${name} = [${Buffer.from(value).toString('hex')}];`);
  }
  const interrupts = wellFormed(() => interruptsOf(node)) ?? [];
  if (interrupts.length > 0 && interrupts.every(({ controller }) => inGuest.has(controller))) {
    const specifiers = interrupts.map(({ controller, cells }) => [controller.phandle, ...cells].join(' '));
    // A controller without a phandle is a node above, and handles the interrupts there as it does here.
    const named = interrupts.every(({ controller }) => controller.phandle !== 0);
    const cells = interrupts.flatMap((interrupt) => interrupt.cells).join(' ');
    properties.push(named ? `interrupts-extended = <${specifiers.join(' ')}>;` : `interrupts = <${cells}>;`);
  }
  return properties;
}

/** True for a list of GPIOs whose controllers the guest has, all of them. */
function pointsInto(inGuest: ReadonlySet<Node>, node: Node, property: string): boolean {
  const gpios = wellFormed(() => node.phandles(property, '#gpio-cells'));
  return gpios?.every(({ node: controller }) => controller === undefined || inGuest.has(controller)) ?? false;
}
