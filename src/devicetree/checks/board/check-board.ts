import { type Diagnostic, Reporter } from '../../diagnostics/diagnostic.ts';
import { LiveNode } from '../../tree/live-node.ts';
import { LiveTree } from '../../tree/live-tree.ts';
import type { Node, Tree } from '../../tree/tree.ts';
import type { Check } from '../check.ts';
import { runChecks } from '../check-runner.ts';
import { BUS_NAME_CHECKS, type KnownParts, partNameCheck } from './compatibles.ts';
import { deletionInOverlay, dormantFragments, overlayAsBoard } from './fragments.ts';
import { misspeltChecks } from './misspelt.ts';
import { OUR_PROPERTY_CHECKS } from './our-properties.ts';
import { type BoardBus, peripheralChecks } from './peripherals.ts';
import { referenceChecks } from './references.ts';

export interface BoardCheckOptions extends KnownParts {
  /** The buses that were found in the tree; those of the tree itself, whose children are the peripherals. */
  readonly buses: readonly { readonly kind: 'i2c' | 'spi'; readonly node: Node }[];
}

/**
 * What is wrong with a tree as a board: by our own bindings, on its buses, and with what it is made of. Warnings only,
 * in the order of the tree within each check, with their places where the tree was read from source.
 * @throws {TypeError} a tree that was not made by `parse` or `fromBlob`
 */
export function checkBoard(tree: Tree, { buses, ...parts }: BoardCheckOptions): readonly Diagnostic[] {
  const byNode = new Map<LiveNode, BoardBus>();
  for (const { kind, node } of buses) if (node instanceof LiveNode) byNode.set(node, { kind, node });
  return found(tree, [
    overlayAsBoard,
    ...BUS_NAME_CHECKS,
    ...OUR_PROPERTY_CHECKS,
    ...peripheralChecks(byNode),
    partNameCheck(byNode, parts),
    ...misspeltChecks(byNode),
    ...referenceChecks(byNode),
  ]);
}

/** What will surprise whoever applies `overlay` to a board. @throws {TypeError} as `checkBoard` */
export function checkOverlay(overlay: Tree): readonly Diagnostic[] {
  return found(overlay, [dormantFragments, deletionInOverlay]);
}

function found(tree: Tree, checks: readonly Check[]): readonly Diagnostic[] {
  if (!(tree instanceof LiveTree)) throw new TypeError('this tree was not made by parse() or fromBlob()');
  const reporter = new Reporter(tree.sources);
  const phandles = { of: (node: LiveNode): number => node.phandle };
  runChecks(tree, checks, reporter.report, { phandles });
  return reporter.diagnostics;
}
