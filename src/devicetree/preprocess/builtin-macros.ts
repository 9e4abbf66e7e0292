import { NOWHERE } from '../text/source.ts';
import { type CompileTime, compileTime, timestamp } from '../text/source-clock.ts';
import { type Tok, tokAt } from '../tokens/tok.ts';
import type { FileStack, ParseContext } from './file-stack.ts';
import type { Macro } from './macro.ts';
import type { MacroTable } from './macro-table.ts';

/** The macros whose value depends on where, or when, they are used. */
export class BuiltinMacros {
  readonly #files: FileStack;
  readonly #macros: MacroTable;
  readonly #context: ParseContext;
  #counter = 0;
  #time: CompileTime | undefined;

  constructor(files: FileStack, macros: MacroTable, context: ParseContext) {
    this.#files = files;
    this.#macros = macros;
    this.#context = context;
  }

  /** What `macro` stands for at `name`, which an expansion of the name `outermost` in the file yields. */
  expand(macro: Macro, name: Tok, outermost: Tok): Tok {
    return tokAt(this.#context.cache.scrap(this.#text(macro, name, outermost)), 0, NOWHERE);
  }

  #text(macro: Macro, name: Tok, outermost: Tok): string {
    const files = this.#files;
    const place = this.#context.sources.place(files.tokLoc(outermost));
    switch (this.#macros.builtin(macro)) {
      case '__FILE__':
        return quoted(place?.file ?? files.file.path);
      case '__BASE_FILE__':
        return quoted(files.outermost.path);
      case '__LINE__':
        return String(place?.line ?? 0);
      case '__COUNTER__':
        return String(this.#counter++);
      case '__DATE__':
        return quoted(this.#compileTime(macro, name).date);
      case '__TIME__':
        return quoted(this.#compileTime(macro, name).time);
      case '__TIMESTAMP__':
        return quoted(timestamp(this.#context.clock.modified?.(files.file.path)));
      default:
        return String(files.depth - 1);
    }
  }

  /** The time of the compilation: one for the whole source. */
  #compileTime(macro: Macro, name: Tok): CompileTime {
    if (this.#time === undefined) {
      this.#time = compileTime(this.#context.clock);
      const start = this.#files.tokLoc(name);
      const end = start + macro.name.length;
      if (this.#time.problem !== undefined)
        this.#context.report('macro', this.#time.problem, { start, end, hint: undefined, notes: [] });
    }
    return this.#time;
  }
}

function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, '\\$&')}"`;
}
