import { plainJson } from '../../input/index.ts';

/** What a line consists of: quoted texts, `<…>`, `,` and `>`, words, and a comment to its end. */
const TOKENS = /"(?:[^"\\]|\\.)*"|<[^<>]*>|[,>{}]|;.*$|[^\s,>{};"<]+|["<]/g;

/** The tokens of a line, without its comment. */
export function tokensOf(line: string): readonly string[] {
  const tokens = line.match(TOKENS) ?? [];
  if (tokens.at(-1)?.startsWith(';')) tokens.pop();
  return tokens;
}

/** The words of a line of the head, without its comment: names with commas are one word. */
const WORDS = /"(?:[^"\\]|\\.)*"|;.*$|[^\s;"]+|"/g;

export function wordsOf(line: string): readonly string[] {
  const words = line.match(WORDS) ?? [];
  if (words.at(-1)?.startsWith(';')) words.pop();
  return words;
}

/** What may stand as it is, where a name is expected. */
const PLAIN = /^[\w./@&:+=,-]+$/;
/** The same, where a comma parts messages. */
export const PLAIN_WORD = /^[\w./@&:+=-]+$/;

/** A text as a token. */
export function quoted(text: string): string {
  return plainJson(text);
}

/** A name as a token: quoted where it has to be. */
export function nameToken(name: string): string {
  return PLAIN.test(name) ? name : quoted(name);
}

/** The name that a token says; undefined where it is none. */
export function nameOf(token: string | undefined): string | undefined {
  if (token === undefined || token === '') return undefined;
  if (!token.startsWith('"')) return PLAIN.test(token) ? token : undefined;
  try {
    return JSON.parse(token) as string;
  } catch {
    return undefined;
  }
}
