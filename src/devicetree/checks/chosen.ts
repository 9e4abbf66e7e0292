import type { LiveNode } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { Check, CheckContext } from './check.ts';
import { among, textOf, warning } from './define.ts';
import { NOT_A_STRING, WRITE_A_STRING } from './value-forms.ts';

/** `/chosen` and `/aliases`. Devicetree Specification 3.3 and 3.6. */

const aliasPaths = warning('alias_paths', [], (node, { tree, fail }) => {
  if (node.name !== 'aliases') return;
  for (const property of node.properties) {
    const { name } = property;
    if (name === 'phandle' || name === 'linux,phandle') continue;
    const path = textOf(property);
    // An overlay may name nodes of the tree that it will be put on.
    if (!tree.plugin && (property.length === 0 || tree.below(tree.root, path) === undefined))
      fail(node, property, `the alias points at "${path}": node not found`, {
        hint: `write the full path of a node, or ${name} = &label`,
      });
    else if (/[^a-z0-9-]/.test(name))
      fail(node, property, 'invalid alias name: expected lowercase letters, digits and dashes', {
        hint: `rename it to ${name.toLowerCase().replace(/[^a-z0-9-]/g, '-')}`,
      });
  }
});

const obsoleteChosenInterruptController = warning(
  'obsolete_chosen_interrupt_controller',
  [],
  (_root, { tree, fail }) => {
    const chosen = tree.root.subnode('chosen');
    const property = chosen?.property('interrupt-controller');
    if (chosen !== undefined && property !== undefined)
      fail(chosen, property, 'interrupt-controller in /chosen is obsolete', {
        hint: 'remove it; use interrupt-parent',
      });
  },
);

const chosenNodeIsRoot = warning('chosen_node_is_root', [], (node, { tree, fail }) => {
  if (node.name === 'chosen' && node.parent !== tree.root)
    fail(node, undefined, 'the chosen node is not a child of the root node', { hint: 'move it to /chosen' });
});

function expectString(node: LiveNode, property: LiveProperty, { fail }: CheckContext): void {
  if (!property.isString) fail(node, property, NOT_A_STRING, { hint: WRITE_A_STRING });
}

const chosenNodeBootargs = warning('chosen_node_bootargs', [], (node, context) => {
  const property = node.name === 'chosen' ? node.property('bootargs') : undefined;
  if (property !== undefined) expectString(node, property, context);
});

const chosenNodeStdoutPath = warning('chosen_node_stdout_path', [], (node, context) => {
  if (node.name !== 'chosen') return;
  let property = node.property('stdout-path');
  if (property === undefined) {
    property = node.property('linux,stdout-path');
    if (property === undefined) return;
    context.fail(node, property, 'linux,stdout-path is deprecated', { hint: 'rename it to stdout-path' });
  }
  expectString(node, property, context);
});

/** dtc's checks of `/chosen` and `/aliases`. */
export const CHOSEN_CHECKS: readonly Check[] = [
  aliasPaths,
  among('root', obsoleteChosenInterruptController),
  chosenNodeIsRoot,
  chosenNodeBootargs,
  chosenNodeStdoutPath,
];
