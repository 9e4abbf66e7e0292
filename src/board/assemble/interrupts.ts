import type { Node } from '../../devicetree/index.ts';

/** One interrupt of a node: the controller that handles it, and its specifier, `<line type>` for GPIO. */
interface InterruptSpecifier {
  readonly controller: Node;
  readonly cells: readonly number[];
}

/**
 * The interrupts of a node: `interrupts-extended`, or `interrupts` with the interrupt parent (Devicetree
 * Specification 2.4.1). Empty where there are none, or nobody handles them.
 * @throws {PropertyError} a property of the wrong form.
 */
export function interruptsOf(node: Node): readonly InterruptSpecifier[] {
  const extended = node.phandles('interrupts-extended', '#interrupt-cells');
  if (extended !== undefined) {
    return extended.flatMap(({ node: controller, args }) =>
      controller === undefined ? [] : [{ controller, cells: args }],
    );
  }
  const controller = node.has('interrupts') ? interruptParent(node) : undefined;
  const width = controller?.u32('#interrupt-cells');
  if (controller === undefined || width === undefined) return [];
  return (node.cells('interrupts', width) ?? []).map((cells) => ({ controller, cells }));
}

/** A switch of a node that closes or opens a GPIO line: of a slot for cards, whether one is in it. */
interface SwitchLine {
  readonly controller: Node;
  readonly line: number;
  /** The line is low where the output of the part is high. */
  readonly inverted: boolean;
}

/** Bindings whose parts drive lines that are no interrupts: the property that has them, in the order of the part's outputs. */
const SWITCHES: Readonly<Record<string, string>> = { 'mmc-spi-slot': 'gpios' };
/** `GPIO_ACTIVE_LOW` of dt-bindings/gpio/gpio.h. */
const ACTIVE_LOW = 1;

/** The lines that the part of a node drives by switches. @throws {PropertyError} a property of the wrong form. */
export function switchesOf(node: Node): readonly SwitchLine[] {
  const property = node.compatible.map((name) => SWITCHES[name]).find((each) => each !== undefined);
  const entries = property === undefined ? [] : (node.phandles(property, '#gpio-cells') ?? []);
  return entries.flatMap(({ node: controller, args: [line = 0, ...flags] }) =>
    controller === undefined
      ? []
      : [{ controller, line, inverted: ((flags.at(-1) ?? 0) & ACTIVE_LOW) !== 0 }],
  );
}

/** Upwards from the node: what `interrupt-parent` names, or the first node above that handles interrupts. */
function interruptParent(node: Node): Node | undefined {
  for (let from: Node | undefined = node; from !== undefined; from = from.parent) {
    if (from !== node && from.has('interrupt-controller')) return from;
    if (from.has('interrupt-parent')) return from.target('interrupt-parent');
  }
  return undefined;
}
