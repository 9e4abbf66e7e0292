import { spliceBlob } from '../blob/blob-splice.ts';
import { writeBlob } from '../blob/blob-writer.ts';
import type { PhandleFormat } from '../checks/check.ts';
import type { Reporter } from '../diagnostics/diagnostic.ts';
import type { ParseContext } from '../preprocess/file-stack.ts';
import type { Macro } from '../preprocess/macro.ts';
import type { Preprocessor } from '../preprocess/preprocessor.ts';
import type { Parser } from '../syntax/parser.ts';
import { LimitError } from '../text/budget.ts';
import { sameBytes } from '../text/bytes.ts';
import { FileRefused, type ReadFile } from '../text/files.ts';
import { type Loc, NOWHERE, type SourceMap, type SourceText } from '../text/source.ts';
import type { TokenList } from '../tokens/token-list.ts';
import { copyTree } from '../tree/copy-tree.ts';
import type { LiveNode, NodeStates } from '../tree/live-node.ts';
import type { LiveTree } from '../tree/live-tree.ts';
import { addBlock, type NewBlock, newBlock, targetAt } from './changed-blocks.ts';
import { type ChangedLabels, changedLabels, changeLabels } from './changed-labels.ts';
import { type ChangedMacro, changedMacro, type Use, usesOf } from './changed-macro.ts';
import { changeStatements, type Statements } from './changed-statements.ts';
import { type ChangedStretch, changedStretch, gapBetween } from './changed-stretch.ts';
import { ChangedTree } from './changed-tree.ts';
import { numberPhandles } from './phandles-anew.ts';

/** After so many changes all is read again, which forgets what the changes have left behind. */
const MOST_CHANGES = 200;

/** A source that was read without a word to say about it, and all that reading a part of it again needs. */
export interface ReadSource {
  readonly path: string;
  /** Nobody else writes them. */
  readonly bytes: Uint8Array;
  /** What else the tree depends on: the options that were given, as a text. */
  readonly options: string;
  /** Those of them that say how labels and phandles are written. */
  readonly symbols: boolean;
  readonly phandleFormat: PhandleFormat;
  /** Every file that was asked for. */
  readonly files: ReadonlyMap<string, Uint8Array | undefined>;
  readonly dependencies: readonly string[];
  readonly tree: LiveTree;
  readonly reporter: Reporter;
  readonly context: ParseContext;
  readonly preprocessor: Preprocessor;
  readonly parser: Parser;
}

/** What became of a source whose files were changed: the tree as a copy, made when it is asked for. */
export interface ReadAgain {
  /** Undefined where the first tree was changed meanwhile: the source is to be read anew, of `files`. */
  readonly copy: () => LiveTree | undefined;
  readonly files: ReadonlyMap<string, Uint8Array | undefined>;
  readonly dependencies: readonly string[];
}

/** The texts of a source at one time, and what they make of the tree that was read first. */
interface State {
  readonly bytes: Uint8Array;
  readonly files: ReadonlyMap<string, Uint8Array | undefined>;
  /** The tokens of the texts that were changed, by path. */
  readonly lists: ReadonlyMap<string, TokenList>;
  readonly sources: SourceMap;
  /** What nodes and labels have become; see `ChangedTree`. */
  readonly states: NodeStates;
  readonly labels: ReadonlyMap<string, LiveNode | undefined>;
  /** Macros that were defined anew. */
  readonly macros: readonly Macro[];
  /** A blob of it in the usual format, where one was asked for. */
  blob: Uint8Array | undefined;
}

/**
 * The source that was read last. Where one of its texts differs in statements of one block, in labels of one node, or only in
 * space and comments, it is not read again: the tree is a copy of the first one with these nodes in other states. Everything else is none of its business,
 * and the source is read as if there had been nothing.
 */
export class KeptSource {
  readonly #first: ReadSource;
  readonly #begin: State;
  #now: State;
  #changes = 0;
  /** Macros as they were defined at first. */
  readonly #firstMacros = new Map<number, Macro>();

