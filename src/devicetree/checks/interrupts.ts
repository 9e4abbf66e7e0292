import type { LiveNode } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { Check, CheckContext } from './check.ts';
import { addressCells, bytes, cellOf, having, isMultiple, isPhandle, warning } from './define.ts';
import type { PhandleIndex } from './phandles.ts';

/** Interrupts. Devicetree Specification 2.4. */

function isProvider(node: LiveNode): boolean {
  return node.has('interrupt-controller') || node.has('interrupt-map');
}

const interruptProvider = having(
  (name) => name === 'interrupt-controller' || name === 'interrupt-map' || name === '#interrupt-cells',
  warning('interrupt_provider', ['interrupts_extended_is_cell'], (node, { fail }) => {
    const cells = node.property('#interrupt-cells');
    if (isProvider(node) && cells === undefined)
      fail(node, undefined, 'an interrupt controller or nexus has no #interrupt-cells', {
        hint: 'add #interrupt-cells: the number of cells of one interrupt',
      });
    if (!isProvider(node) && cells !== undefined)
      fail(node, cells, '#interrupt-cells is given, but the node handles no interrupts', {
        hint: 'add interrupt-controller or interrupt-map, or remove it',
      });
  }),
);

/** How an entry of an interrupt-map is made up (Devicetree Specification 2.4.4). */
const MAP_ENTRY = 'an entry is child address, child interrupt, parent, parent address, parent interrupt';

function interruptMap(phandles: PhandleIndex): Check {
  const requires = ['phandle_references', 'addr_size_cells', 'interrupt_provider'];
  return having(
    'interrupt-map',
    warning('interrupt_map', requires, (node, context) => {
      const { fail } = context;
      const map = node.property('interrupt-map');
      if (map === undefined) return;
      if (((cellOf(node, '#address-cells') ?? -1) | 0) < 0) {
        fail(node, undefined, 'a node with interrupt-map has no #address-cells', {
          hint: 'add #address-cells: the cells of unit address that each entry begins with; 0 is allowed',
        });
        return;
      }
      const childCells = addressCells(node) + (cellOf(node, '#interrupt-cells') ?? 0);
      const mask = node.property('interrupt-map-mask');
      if (mask !== undefined && mask.length !== childCells * 4)
        fail(node, mask, `interrupt-map-mask has ${bytes(mask.length)}; expected ${childCells * 4}`, {
          hint: 'it has as many cells as #address-cells and #interrupt-cells of this node together',
        });
      if (map.length % 4 === 0) checkMap(node, map, childCells, context, phandles);
      else
        fail(node, map, `interrupt-map has ${bytes(map.length)}; expected a multiple of 4`, {
          hint: 'write cells: <…>',
        });
    }),
  );
}

/** Goes through an interrupt-map entry by entry, each as long as its parent says. */
function checkMap(
  node: LiveNode,
  map: LiveProperty,
  childCells: number,
  { tree, fail }: CheckContext,
  phandles: PhandleIndex,
): void {
  const cells = map.length / 4;
  const refuse = (message: string, hint = MAP_ENTRY): void => fail(node, map, message, { hint });
  for (let at = 0; at < cells; ) {
    if (at + childCells >= cells) {
      refuse(`the entry at cell ${at} ends before its parent`);
      return;
    }
    at += childCells;
    const phandle = map.cell(at * 4);
    if (!isPhandle(phandle)) {
      if (!tree.plugin) refuse(`cell ${at} is not a phandle; expected the interrupt parent`);
      return;
    }
    const parent = phandles.node(tree, phandle);
    if (parent === undefined) {
      refuse(`cell ${at}: no node has the phandle 0x${phandle.toString(16)}`);
      return;
    }
    const parentInterrupt = cellOf(parent, '#interrupt-cells');
    if (parentInterrupt === undefined) {
      refuse(
        `cell ${at} points at ${parent.path}, which has no #interrupt-cells`,
        'point at an interrupt controller',
      );
      return;
    }
    if (!parent.has('#address-cells'))
      refuse(
        `cell ${at} points at ${parent.path}, which has no #address-cells; using 0`,
        `write #address-cells = <0> in ${parent.path}`,
      );
    at += 1 + parentInterrupt + (cellOf(parent, '#address-cells') ?? 0);
    if (at > cells) refuse(`interrupt-map has ${cells} cells; its last entry needs ${at}`);
  }
}

interface InterruptParent {
  /** The node that handles the interrupts. */
  readonly node?: LiveNode;
  /** Where `interrupt-parent` was found. */
  readonly from?: LiveNode;
  readonly property?: LiveProperty;
  readonly phandle?: number;
}

/** Upwards from the node: the first with interrupt-parent, or above it the first that handles interrupts. */
function interruptParent(node: LiveNode, find: (phandle: number) => LiveNode | undefined): InterruptParent {
  for (let from: LiveNode | undefined = node; from !== undefined; from = from.parent) {
    if (from !== node && isProvider(from)) return { node: from };
    const property = from.property('interrupt-parent');
    if (property === undefined) continue;
    const phandle = cellOf(from, 'interrupt-parent') ?? 0;
    const target = find(phandle);
    return { from, property, phandle, ...(target && { node: target }) };
  }
  return {};
}

function interruptsProperty(phandles: PhandleIndex): Check {
  return having(
    'interrupts',
    warning('interrupts_property', ['phandle_references'], (node, { tree, fail }) => {
      const property = node.property('interrupts');
      if (property === undefined) return;
      if (property.length % 4 !== 0)
        fail(node, property, `interrupts has ${bytes(property.length)}; expected a multiple of 4`, {
          hint: 'write cells: <…>',
        });
      const parent = interruptParent(node, (phandle) => phandles.node(tree, phandle));
      if (parent.from !== undefined && parent.phandle !== undefined && parent.node === undefined) {
        if (!isPhandle(parent.phandle) && tree.plugin) return;
        fail(
          parent.from,
          parent.property,
          `interrupt-parent: no node has the phandle 0x${parent.phandle.toString(16)}`,
          {
            hint: 'write interrupt-parent = <&label>',
          },
        );
        return;
      }
      if (parent.node === undefined) {
        fail(node, property, 'the node has interrupts, but no interrupt parent', {
          hint: 'add interrupt-parent here or in a node above',
        });
        return;
      }
      if (!isProvider(parent.node))
        fail(
          parent.node,
          undefined,
          `it is the interrupt parent of ${node.path}, but handles no interrupts`,
          {
            hint: 'add interrupt-controller or interrupt-map, or point interrupt-parent elsewhere',
          },
        );
      const wanted = cellOf(parent.node, '#interrupt-cells');
      if (wanted !== undefined && !isMultiple(property.length, wanted * 4))
        fail(
          node,
          property,
          `interrupts has ${bytes(property.length)}; expected a multiple of ${wanted * 4}`,
          {
            hint: `${parent.node.path} has #interrupt-cells = <${wanted}>`,
          },
        );
    }),
  );
}

/** dtc's checks of interrupts, their controllers and nexuses. */
export function interruptChecks(phandles: PhandleIndex): readonly Check[] {
  return [interruptsProperty(phandles), interruptProvider, interruptMap(phandles)];
}
