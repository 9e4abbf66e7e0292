import type { DeviceNode } from '../bus/index.ts';
import { parse, toBlob } from '../devicetree/core.ts';
import type { Node } from '../devicetree/index.ts';
import { BUS_KINDS } from '../frontend/index.ts';
import { isOwnedBy } from './ownership.ts';
import type { ServedBus } from './serve.ts';

/**
 * Properties that point at nodes which the guest does not have, or that are ours. What a client needs from
 * the rest of its board (supplies, clocks, pins) a guest does without.
 */
const LEFT_OUT =
  /^(linux,phandle|phandle|interrupt-parent|interrupts|interrupts-extended|clocks|assigned-clocks|dmas|resets|power-domains|pinctrl-.*|.*-supply|.*-gpios?|gpios?|status|dtbus,.*)$/;

/**
 * The guest's device tree, as a blob: each bus becomes a `virtio,uml` transport node with one device below it
 * and, below that, those of its clients that the socket's owner has. Aliases are kept, so buses have their
 * numbers in the guest too.
 */
export function guestTree(buses: readonly ServedBus[]): Uint8Array {
  const aliases: string[] = [];
  const nodes = buses.map(({ node, socket, owner }) => {
    const { alias, device, deviceId } = BUS_KINDS[node.kind];
    const name = `${node.kind}${node.number}`;
    aliases.push(`${alias}${node.number} = &${name};`);
    const clients = node.node.children
      .filter((child) => isOwnedBy(child, owner))
      .map((child) => source(child as DeviceNode & Node))
      .join('\n');
    return `virtio-${name} { compatible = "virtio,uml"; socket-path = ${JSON.stringify(socket)};
      virtio-device-id = <${deviceId}>;
      ${name}: bus { compatible = "${device}"; #address-cells = <1>; #size-cells = <0>; ${clients} }; };`;
  });
  // Linux takes a root without `compatible` for no device tree at all, and then denies parts their supplies.
  const text = `/dts-v1/; / { compatible = "dtbus,guest"; #address-cells = <1>; #size-cells = <1>; aliases { ${aliases.join(' ')} }; ${nodes.join('\n')} };`;
  const { tree, diagnostics } = parse('the guest', text);
  if (tree === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return toBlob(tree);
}

/** A client and what is below it, as source; values as the bytes that they are. */
function source(node: Node): string {
  const properties = node.properties
    .filter(({ name }) => !LEFT_OUT.test(name))
    .map(({ name, value }) =>
      value.length === 0 ? `${name};` : `${name} = [${Buffer.from(value).toString('hex')}];`,
    );
  return `${node.name} { ${properties.join(' ')} ${node.children.map(source).join('\n')} };`;
}
