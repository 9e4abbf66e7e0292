import { directoryOf, FileRefused, joinPath, plainPath, type ReadFile } from '../text/files.ts';
import { keyword } from '../text/interner.ts';
import { PADDING, type Tok, tokAt } from '../tokens/tok.ts';
import * as T from '../tokens/token-list.ts';
import type { FileStack, ParseContext } from './file-stack.ts';
import { nextLine } from './macro.ts';
import type { MacroTable } from './macro-table.ts';

const INCLUDE_NEXT = keyword('include_next');
const IMPORT = keyword('import');

interface Header {
  readonly name: string;
  readonly angled: boolean;
}

/** Finds what `#include` names (C11 6.10.2), and opens it unless it was read and says that once is enough. */
export class Headers {
  readonly #files: FileStack;
  readonly #macros: MacroTable;
  readonly #context: ParseContext;
  readonly #readFile: ReadFile;
  readonly #includePaths: readonly string[];
  readonly #expand: (toks: readonly Tok[]) => readonly Tok[];
  /** Files that say `#pragma once`. */
  readonly #once = new Set<string>();

  constructor(
    files: FileStack,
    macros: MacroTable,
    context: ParseContext,
    options: { readonly readFile: ReadFile; readonly includePaths: readonly string[] },
    expand: (toks: readonly Tok[]) => readonly Tok[],
  ) {
    this.#files = files;
    this.#macros = macros;
    this.#context = context;
    this.#readFile = options.readFile;
    this.#includePaths = options.includePaths;
    this.#expand = expand;
  }

  /** `#pragma once` in the innermost file. */
  readOnce(): void {
    this.#once.add(plainPath(this.#files.file.path));
  }

  /** Whether there is the header that tokens `from` to before `to` name; `isNext` as for `#include_next`. */
  has(from: number, to: number, isNext: boolean): boolean {
    const header = this.#headerName(from, to);
    if (header === undefined) return false;
    try {
      return this.#find(header, this.#firstPath(header, isNext)) !== undefined;
    } catch (error) {
      if (error instanceof FileRefused) return true;
      throw error;
    }
  }

  /** Where the search for a header begins: see `#find`. */
  #firstPath({ angled }: Header, isNext: boolean): number {
    if (isNext) return this.#files.file.foundIn + 1;
    return angled ? 0 : -1;
  }

  /** The header that tokens `from` to before `to` name; undefined where they name none. */
  #headerName(from: number, to: number): Header | undefined {
    const { list, kinds, base } = this.#files;
    if (from >= to) return undefined;
    const isString = kinds[from] === T.STRING || kinds[from] === T.STRING_ESC;
    if (isString) return { name: list.text(from).slice(1, -1), angled: false };
    const start = list.starts[from] as number;
    const line = list.source.text.slice(start, list.source.text.indexOf('\n', start) >>> 0);
    const angled = /^<([^>\n]+)>/.exec(line);
    if (angled !== null) return { name: angled[1] as string, angled: true };
    const toks = this.#expand(Array.from({ length: to - from }, (_, k) => tokAt(list, from + k, base)));
    const printed = toks
      .filter((tok) => tok.kind !== PADDING)
      .map((tok) => (tok.space ? ' ' : '') + tok.list.text(tok.index))
      .join('')
      .trim();
    const match = /^"([^"]+)"|^<([^>]+)>/.exec(printed);
    if (match === null) return undefined;
    return { name: (match[1] ?? match[2]) as string, angled: match[2] !== undefined };
  }

  /** Looks a header up; `from` is the first of the include paths to look in, -1 the file's own directory. */
  #find(
    { name }: Header,
    from: number,
  ): { readonly path: string; readonly bytes: Uint8Array; readonly foundIn: number } | undefined {
    const directories = [directoryOf(this.#files.file.path), ...this.#includePaths];
    const absolute = name.startsWith('/');
    for (let i = absolute ? -1 : from; i + 1 < directories.length; i++) {
      const path = absolute ? name : joinPath(directories[i + 1] as string, name);
      const bytes = this.#readFile(path);
      if (bytes !== undefined) return { path, bytes, foundIn: absolute ? -1 : i };
      if (absolute) break;
    }
    return undefined;
  }

  /** Carries out the `#include` at token `i`; `id` is its word. */
  include(i: number, id: number): void {
    const files = this.#files;
    const at = files.locAt(i);
    const end = nextLine(files.list, i + 1);
    const header = this.#headerName(i + 2, end);
    files.pos = end;
    if (header === undefined) {
      files.complain('include', '#include needs "file" or <file>', i, Math.max(end, i + 2));
      return;
    }
    const first = this.#firstPath(header, id === INCLUDE_NEXT);
    const found = files.findOrComplain(() => this.#find(header, first), header.name, i + 2, end);
    if (found === undefined) return;
    const plain = plainPath(found.path);
    if (this.#once.has(plain)) return;
    if (id === IMPORT) this.#once.add(plain);
    const { cache } = this.#context;
    const definitions = cache.definitions(found.path, found.bytes);
    if (definitions !== undefined && this.#isGuarded(definitions.guard)) return;
    if (definitions !== undefined && this.#macros.include(definitions)) {
      files.include(found.path, () => definitions.list, at, found.foundIn);
      return;
    }
    const tokens = cache.tokens(found.path, found.bytes, false);
    if (this.#isGuarded(tokens.guard)) return;
    files.include(found.path, () => tokens, at, found.foundIn);
  }

  /** The word of a file's guard is defined: it has nothing more to say. */
  #isGuarded(guard: number): boolean {
    this.#macros.reserve();
    return guard !== 0 && this.#macros.byId[guard] !== undefined;
  }
}
