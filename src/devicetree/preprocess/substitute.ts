import { NOWHERE } from '../text/source.ts';
import { COMMA } from '../tokens/punctuation.ts';
import {
  NO_SPACE_PADDING,
  OWN_PADDING,
  PADDING,
  SPACE_PADDING,
  stringified,
  type Tok,
  tokAt,
} from '../tokens/tok.ts';
import type { TokenList } from '../tokens/token-list.ts';
import type { Macro } from './macro.ts';

/** Stands for an empty argument next to `##` (C11 6.10.3.3p2). */
const PLACEMARKER = -1;

/**
 * The body of a macro with the arguments put in (C11 6.10.3.1 to 6.10.3.3): as they are written next to `##`
 * and for `#`, elsewhere with their own macros expanded by `expand`. `scrap` gives the tokens of a text that is made
 * up here; `isTooMuch` counts tokens before they are put in, and ends it all.
 */
export function substitute(
  macro: Macro,
  args: readonly (readonly Tok[])[],
  expand: (toks: readonly Tok[]) => readonly Tok[],
  scrap: (text: string) => TokenList,
  isTooMuch: (toks: number) => boolean,
): readonly Tok[] {
  const expanded: (readonly Tok[] | undefined)[] = [];
  const expansion = (param: number): readonly Tok[] => {
    expanded[param] ??= expand(args[param] ?? []);
    return expanded[param];
  };
  const hasVariable = (): boolean => expansion(macro.params - 1).some((tok) => tok.kind !== PADDING);

  const fill = (body: readonly Tok[]): readonly Tok[] => {
    const out: Tok[] = [];
    for (let i = 0; i < body.length; i++) {
      const tok = body[i] as Tok;
      if (tok.param < 0) {
        out.push(tok);
        continue;
      }
      const inside = macro.optional[tok.param - macro.params];
      // GNU, too: what is inside counts where the variable arguments leave something when they are expanded.
      const arg = inside === undefined ? (args[tok.param] ?? []) : hasVariable() ? fill(inside) : [];
      const isRight = i > 0 && (body[i - 1] as Tok).paste;
      const asWritten = isRight || tok.paste || tok.stringify || inside !== undefined;
      const value = asWritten ? arg : expansion(tok.param);
      if (isTooMuch(value.length)) return [];
      const isLast = macro.variadic && tok.param === macro.params - 1 && !tok.stringify;
      if (isRight && isLast && (body[i - 1] as Tok).kind === COMMA) {
        // GNU: the comma of `, ## __VA_ARGS__` goes where there are no arguments, and else stays as it is.
        const comma = out.pop() as Tok;
        if (arg.length > 0) out.push({ ...comma, paste: false }, ...arg);
        continue;
      }
      if ((i > 0 || body !== macro.body) && !isRight) out.push(tok.space ? SPACE_PADDING : NO_SPACE_PADDING);
      if (tok.stringify) {
        const text = tokAt(scrap(stringified(arg)), 0, NOWHERE);
        out.push({ ...text, space: false, paste: tok.paste });
      } else if (isRight || tok.paste) pushJoined(out, trimmed(arg), tok);
      else for (const item of value) out.push(item);
      if (!tok.paste) out.push(OWN_PADDING);
    }
    return macro.hasPaste ? joinAll(out, scrap) : out;
  };
  return fill(macro.body);
}

/** Tokens without the padding at both ends. */
function trimmed(toks: readonly Tok[]): readonly Tok[] {
  const first = toks.findIndex((tok) => tok.kind !== PADDING);
  const last = toks.findLastIndex((tok) => tok.kind !== PADDING);
  return first < 0 ? [] : toks.slice(first, last + 1);
}

/** An argument next to `##`: its last token is what the next one is joined to, if any is. */
function pushJoined(out: Tok[], arg: readonly Tok[], param: Tok): void {
  const { length } = arg;
  if (length === 0) {
    out.push({ ...param, kind: PLACEMARKER, param: -1 });
    return;
  }
  for (let i = 0; i < length - 1; i++) out.push(arg[i] as Tok);
  out.push({ ...(arg[length - 1] as Tok), paste: param.paste });
}

/** Carries out every `##`. */
function joinAll(toks: readonly Tok[], scrap: (text: string) => TokenList): readonly Tok[] {
  const out: Tok[] = [];
  for (let i = 0; i < toks.length; i++) {
    let tok = toks[i] as Tok;
    const isJoined = tok.paste;
    if (isJoined && tok.kind !== PLACEMARKER) out.push(tok.space ? SPACE_PADDING : NO_SPACE_PADDING);
    while (tok.paste && i + 1 < toks.length) {
      const right = toks[++i] as Tok;
      const joined = join(tok, right, scrap);
      if (joined === undefined && isPunctuator(tok, right)) {
        // One token of C, which here is spelled as two: nothing comes between them.
        out.push({ ...tok, paste: false });
        tok = { ...right, space: false };
      } else if (joined === undefined) {
        // Not one token: in assembler text the two stay, side by side.
        out.push({ ...tok, paste: false }, OWN_PADDING);
        tok = right;
      } else tok = joined;
    }
    if (tok.kind !== PLACEMARKER) out.push(tok.paste ? { ...tok, paste: false } : tok);
    if (isJoined) out.push(OWN_PADDING);
  }
  return out;
}

/** Punctuation of C that the language does not have, and that is therefore several tokens. */
const PUNCTUATORS = new Set(['->', '++', '--', '+=', '-=', '*=', '/=', '%=', '&=', '|=', '^=', '<<=', '>>=']);

function isPunctuator(left: Tok, right: Tok): boolean {
  return PUNCTUATORS.has(left.list.text(left.index) + right.list.text(right.index));
}

function join(left: Tok, right: Tok, scrap: (text: string) => TokenList): Tok | undefined {
  if (left.kind === PLACEMARKER) return { ...right, space: left.space };
  if (right.kind === PLACEMARKER) return { ...left, paste: right.paste };
  const list = scrap(left.list.text(left.index) + right.list.text(right.index));
  if (list.kinds.length !== 2) return undefined;
  return { ...tokAt(list, 0, NOWHERE), space: left.space, paste: right.paste };
}
