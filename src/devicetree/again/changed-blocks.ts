import type { Loc, TextEdit } from '../text/source.ts';
import { AND, CLOSE_BRACE, OPEN_BRACE, SEMICOLON, SLASH } from '../tokens/punctuation.ts';
import type { TokenList } from '../tokens/token-list.ts';
import * as T from '../tokens/token-list.ts';
import type { LiveNode } from '../tree/live-node.ts';
import { addNode, hasTwice, isApart, refers, refersBelow } from './changed-nodes.ts';
import { insertProperty, type Statements } from './changed-statements.ts';
import { editBetween, type Gap, isAlwaysRead, isPlain } from './changed-stretch.ts';
import type { ChangedTree } from './changed-tree.ts';

/** A block outside of all nodes that was put in: `/ { … };` or `&label { … };`. */
export interface NewBlock {
  readonly edit: TextEdit;
  /** Undefined for the root node. */
  readonly label: string | undefined;
  /** The word of the label, which must be no macro. */
  readonly word: number;
  readonly body: TokenList;
  /** Offsets in the new text: of the bracket, and behind the semicolon. */
  readonly start: number;
  readonly end: number;
}

/** The block that is all that one text has more than another; undefined where it is anything else. */
export function newBlock(
  was: TokenList,
  is: TokenList,
  { before, behind, bytes }: Gap,
): NewBlock | undefined {
  const { kinds, starts, ends, ids } = is;
  const last = behind - 1 + kinds.length - was.kinds.length;
  const first = before + 1;
  const isLabel = kinds[first] === AND && kinds[first + 1] === T.IDENT && !is.has(first + 1, T.SPACE);
  const open = isLabel ? first + 2 : first + 1;
  const isBlock =
    before === behind - 1 &&
    was.kinds[before] === SEMICOLON &&
    (isLabel || kinds[first] === SLASH) &&
    kinds[open] === OPEN_BRACE &&
    last - 1 > open &&
    kinds[last - 1] === CLOSE_BRACE &&
    kinds[last] === SEMICOLON;
  const edit =
    isBlock && isAlwaysRead(is, before) ? editBetween(was, is, before, behind - 1, bytes) : undefined;
  const body = edit && is.stretch(open + 1, last - 1);
  if (edit === undefined || body === undefined || !isPlain(body)) return undefined;
  return {
    edit,
    label: isLabel ? is.text(first + 1) : undefined,
    word: isLabel ? (ids[first + 1] as number) : 0,
    body,
    start: starts[open] as number,
    end: ends[last] as number,
  };
}

/** Where a block begins and ends, and what is in it, as a node by itself. */
interface Block {
  readonly start: Loc;
  readonly end: Loc;
  readonly body: LiveNode;
}

/** The node that `label` means at `loc`, the root without one; undefined where that is not sure. */
export function targetAt(tree: ChangedTree, label: string | undefined, loc: Loc): LiveNode | undefined {
  const { root } = tree.first;
  // What must stand in front of all nodes does so.
  if (!tree.isBefore(tree.of(root).history[0], loc)) return undefined;
  const node = label === undefined ? root : tree.byLabel(label);
  if (node === undefined || label === undefined) return node;
  const found = tree.of(node).allLabels.find(({ name, deleted }) => name === label && !deleted);
  return tree.isBefore(found?.loc, loc) ? node : undefined;
}

/**
 * Adds a block to a node that is there. Undefined where more depends on it than what it has: what later blocks do to the same
 * properties and nodes. `tree` is of no use then. @returns whether references came or went
 */
export function addBlock(
  tree: ChangedTree,
  node: LiveNode,
  { start, end, body }: Block,
  statements: Pick<Statements, 'knowsLabel' | 'deletesInVain'>,
): boolean | undefined {
  const { history, allProperties, allSubnodes } = tree.of(node);
  const isSure =
    !node.deleted &&
    !node.path.startsWith('/__') &&
    history.every((loc) => loc >= 0) &&
    tree.isBefore(history[0], start) &&
    body.allLabels.length === 0 &&
    !hasTwice(body.allProperties) &&
    !hasTwice(body.allSubnodes);
  if (!isSure) return undefined;
  const later = history.findIndex((loc, i) => i % 2 === 0 && !tree.isBefore(loc, start));
  const blocks = [...history];
  blocks.splice(later < 0 ? blocks.length : later, 0, start, end);
  const list = [...allProperties];
  let refersAnew = false;
  for (const property of body.allProperties) {
    if (isApart(node, property) || statements.deletesInVain(property.name)) return undefined;
    const at = list.findIndex(({ name }) => name === property.name);
    const known = list[at];
    refersAnew ||= refers(property) || (known !== undefined && refers(known));
    if (known === undefined) insertProperty(tree, list, property);
    else if (known.deleted || !tree.isBefore(known.start, property.start)) return undefined;
    else {
      const changed = known.copy(node, new Uint8Array(known.length), 0);
      changed.replaceBy(property);
      list[at] = changed;
    }
  }
  tree.set(node, { history: blocks, allProperties: list });
  for (const child of body.allSubnodes) {
    const known = allSubnodes.find(({ name }) => name === child.name);
    const [from, to] = child.history;
    if (from === undefined || to === undefined || statements.deletesInVain(child.name)) return undefined;
    if (known === undefined && !addNode(tree, node, child, statements.knowsLabel)) return undefined;
    const more = known && addBlock(tree, known, { start: from, end: to, body: child }, statements);
    if (known !== undefined && more === undefined) return undefined;
    refersAnew ||= more ?? refersBelow(tree, child);
  }
  return refersAnew;
}
