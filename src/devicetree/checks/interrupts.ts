import { cellAt } from '../tree/getters.ts';
import type { LiveNode } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { Check } from './check.ts';
import { addressCells, bytes, cellOf, having, isMultiple, isPhandle, warning } from './define.ts';
import type { PhandleIndex } from './phandles.ts';

/** Interrupts. Devicetree Specification 2.4. */

function isProvider(node: LiveNode): boolean {
  return node.has('interrupt-controller') || node.has('interrupt-map');
}

const interruptProvider = warning('interrupt_provider', ['interrupts_extended_is_cell'], (node, { fail }) => {
  const cells = node.property('#interrupt-cells');
  if (isProvider(node) && cells === undefined)
    fail(node, undefined, 'an interrupt controller or nexus has no #interrupt-cells', {
      hint: 'say how many cells one of its interrupts has',
    });
  if (!isProvider(node) && cells !== undefined)
    fail(node, cells, '#interrupt-cells is given, but the node handles no interrupts', {
      hint: 'add interrupt-controller or interrupt-map, or remove it',
    });
});

function interruptMap(phandles: PhandleIndex): Check {
  const requires = ['phandle_references', 'addr_size_cells', 'interrupt_provider'];
  return having(
    'interrupt-map',
    warning('interrupt_map', requires, (node, { tree, fail }) => {
      const map = node.property('interrupt-map');
      if (map === undefined) return;
      if (((cellOf(node, '#address-cells') ?? -1) | 0) < 0) {
        fail(node, undefined, 'a node with interrupt-map has no #address-cells', {
          hint: 'say how many cells of unit address an entry begins with; 0 is fine',
        });
        return;
      }
      const childCells = addressCells(node) + (cellOf(node, '#interrupt-cells') ?? 0);
      const mask = node.property('interrupt-map-mask');
      if (mask !== undefined && mask.length !== childCells * 4)
        fail(node, mask, `interrupt-map-mask has ${bytes(mask.length)}, but ${childCells * 4} fit the map`, {
          hint: 'it has #address-cells and #interrupt-cells of this node, together',
        });
      if (map.length % 4 !== 0) {
        fail(node, map, `interrupt-map has ${bytes(map.length)}, no multiple of 4`, {
          hint: 'write cells: <…>',
        });
        return;
      }

      const cells = map.length / 4;
      const entryForm =
        'an entry is child address, child interrupt, parent, parent address, parent interrupt';
      for (let at = 0; at < cells; ) {
        if (at + childCells >= cells) {
          fail(node, map, `the entry at cell ${at} ends before its parent`, { hint: entryForm });
          return;
        }
        at += childCells;
        const phandle = cellAt(map.value, at * 4);
        if (!isPhandle(phandle)) {
          if (!tree.plugin) fail(node, map, `cell ${at} should be the parent's phandle`, { hint: entryForm });
          return;
        }
        const parent = phandles.node(tree, phandle);
        if (parent === undefined) {
          fail(node, map, `cell ${at}, 0x${phandle.toString(16)}, is no node's phandle`, { hint: entryForm });
          return;
        }
        const parentInterrupt = cellOf(parent, '#interrupt-cells');
        if (parentInterrupt === undefined) {
          fail(node, map, `${parent.path}, to which cell ${at} points, has no #interrupt-cells`, {
            hint: 'point at an interrupt controller',
          });
          return;
        }
        if (!parent.has('#address-cells'))
          fail(node, map, `${parent.path}, to which cell ${at} points, has no #address-cells; 0 is taken`, {
            hint: `write #address-cells = <0> in ${parent.path}`,
          });
        at += 1 + parentInterrupt + (cellOf(parent, '#address-cells') ?? 0);
        if (at > cells)
          fail(node, map, `interrupt-map ends after ${cells} cells, but its last entry after ${at}`, {
            hint: entryForm,
          });
      }
    }),
  );
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
        fail(node, property, `interrupts has ${bytes(property.length)}, no multiple of 4`, {
          hint: 'write cells: <…>',
        });
      const parent = interruptParent(node, (phandle) => phandles.node(tree, phandle));
      if (parent.from !== undefined && parent.phandle !== undefined && parent.node === undefined) {
        if (!isPhandle(parent.phandle) && tree.plugin) return;
        fail(
          parent.from,
          parent.property,
          `interrupt-parent, 0x${parent.phandle.toString(16)}, is no node's phandle`,
          {
            hint: 'write interrupt-parent = <&label>',
          },
        );
        return;
      }
      if (parent.node === undefined) {
        fail(node, property, 'nothing says what handles the interrupts', {
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
          `interrupts has ${bytes(property.length)}, no multiple of the ${wanted * 4} of an interrupt`,
          {
            hint: `${parent.node.path} has #interrupt-cells = <${wanted}>`,
          },
        );
    }),
  );
}

export function interruptChecks(phandles: PhandleIndex): readonly Check[] {
  return [interruptsProperty(phandles), interruptProvider, interruptMap(phandles)];
}