  constructor(first: ReadSource) {
    this.#first = first;
    const { bytes, files, context } = first;
    const { sources } = context;
    const none = new Map<never, never>();
    this.#begin = {
      bytes,
      files,
      lists: none,
      sources,
      states: none,
      labels: none,
      macros: [],
      blob: undefined,
    };
    this.#now = this.#begin;
  }

  /** It may be kept: nothing in it depends on anything but its files. */
  static canBe({ tree, reporter, preprocessor }: ReadSource): boolean {
    const isClean = reporter.errors === 0 && reporter.diagnostics.length === 0;
    return isClean && !tree.plugin && tree.budget.isModest && preprocessor.canReadAgain;
  }

  /** Takes the macros back, so that another source can be read. */
  close(): void {
    this.#first.preprocessor.finish();
  }

  /** A blob of the source as it is now, its reader's own; undefined where the first tree was changed meanwhile. */
  get blob(): Uint8Array | undefined {
    const { tree } = this.#first;
    if (this.#now.blob === undefined && !tree.wasChanged)
      this.#now.blob = writeBlob(tree, {}, this.#now.states);
    return this.#now.blob?.slice();
  }

  /** The source as `path` and `options` ask for it now; undefined where it has to be read anew, and this is of no further use. */
  again(path: string, bytes: Uint8Array, options: string, readFile: ReadFile): ReadAgain | undefined {
    const { tree, dependencies, ...first } = this.#first;
    if (path !== first.path || options !== first.options || tree.wasChanged) return undefined;
    try {
      const files = new Map<string, Uint8Array | undefined>();
      for (const name of first.files.keys()) files.set(name, readFile(name));
      const state = this.#reach(this.#now, bytes, files) ?? this.#reach(this.#begin, bytes, files);
      if (state === undefined) return undefined;
      this.#now = state;
    } catch (error) {
      if (error instanceof FileRefused || error instanceof LimitError) return undefined;
      throw error;
    }
    const { sources, states, files } = this.#now;
    return {
      copy: () => (tree.wasChanged ? undefined : copyTree(tree, sources, states)),
      files,
      dependencies: [...dependencies],
    };
  }

  /** The state with these texts, where it is at most one change from `state`. */
  #reach(
    state: State,
    bytes: Uint8Array,
    files: ReadonlyMap<string, Uint8Array | undefined>,
  ): State | undefined {
    const { path } = this.#first;
    const changed = sameBytes(bytes, state.bytes) ? [] : [path];
    for (const [name, now] of files) {
      const known = state.files.get(name);
      if (now === known) continue;
      if (now === undefined || known === undefined) return undefined;
      if (!sameBytes(now, known)) changed.push(name);
    }
    const [name] = changed;
    if (name === undefined) return state;
    if (changed.length > 1 || this.#changes >= MOST_CHANGES) return undefined;
    return this.#change(
      { ...state, bytes, files },
      name,
      name === path ? bytes : (files.get(name) as Uint8Array),
    );
  }

  /** Reads again what is different in the text of `path`; the texts of `state` are the new ones already. */
  #change(state: State, path: string, text: Uint8Array): State | undefined {
    const { context, preprocessor } = this.#first;
    const was = state.lists.get(path) ?? preprocessor.openedOnce(path);
    if (was === undefined) return undefined;
    const is = context.cache.tokens(path, text, was.raw);
    const gap = gapBetween(was, is);
    for (const macro of [...this.#firstMacros.values(), ...state.macros]) preprocessor.redefine(macro);
    const lists = new Map(state.lists).set(path, is);
    const labels = changedLabels(was, is, gap);
    if (labels !== undefined) {
      this.#changes++;
      return this.#relabel({ ...state, lists }, was.source, is.source, labels);
    }
    const macro = changedMacro(was, is, gap);
    if (macro !== undefined) {
      this.#changes++;
      return this.#redefine({ ...state, lists }, was, is, macro);
    }
    const block = newBlock(was, is, gap);
    if (block !== undefined) {
      this.#changes++;
      return this.#addBlock({ ...state, lists }, was.source, is.source, block);
    }
    const stretch = changedStretch(was, is, gap);
    if (stretch === undefined) return undefined;
    this.#changes++;
    const sources = state.sources.edited(was.source, is.source, stretch.edit);
    if (stretch.was.kinds.length === 1 && stretch.is.kinds.length === 1) return { ...state, lists, sources };
    return this.#reread({ ...state, lists }, sources, was.source, is.source, stretch);
  }

  /** `state` with other labels of one node. */
  #relabel(state: State, was: SourceText, is: SourceText, labels: ChangedLabels): State | undefined {
    const { preprocessor, parser, symbols, tree } = this.#first;
    if (symbols || labels.words.some((id) => preprocessor.isMacro(id))) return undefined;
    const sources = state.sources.edited(was, is, labels.edit);
    const changed = new ChangedTree(tree, sources, state);
    const node = changed.begunAt(state.sources.locIn(was, labels.bracket));
    const base = sources.open(is, NOWHERE);
    const isSame = node !== undefined && changeLabels(changed, node, labels, base, parser.labels);
    return isSame ? { ...state, ...changed.parts } : undefined;
  }

  /** `state` with the statements of a stretch of `was` changed to those of `is`; `sources` is where they are now. */
  #reread(
    state: State,
    sources: SourceMap,
    was: SourceText,
    is: SourceText,
    { edit, around, ...lists }: ChangedStretch,
  ): State | undefined {
    const { preprocessor, tree } = this.#first;
    if (around.words.some((id) => preprocessor.isMacro(id))) return undefined;
    // A map of its own for what is only read to know what there was.
    const then = state.sources.edited(was, was, { ...edit, newEnd: edit.end });
    const before = this.#statements(lists.was, was, then);
    const after = this.#statements(lists.is, is, sources);
    if (!this.#isClean() || before === undefined || after === undefined) return undefined;
    const changed = new ChangedTree(tree, sources, state);
    const node = this.#nodeAround(changed, state.sources, state.sources.locIn(was, edit.start));
    if (node === undefined) return undefined;
    const base = then.open(was, NOWHERE);
    const outcome = changeStatements(changed, node, {
      was: before,
      is: after,
      around,
      locOf: (loc) => state.sources.locIn(was, loc - base),
      ...this.#known,
    });
    if (outcome === undefined) return undefined;
    if (outcome.refersAnew && !this.#numberAnew(changed)) return undefined;
    let blob = outcome.values && state.blob;
    for (const value of outcome.values ?? []) blob = blob && spliceBlob(blob, value);
    return { ...state, ...changed.parts, blob };
  }

  /** `state` with a macro defined in another way: every statement that uses it is read again. */
  #redefine(
    state: State,
    was: TokenList,
    is: TokenList,
    { edit, index, macro }: ChangedMacro,
  ): State | undefined {
    const { preprocessor, tree } = this.#first;
    const old = preprocessor.onlyMacroAt(was, index);
    const uses = usesOf(
      macro,
      is,
      index,
      [...preprocessor.lists].map((list) => state.lists.get(list.source.path) ?? list),
    );
    if (old === undefined || uses === undefined) return undefined;
    if (!this.#firstMacros.has(old.id)) this.#firstMacros.set(old.id, old);
    const sources = state.sources.edited(was.source, is.source, edit);
    preprocessor.redefine(macro, sources.open(is.source, NOWHERE));
    let changed = new ChangedTree(tree, sources, state);
    let refersAnew = false;
    for (const use of uses) {
      const next = this.#rereadUse(changed, use, [old, macro]);
      if (next === undefined) return undefined;
      refersAnew ||= next.refersAnew;
      changed = next.changed;
    }
    if (refersAnew && !this.#numberAnew(changed)) return undefined;
    const macros = [...state.macros.filter(({ id }) => id !== macro.id), macro];
    const blob = uses.length === 0 ? state.blob : undefined;
    return { ...state, ...changed.parts, macros, blob };
  }

  /** Reads a statement again that uses a macro, as it was and as it is. */
  #rereadUse(
    before: ChangedTree,
    { list, first, last }: Use,
    macros: readonly [Macro, Macro],
  ): { changed: ChangedTree; refersAnew: boolean } | undefined {
    const { preprocessor, tree } = this.#first;
    const { sources } = before;
    const { source } = list;
    if (preprocessor.openedOnce(source.path) === undefined) return undefined;
    const start = list.ends[first] as number;
    const end = list.starts[last + 1] as number;
    const node = this.#nodeAround(before, sources, sources.locIn(source, start));
    if (node === undefined || start === end) return undefined;
    const stretch = list.stretch(first + 1, last + 1);
    const [then, now] = macros.map((macro) => {
      const map = sources.edited(source, source, { start, end, newEnd: end });
      preprocessor.redefine(macro);
      return { map, read: this.#statements(stretch, source, map) };
    }) as [{ map: SourceMap; read: LiveNode | undefined }, { map: SourceMap; read: LiveNode | undefined }];
    if (!this.#isClean() || then.read === undefined || now.read === undefined) return undefined;
    const changed = new ChangedTree(tree, now.map, before);
    const base = then.map.open(source, NOWHERE);
    const outcome = changeStatements(changed, node, {
      was: then.read,
      is: now.read,
      // Nothing may come that was not there.
      around: { isRead: false, takesProperties: false, takesNodes: false, words: [] },
      locOf: (loc) => sources.locIn(source, loc - base),
      ...this.#known,
    });
    return outcome && { changed, refersAnew: outcome.refersAnew };
  }

  /** `state` with one block more, outside of all nodes. */
  #addBlock(
    state: State,
    was: SourceText,
    is: SourceText,
    { edit, label, word, body, ...place }: NewBlock,
  ): State | undefined {
    const { preprocessor, tree } = this.#first;
    if (preprocessor.isMacro(word)) return undefined;
    const sources = state.sources.edited(was, is, edit);
    const read = this.#statements(body, is, sources);
    if (!this.#isClean() || read === undefined) return undefined;
    const changed = new ChangedTree(tree, sources, state);
    const base = sources.open(is, NOWHERE);
    const [start, end] = [base + place.start, base + place.end];
    const target = targetAt(changed, label, start);
    const isOutside = this.#blocksAround(changed, sources, start)?.length === 0;
    if (target === undefined || !isOutside) return undefined;
    const refersAnew = addBlock(changed, target, { start, end, body: read }, this.#known);
    if (refersAnew === undefined || (refersAnew && !this.#numberAnew(changed))) return undefined;
    if (label !== undefined) this.#first.parser.labels.wanted.add(label);
    return { ...state, ...changed.parts, blob: undefined };
  }

  /** Nothing was said of what was read. Else the parser may stand in the middle of a statement: nothing more can be read with it. */
  #isClean(): boolean {
    const { preprocessor, reporter } = this.#first;
    const isClean = preprocessor.canReadAgain && reporter.diagnostics.length === 0;
    if (!isClean) this.#changes = MOST_CHANGES;
    return isClean;
  }

  #numberAnew(changed: ChangedTree): boolean {
    return !this.#first.symbols && numberPhandles(changed, this.#first.phandleFormat);
  }

  /** What the source knows besides the tree. */
  get #known(): Pick<Statements, 'knowsLabel' | 'deletesInVain'> {
    const { parser, symbols } = this.#first;
    return {
      knowsLabel: (name) => symbols || parser.labels.knows(name),
      deletesInVain: (name) => parser.nodes.vainDeletions.has(name),
    };
  }

  /** The statements in `list`, a stretch of `source`, as a node by itself; undefined where there is anything else. */
  #statements(list: TokenList, source: SourceText, sources: SourceMap): LiveNode | undefined {
    const { context, parser, preprocessor } = this.#first;
    context.sources = sources;
    const base = sources.open(source, NOWHERE);
    if (!preprocessor.macrosHold(list, base + (list.starts[0] as number))) return undefined;
    const read = parser.statements(list, sources.includedAt(source));
    const end = base + source.bytes.length;
    const isHere = (loc: Loc): boolean => loc >= base && loc < end;
    const isPlain =
      read?.allProperties.every(({ start }) => isHere(start)) &&
      read.allSubnodes.every(({ nameLoc, history }) => isHere(nameLoc) && isHere(history[0] ?? NOWHERE));
    return isPlain ? read : undefined;
  }

  /** The node in whose block `loc` is; undefined where it is in none, or the block does not last. */
  #nodeAround(changed: ChangedTree, sources: SourceMap, loc: Loc): LiveNode | undefined {
    const [node] = this.#blocksAround(changed, sources, loc) ?? [];
    return node === undefined || changed.isGone(node) || node.path.startsWith('/__') ? undefined : node;
  }

  /** Every node in a block of which `loc` is, the innermost first; undefined where that is not sure. */
  #blocksAround(changed: ChangedTree, sources: SourceMap, loc: Loc): readonly LiveNode[] | undefined {
    const way = sources.wayOut(loc);
    if (way.some(({ source }) => this.#first.preprocessor.openedOnce(source.path) === undefined))
      return undefined;
    const around: LiveNode[] = [];
    for (const node of changed.nodes(undefined, true)) {
      const { history } = changed.of(node);
      for (let i = 0; i + 1 < history.length; i += 2) {
        const isIn = sources.isWithin(way, history[i] as Loc, history[i + 1] as Loc);
        if (isIn === undefined) return undefined;
        // Those within come later.
        if (isIn) around.unshift(node);
      }
    }
    return around;
  }
}
