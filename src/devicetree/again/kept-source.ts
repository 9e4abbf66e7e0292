import { spliceBlob } from '../blob/blob-splice.ts';
import type { Reporter } from '../diagnostics/diagnostic.ts';
import type { ParseContext } from '../preprocess/file-stack.ts';
import type { Preprocessor } from '../preprocess/preprocessor.ts';
import type { Parser } from '../syntax/parser.ts';
import { LimitError } from '../text/budget.ts';
import { FileRefused, type ReadFile } from '../text/files.ts';
import { type Loc, NOWHERE, type SourceMap, type SourceText, sameBytes } from '../text/source.ts';
import type { TokenList } from '../tokens/token-list.ts';
import { type ChangedProperties, copyTree } from '../tree/copy-tree.ts';
import type { LiveNode } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { LiveTree } from '../tree/live-tree.ts';
import { changeProperties } from './changed-properties.ts';
import { type ChangedStretch, changedStretch } from './changed-stretch.ts';

/** After so many changes all is read again, which forgets what the changes have left behind. */
const MOST_CHANGES = 200;

/** A source that was read without a word to say about it, and all that reading a part of it again needs. */
export interface ReadSource {
  readonly path: string;
  /** Nobody else writes them. */
  readonly bytes: Uint8Array;
  /** What else the tree depends on: the options that were given, as a text. */
  readonly options: string;
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
  readonly changed: ChangedProperties;
  /** A blob of it in the usual format, where one was asked for. */
  blob: Uint8Array | undefined;
}

/**
 * The source that was read last. Where one of its texts differs in properties of one block, or only in space and comments, it is
 * not read again: the tree is a copy of the first one with these properties changed. Everything else is none of its business,
 * and the source is read as if there had been nothing.
 */
export class KeptSource {
  readonly #first: ReadSource;
  readonly #begin: State;
  #now: State;
  #changes = 0;

  constructor(first: ReadSource) {
    this.#first = first;
    const { bytes, files, context } = first;
    const { sources } = context;
    this.#begin = { bytes, files, lists: new Map(), sources, changed: new Map(), blob: undefined };
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

  /** A blob of the source as it is now, in the usual format. It is copied, as it is its reader's. */
  set blob(blob: Uint8Array) {
    this.#now.blob = blob.slice();
  }

  /** A blob of the source as it is now; undefined where none is known. */
  get blob(): Uint8Array | undefined {
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
    const { sources, changed, files } = this.#now;
    return {
      copy: () => (tree.wasChanged ? undefined : copyTree(tree, sources, changed)),
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
    const stretch = changedStretch(was, is);
    if (stretch === undefined) return undefined;
    this.#changes++;
    const lists = new Map(state.lists).set(path, is);
    const sources = state.sources.edited(was.source, is.source, stretch.edit);
    if (stretch.was.kinds.length === 1 && stretch.is.kinds.length === 1) return { ...state, lists, sources };
    return this.#reread({ ...state, lists }, sources, was.source, is.source, stretch);
  }

  /** `state` with the properties of a stretch of `was` changed to those of `is`; `sources` is where they are now. */
  #reread(
    state: State,
    sources: SourceMap,
    was: SourceText,
    is: SourceText,
    { edit, ...lists }: ChangedStretch,
  ): State | undefined {
    const { reporter, preprocessor } = this.#first;
    // A map of its own for what is only read to know what there was.
    const then = state.sources.edited(was, was, { ...edit, newEnd: edit.end });
    const before = this.#statements(lists.was, was, then);
    const after = this.#statements(lists.is, is, sources);
    const isPlain = before !== undefined && after !== undefined && preprocessor.canReadAgain;
    if (!isPlain || reporter.diagnostics.length > 0) {
      // The parser may stand in the middle of a statement: nothing more can be read with it.
      this.#changes = MOST_CHANGES;
      return undefined;
    }
    const node = this.#nodeAround(state.sources, was, edit.start);
    if (node === undefined) return undefined;
    const base = then.open(was, NOWHERE);
    const changed = changeProperties(node, state.changed.get(node) ?? node.allProperties, {
      was: before,
      is: after,
      locOf: ({ start }) => state.sources.locIn(was, start - base),
    });
    if (changed === undefined) return undefined;
    let blob = changed.values && state.blob;
    for (const value of changed.values ?? []) blob = blob && spliceBlob(blob, value);
    return { ...state, sources, changed: new Map(state.changed).set(node, changed.properties), blob };
  }

  /** The properties in `list`, a stretch of `source`; undefined where there is anything else. */
  #statements(list: TokenList, source: SourceText, sources: SourceMap): readonly LiveProperty[] | undefined {
    const { context, parser, preprocessor } = this.#first;
    context.sources = sources;
    const base = sources.open(source, NOWHERE);
    if (!preprocessor.macrosHold(list, base + (list.starts[0] as number))) return undefined;
    const properties = parser.properties(list, sources.includedAt(source));
    const end = base + source.bytes.length;
    return properties?.every(({ start }) => start >= base && start < end) ? properties : undefined;
  }

  /** The node in whose block the text at `offset` stands: behind the opening bracket or a `;` of its own. */
  #nodeAround(sources: SourceMap, source: SourceText, offset: number): LiveNode | undefined {
    const loc = sources.locIn(source, offset - 1, true);
    const begin = sources.locIn(source, 0, true);
    let around: LiveNode | undefined;
    let latest = begin;
    for (const node of this.#first.tree.nodes()) {
      const { history } = node;
      for (let i = 0; i + 1 < history.length; i += 2) {
        const start = history[i] as Loc;
        if (start < latest || start > loc || loc >= (history[i + 1] as Loc)) continue;
        latest = start;
        around = node;
      }
    }
    return around?.path.startsWith('/__') ? undefined : around;
  }
}
