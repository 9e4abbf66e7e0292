import type { LiveNode } from '../../tree/live-node.ts';
import type { Check } from '../check.ts';
import { among, atName, textOf, warning } from '../define.ts';

/** Checks of overlays: one in the place of a board, and the fragments of Raspberry Pi's that wait for a parameter. */

const isFragment = (node: LiveNode): boolean =>
  node.subnodes.some(({ name }) => name === '__overlay__' || name === '__dormant__');

/** An overlay in the place of a board. */
export const overlayAsBoard: Check = among(
  'root',
  warning('board_is_overlay', [], (root, { tree, fail }) => {
    if (!tree.plugin && !root.subnodes.some(isFragment)) return;
    fail(root, undefined, 'this is an overlay, not a board', {
      hint: 'name the board, and add this file with -o',
    });
  }),
);

/** The code of `deletionInOverlay`. */
export const DELETION_IN_OVERLAY = 'overlay_deletion';

/** fdtoverlay and the kernel only add and change: dtc drops `/delete-node/` and `/delete-property/` of an overlay. */
export const deletionInOverlay: Check = warning(DELETION_IN_OVERLAY, [], (node, { fail }) => {
  if (!isInFragment(node)) return;
  const sentence = (name: string): string => `an overlay cannot delete ${name} of the board`;
  for (const property of node.allProperties)
    if (property.deleted && !node.has(property.name))
      fail(node, property, sentence(property.name), { hint: 'delete it in the source of the board' });
  for (const child of node.allSubnodes)
    if (child.deleted && node.subnode(child.name) === undefined)
      fail(node, undefined, sentence(child.name), {
        ...atName(child),
        hint: 'disable it: status = "disabled"; or delete it in the source of the board',
      });
});

function isInFragment(node: LiveNode): boolean {
  for (let at: LiveNode | undefined = node; at !== undefined; at = at.parent)
    if (at.name === '__overlay__') return true;
  return false;
}

/** Raspberry Pi's `__dormant__` fragments, which its boot loader wakes by `dtparam`; fdtoverlay passes them by. */
export const dormantFragments: Check = among(
  'root',
  warning('dormant_fragments', [], (root, { fail }) => {
    const dormant = root.subnodes.filter((node) => node.subnode('__dormant__') !== undefined);
    const [first] = dormant;
    if (first === undefined) return;
    const names = dormant.map(({ name }) => name).join(', ');
    const wakers = parameters(root);
    const by = wakers.length === 0 ? '' : `, by one of the parameters ${wakers.join(', ')}`;
    fail(
      first,
      undefined,
      dormant.length === 1
        ? `the fragment ${names} is dormant and was not applied`
        : `${dormant.length} fragments are dormant and were not applied: ${names}`,
      {
        hint: `only Raspberry Pi's boot loader wakes ${dormant.length === 1 ? 'it' : 'them'}${by}; here, write __overlay__ for __dormant__ in the one you need`,
      },
    );
  }),
);

/** Parameters that wake a fragment: `ds1307 = <0>,"+0"` (Raspberry Pi documentation, "Device trees, overlays, and parameters"). */
function parameters(root: LiveNode): readonly string[] {
  return (root.subnode('__overrides__')?.properties ?? [])
    .filter((property) => property.length > 4 && /^[+!=-]\d/.test(textOf(tail(property.value))))
    .map(({ name }) => name);
}

function tail(value: Uint8Array): { readonly value: Uint8Array } {
  return { value: value.subarray(4) };
}
