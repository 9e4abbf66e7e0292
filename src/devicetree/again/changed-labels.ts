import type { LabelTable } from '../syntax/label-table.ts';
import type { TextEdit } from '../text/source.ts';
import { COLON, OPEN_BRACE } from '../tokens/punctuation.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';
import type { LiveNode } from '../tree/live-node.ts';
import type { Label } from '../tree/live-property.ts';
import { editBetween, endBefore, type Gap } from './changed-stretch.ts';
import type { ChangedTree } from './changed-tree.ts';

/** Labels in front of a node's name that became others. */
export interface ChangedLabels {
  readonly edit: TextEdit;
  /** Offset of the node's bracket in the old text. */
  readonly bracket: number;
  readonly was: readonly string[];
  /** The labels as they are; a new one with its offset in the new text. */
  readonly is: readonly { readonly name: string; readonly at: number | undefined }[];
  /** Words that must be no macros. */
  readonly words: readonly number[];
}

/** What stands in front of the bracket of a node. */
interface Head {
  readonly labels: readonly number[];
  /** The tokens of the name. */
  readonly name: number;
  readonly bracket: number;
}

/** The head of a node that goes on at token `from`, the first behind the end of the statement before it. */
function headAt(list: TokenList, from: number): Head | undefined {
  const { kinds } = list;
  const labels: number[] = [];
  let at = from;
  while (kinds[at] === T.IDENT && kinds[at + 1] === COLON && !list.has(at + 1, T.SPACE)) {
    labels.push(at);
    at += 2;
  }
  const name = at;
  while (T.IS_NAME_PART[kinds[at] as number] === 1) at++;
  return at > name && kinds[at] === OPEN_BRACE ? { labels, name, bracket: at } : undefined;
}

/** The labels that two texts differ in; undefined where they differ in anything else. */
export function changedLabels(
  was: TokenList,
  is: TokenList,
  { before, behind, bytes }: Gap,
): ChangedLabels | undefined {
  const end = endBefore(was, before);
  const [old, now] = [headAt(was, end + 1), headAt(is, end + 1)];
  const moved = is.kinds.length - was.kinds.length;
  const edit = editBetween(was, is, before, behind - 1, bytes);
  if (end < 0 || edit === undefined || old === undefined || now === undefined) return undefined;
  if (old.name + moved !== now.name || old.bracket + moved !== now.bracket || old.name < behind)
    return undefined;
  const words = [was, is].flatMap(({ ids, kinds }) =>
    Array.from(ids.subarray(end + 1, old.bracket + Math.max(0, moved))).filter(
      (_, i) => kinds[end + 1 + i] === T.IDENT,
    ),
  );
  return {
    edit,
    bracket: was.starts[old.bracket] as number,
    was: old.labels.map((label) => was.text(label)),
    is: now.labels.map((label) => ({
      name: is.text(label),
      at: label > before && label < behind + moved ? is.starts[label] : undefined,
    })),
    words,
  };
}

/**
 * Changes the labels of a node in its first block, where nothing of the tree depends on them. `base` is where the locations of the new text begin.
 * @returns false where something may; `tree` is of no use then
 */
export function changeLabels(
  tree: ChangedTree,
  node: LiveNode,
  { was, is }: Pick<ChangedLabels, 'was' | 'is'>,
  base: number,
  table: LabelTable,
): boolean {
  const { allLabels } = tree.of(node);
  // Later blocks put theirs in front.
  const others = allLabels.slice(0, allLabels.length - was.length);
  const own = allLabels.slice(others.length);
  if (own.length !== was.length || own.some(({ name, deleted }, i) => deleted || name !== was[i]))
    return false;
  const gone = was.filter((name) => !is.some((label) => label.name === name));
  const come = is.filter(({ name }) => !was.includes(name));
  if (new Set(is.map(({ name }) => name)).size < is.length || tree.first.mayHaveDuplicateLabels) return false;
  if (come.some(({ name }) => table.knows(name) || tree.labels.has(name))) return false;
  if (gone.some((name) => table.wanted.has(name)) || isReferred(tree, gone)) return false;
  const labels = is.map(({ name, at }): Label | undefined => {
    const known = own.find((label) => label.name === name);
    return at === undefined ? known : { name, loc: base + at, deleted: false };
  });
  if (!labels.every((label) => label !== undefined)) return false;
  for (const name of gone) tree.setLabel(name, undefined);
  for (const { name } of come) tree.setLabel(name, node);
  tree.set(node, { allLabels: [...others, ...labels] });
  return true;
}

/** A value refers to one of the labels, or to a node below it. */
function isReferred(tree: ChangedTree, labels: readonly string[]): boolean {
  if (labels.length === 0) return false;
  return tree
    .referring()
    .some((node) =>
      tree
        .of(node)
        .allProperties.some(({ markers }) =>
          markers.some(({ ref }) => ref !== undefined && labels.includes(ref.split('/')[0] as string)),
        ),
    );
}
