import { isMap } from 'node:util/types';
import {
  anyObject,
  checkOptions,
  flag,
  listOf,
  type OptionChecks,
  oneOf,
  option,
} from '../../input/index.ts';
import type { Check, PhandleFormat } from '../checks/check.ts';
import { type CheckLevel, phandleNumbers, runChecks } from '../checks/check-runner.ts';
import { STRUCTURE_CHECKS } from '../checks/structure-checks.ts';
import { type Diagnostic, Reporter } from '../diagnostics/diagnostic.ts';
import { LimitError } from '../text/budget.ts';
import { LiveTree } from './live-tree.ts';
import {
  readFixups,
  readLocalFixups,
  readSymbols,
  writeFixups,
  writeLabels,
  writeLocalFixups,
} from './symbols.ts';
import type { Tree } from './tree.ts';

/** What is done to a tree between reading and writing it; the letters are dtc's options. */
export interface ResolveOptions {
  /** Checks to run. Default: those without which a tree cannot be written. */
  readonly checks?: readonly Check[] | undefined;
  /** `-W`, `-E`: levels that differ from the checks' own, by name. */
  readonly levels?: ReadonlyMap<string, CheckLevel> | undefined;
  /** `-@`: labels become `/__symbols__`. */
  readonly symbols?: boolean | undefined;
  /** `-A`: labels become `/aliases`. */
  readonly aliases?: boolean | undefined;
  /** `-L`: `/__fixups__` and `/__local_fixups__`. Always on for an overlay's source (`/plugin/`). */
  readonly fixups?: boolean | undefined;
  /** `-H`: the property that holds a phandle. Default `epapr`: `phandle`. */
  readonly phandleFormat?: PhandleFormat | undefined;
  /** `-s`: nodes and properties in order of their names. */
  readonly sort?: boolean | undefined;
  /** `-b` */
  readonly bootCpu?: number | undefined;
}

export const resolveChecks: OptionChecks<ResolveOptions> = {
  checks: listOf('checks', anyObject),
  levels: option('a Map', isMap),
  symbols: flag,
  aliases: flag,
  fixups: flag,
  phandleFormat: oneOf('epapr', 'legacy', 'both'),
  sort: flag,
  bootCpu: option('a number', (value) => typeof value === 'number'),
};

/**
 * Gives phandles, fills references in, drops unused nodes, checks, and writes symbols and fixups: all that dtc
 * does to a tree between reading and writing it. Changes `tree`.
 */
export function resolveTree(tree: LiveTree, reporter: Reporter, options: ResolveOptions = {}): void {
  const { report } = reporter;
  const phandles = phandleNumbers(tree, options.phandleFormat ?? 'epapr');
  if (options.bootCpu !== undefined) tree.bootCpu = options.bootCpu >>> 0;
  runChecks(tree, options.checks ?? STRUCTURE_CHECKS, report, {
    levels: options.levels,
    symbols: options.symbols,
    phandles,
  });
  if (options.aliases) writeLabels(tree, 'aliases', undefined, report);
  readSymbols(tree, report);
  if (options.symbols) writeLabels(tree, '__symbols__', phandles, report);
  readFixups(tree, report);
  readLocalFixups(tree, report);
  if (options.fixups || tree.plugin) {
    writeFixups(tree, report);
    writeLocalFixups(tree, report);
  }
  if (options.sort) sortTree(tree);
}

function sortTree(tree: LiveTree): void {
  const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
  tree.reservations.sort((a, b) => compare(a.address, b.address) || compare(a.size, b.size));
  tree.root.sort();
}

/**
 * `resolveTree` for a tree that was read with `resolve: false`, from a blob or from a directory. Changes `tree`,
 * once; what is wrong is returned, and the tree can be written all the same (dtc `-f`).
 */
export function resolve(tree: Tree, options: ResolveOptions = {}): readonly Diagnostic[] {
  if (!(tree instanceof LiveTree)) throw new TypeError('this tree was not made by parse() or fromBlob()');
  checkOptions('resolve', options, resolveChecks);
  tree.wasChanged = true;
  const reporter = new Reporter(tree.sources);
  try {
    resolveTree(tree, reporter, options);
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
    reporter.report('limit', error.message, { hint: error.hint });
  }
  return reporter.diagnostics;
}

/** Whether `resolve` has changed a tree after it was read. */
export function wasChanged(tree: Tree): boolean {
  return tree instanceof LiveTree && tree.wasChanged;
}
