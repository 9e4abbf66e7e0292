import { interruptsOf } from '../board/served.ts';
import { wellFormed } from '../bus/index.ts';
import type { Node } from '../devicetree/index.ts';

/**
 * Properties that point at nodes which the guest does not have, or that are ours. What a client needs from
 * the rest of its board (pins, DMA) a guest does without.
 */
const LEFT_OUT =
  /^(linux,phandle|interrupt-parent|clocks|assigned-clocks|dmas|resets|power-domains|pinctrl-.*|status|dtbus,.*)$/;
const INTERRUPTS = /^interrupts(-extended)?$/;
const SUPPLY = /-supply$/;

/** Lists of what another node provides, and what says how many cells an entry of that node has. */
const PROVIDED = [
  { property: /^(.*-)?gpios?$/, cells: '#gpio-cells' },
  { property: /^io-channels$/, cells: '#io-channel-cells' },
  { property: /^pwms$/, cells: '#pwm-cells' },
];

/** The nodes that provide what a node uses: lines, channels of converters, outputs. */
export function providersOf(node: Node): readonly Node[] {
  return node.properties.flatMap(({ name }) => providersIn(node, name) ?? []);
}

/** Those of one property; undefined for a property that is no such list, empty for one of the wrong form. */
function providersIn(node: Node, property: string): readonly Node[] | undefined {
  const list = PROVIDED.find((each) => each.property.test(property));
  // The lines of a hog are those of the controller above it, which its list does not name.
  if (list === undefined || node.has('gpio-hog')) return undefined;
  const entries = wellFormed(() => node.phandles(property, list.cells)) ?? [];
  return entries.flatMap((entry) => entry.node ?? []);
}

/** What the guest has of the board while its tree is made. */
export interface InGuest {
  readonly nodes: ReadonlySet<Node>;
  readonly supplies: {
    /** The label of the guest's regulator for a `-supply` property; undefined where the guest has none. */
    labelOf(consumer: Node, property: string): string | undefined;
  };
}

/** A node under `name` and what is below it, as source. */
export function sourceOf(node: Node, guest: InGuest, name = node.name): string {
  const children = node.children.filter((child) => guest.nodes.has(child));
  const below = children.map((child) => sourceOf(child, guest));
  return `${name} { ${[...propertiesOf(node, guest), ...below].join('\n')} };`;
}

/** The properties of a node that mean something in the guest, as source; values as the bytes that they are. */
export function propertiesOf(node: Node, guest: InGuest): string[] {
  const properties: string[] = [];
  for (const { name, value } of node.properties) {
    if (LEFT_OUT.test(name) || INTERRUPTS.test(name)) continue;
    if (SUPPLY.test(name)) {
      const label = guest.supplies.labelOf(node, name);
      if (label !== undefined) properties.push(`${name} = <&${label}>;`);
      continue;
    }
    const providers = providersIn(node, name);
    // A list of the wrong form names nobody.
    if (providers !== undefined && value.length > 0)
      if (providers.length === 0 || !providers.every((provider) => guest.nodes.has(provider))) continue;
    properties.push(value.length === 0 ? `${name};` : `${name} = [${Buffer.from(value).toString('hex')}];`);
  }
  const interrupts = wellFormed(() => interruptsOf(node)) ?? [];
  if (interrupts.length > 0 && interrupts.every(({ controller }) => guest.nodes.has(controller))) {
    const specifiers = interrupts.map(({ controller, cells }) => [controller.phandle, ...cells].join(' '));
    // A controller without a phandle is a node above, and handles the interrupts there as it does here.
    const named = interrupts.every(({ controller }) => controller.phandle !== 0);
    const cells = interrupts.flatMap((interrupt) => interrupt.cells).join(' ');
    properties.push(named ? `interrupts-extended = <${specifiers.join(' ')}>;` : `interrupts = <${cells}>;`);
  }
  return properties;
}
