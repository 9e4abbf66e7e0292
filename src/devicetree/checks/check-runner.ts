import type { Report, Severity } from '../diagnostics/diagnostic.ts';
import { NOWHERE } from '../text/source.ts';
import type { LiveNode } from '../tree/live-node.ts';
import { LiveProperty, ONLY_CELLS } from '../tree/live-property.ts';
import type { LiveTree } from '../tree/live-tree.ts';
import type { Check, PhandleFormat, PhandleNumbers } from './check.ts';

export type CheckLevel = Severity | 'off';

interface CheckOptions {
  /** Levels that differ from the checks' own, by name. */
  readonly levels?: ReadonlyMap<string, CheckLevel> | undefined;
  readonly symbols?: boolean | undefined;
  readonly phandles: PhandleNumbers;
}

/** Phandles in order of first use, from 1, past those that the source gave itself (dtc `get_node_phandle`). */
export function phandleNumbers(tree: LiveTree, format: PhandleFormat): PhandleNumbers {
  const taken = new Map<number, LiveNode>();
  let next = 1;
  let counted = false;
  let bytes = new Uint8Array(0);
  let used = 0;
  const add = (node: LiveNode, name: string): void => {
    if (node.has(name)) return;
    const property = new LiveProperty(node, name);
    if (used === bytes.length) {
      bytes = new Uint8Array(4096);
      used = 0;
    }
    property.setValue(bytes, used, 4, ONLY_CELLS);
    property.setCell(0, node.phandle);
    used += 4;
    node.addProperty(property);
  };
  return {
    of(node) {
      if (node.phandle !== 0) return node.phandle;
      if (!counted) {
        const nodes = tree.nodes();
        for (let i = 0; i < nodes.length; i++)
          taken.set((nodes[i] as LiveNode).phandle, nodes[i] as LiveNode);
        counted = true;
      }
      while (taken.get(next)?.deleted === false) next++;
      node.phandle = next;
      taken.set(next, node);
      if (format !== 'epapr') add(node, 'linux,phandle');
      if (format !== 'legacy') add(node, 'phandle');
      return node.phandle;
    },
  };
}

/**
 * The nodes of a tree, in its order, and those that a check is about; found out once for all checks. In a large tree
 * a look at each node costs more than most checks themselves.
 */
class NodeLists {
  readonly #all: readonly LiveNode[];
  #parents: readonly LiveNode[] | undefined;
  #having: Map<string, LiveNode[]> | undefined;
  readonly #repeating: LiveNode[] = [];

  constructor(tree: LiveTree) {
    this.#all = tree.nodes();
  }

  of({ having, among }: Check): readonly LiveNode[] {
    if (among === 'root') return this.#all.slice(0, 1);
    if (among === 'parents') {
      this.#parents ??= this.#all.filter((node) => node.allSubnodes.length > 0);
      return this.#parents;
    }
    if (having === undefined && among === undefined) return this.#all;
    this.#having ??= this.#byProperty();
    if (having === undefined) return this.#repeating;
    return typeof having === 'string'
      ? (this.#having.get(having) ?? [])
      : this.#havingAny(this.#having, having);
  }

  #havingAny(
    having: ReadonlyMap<string, readonly LiveNode[]>,
    isMeant: (name: string) => boolean,
  ): readonly LiveNode[] {
    const lists = [...having].filter(([name]) => isMeant(name)).map(([, nodes]) => nodes);
    if (lists.length < 2) return lists[0] ?? [];
    const nodes = new Set(lists.flat());
    return this.#all.filter((node) => nodes.has(node));
  }

  #byProperty(): Map<string, LiveNode[]> {
    const lists = new Map<string, LiveNode[]>();
    const repeating = this.#repeating;
    for (let at = 0; at < this.#all.length; at++) {
      const node = this.#all[at] as LiveNode;
      if (node.deleted) continue;
      // Deleted ones too: a few checks are about them, the others look again.
      const { allProperties } = node;
      for (let i = 0; i < allProperties.length; i++) {
        const { name } = allProperties[i] as LiveProperty;
        const list = lists.get(name);
        if (list === undefined) lists.set(name, [node]);
        else if (list[list.length - 1] !== node) list.push(node);
        else if (repeating.at(-1) !== node) repeating.push(node);
      }
    }
    return lists;
  }
}

/**
 * Runs the checks of `table` in order. One whose prerequisite failed, or is itself not run for that reason, is
 * left out: what it would say follows from what was said already.
 */
export function runChecks(
  tree: LiveTree,
  table: readonly Check[],
  report: Report,
  options: CheckOptions,
): void {
  const failed = new Set<string>();
  const done = new Set<string>();
  const byName = new Map(table.map((check) => [check.name, check]));
  const nodes = new NodeLists(tree);
  const explicit = new Map<number, LiveNode>();

  const run = (check: Check, level: CheckLevel): void => {
    if (done.has(check.name)) return;
    done.add(check.name);
    for (const name of check.requires) {
      const needed = byName.get(name);
      // A prerequisite runs even where it is switched off; it is then silent.
      if (needed !== undefined) run(needed, options.levels?.get(name) ?? needed.level);
      if (failed.has(name)) failed.add(check.name);
    }
    if (failed.has(check.name)) return;
    const context = {
      tree,
      symbols: options.symbols ?? false,
      phandles: options.phandles,
      explicit,
      fail: (
        node: LiveNode,
        property: LiveProperty | undefined,
        message: string,
        more: Parameters<Report>[2] = {},
      ): void => {
        failed.add(check.name);
        if (level === 'off') return;
        report(check.name, message, {
          severity: level,
          node: () => node.path,
          property: property?.name,
          ...placeOf(node, property),
          ...more,
          notes: [...(more.notes ?? []), ...(property === undefined ? alsoDefinedAt(node) : [])],
        });
      },
    };
    const list = nodes.of(check);
    for (let i = 0; i < list.length; i++) {
      const node = list[i] as LiveNode;
      if (!node.deleted) check.run(node, context);
    }
  };

  for (const check of table) {
    const level = options.levels?.get(check.name) ?? check.level;
    if (level !== 'off') run(check, level);
  }
}

function placeOf(
  node: LiveNode,
  property: LiveProperty | undefined,
): { readonly start: number; readonly end: number } {
  if (property !== undefined && property.start !== NOWHERE)
    return { start: property.start, end: property.end };
  const first = node.history.findIndex((loc) => loc > NOWHERE);
  if (first < 0) return { start: NOWHERE, end: NOWHERE };
  return { start: node.history[first] as number, end: node.history[first + 1] as number };
}

function alsoDefinedAt(
  node: LiveNode,
): readonly { readonly message: string; readonly start: number; readonly end: number }[] {
  const notes = [];
  for (let i = 0; i + 1 < node.history.length; i += 2) {
    const start = node.history[i] as number;
    if (start <= NOWHERE) continue;
    notes.push({ message: 'also defined at', start, end: node.history[i + 1] as number });
  }
  return notes.slice(1);
}
