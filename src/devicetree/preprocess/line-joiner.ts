import type { Loc } from '../text/source.ts';
import * as T from '../tokens/token-list.ts';
import { TokenList } from '../tokens/token-list.ts';
import type { FileStack, ParseContext } from './file-stack.ts';

/** The stream that lines are joined from: where it stands, and how to go on. */
interface LineStream {
  readonly kind: number;
  readonly space: boolean;
  readonly text: string;
  readonly atLineEnd: boolean;
  loc(): Loc;
  advanceInLine(): void;
}

/** Lines that belong together, as tokens for the language; they stand at line `line` of `file`. */
export interface JoinedLines {
  readonly list: TokenList;
  readonly line: number;
  readonly file: string;
}

/**
 * Strings that go over lines. The C preprocessor takes their lines apart like any others, and dtc puts them
 * together again: so does this, with the text as the preprocessor would print it.
 */
export class LineJoiner {
  readonly #files: FileStack;
  readonly #context: ParseContext;
  readonly #stream: LineStream;
  /** A quote was found without a partner up to the end: looking again for each would take forever. */
  #partnerless = false;

  constructor(files: FileStack, context: ParseContext, stream: LineStream) {
    this.#files = files;
    this.#context = context;
    this.#stream = stream;
  }

  /** The lines from the unfinished string at token `first` to where all quotes have a partner, if they have. */
  join(first: number): JoinedLines | undefined {
    const files = this.#files;
    const { list, depth, pos } = files;
    const start = list.text(first);
    const place = this.#context.sources.place(files.locAt(first));
    if (place === undefined || this.#partnerless || start.startsWith('/*')) return undefined;
    const text = this.#text(start, place.line, depth);
    if (text === undefined) {
      // No partner anywhere: leave the line as it is, the parser says what is wrong.
      this.#partnerless = true;
      if (files.depth === depth) files.pos = pos;
      return undefined;
    }
    const indented = `\n${' '.repeat(place.column - 1)}${text}`;
    const tokens = this.#context.cache.scrap(indented, true);
    const source = { ...tokens.source, path: list.source.path };
    return { list: new TokenList(source, true, tokens), line: place.line, file: place.file };
  }

  #text(start: string, startLine: number, depth: number): string | undefined {
    const files = this.#files;
    const stream = this.#stream;
    let text = start;
    let quote = openQuote(start, '');
    let line = startLine;
    while (!stream.atLineEnd || (quote !== '' && files.kinds[files.pos] !== T.EOF)) {
      stream.advanceInLine();
      if (stream.kind === T.EOF || files.depth !== depth) break;
      const here = this.#context.sources.place(stream.loc());
      if (here !== undefined && here.line > line) {
        text += '\n'.repeat(here.line - line) + ' '.repeat(here.column - 1);
        line = here.line;
      } else if (stream.space) text += ' ';
      text += stream.text;
      quote = openQuote(stream.text, quote);
    }
    return quote === '' && files.depth === depth ? text : undefined;
  }
}

/** The quote that is open behind `text`, if `before` was open in front of it. */
function openQuote(text: string, before: string): string {
  let open = before;
  for (let i = 0; i < text.length; i++) {
    const char = text[i] as string;
    if (open === '') {
      if (char === '"' || char === "'") open = char;
    } else if (char === '\\') i++;
    else if (char === open) open = '';
  }
  return open;
}
