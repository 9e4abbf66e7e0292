import { type ResolveOptions, resolveTree } from './compile.ts';
import { type Diagnostic, Reporter } from './diagnostic.ts';
import { LiveTree } from './live-tree.ts';
import type { Tree } from './tree.ts';

/**
 * All that dtc does to a tree between reading and writing it, for a tree that was read with `resolve: false`, from
 * a blob or from a directory: checks, phandles, references, symbols, fixups. Changes `tree`, once; what is wrong is
 * returned, and the tree can be written all the same (dtc `-f`).
 */
export function resolve(tree: Tree, options: ResolveOptions = {}): readonly Diagnostic[] {
  if (!(tree instanceof LiveTree)) throw new TypeError('this tree was not made by parse() or fromBlob()');
  const reporter = new Reporter(tree.sources);
  resolveTree(tree, reporter, options);
  return reporter.diagnostics;
}
