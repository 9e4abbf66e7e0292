import { describe, expect, it } from 'vitest';

interface UserString {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}
const script = new URL('support/user-strings.mjs', import.meta.url).href;
const { userStrings } = (await import(script)) as { userStrings: (folders?: string[]) => UserString[] };

/** Turns of phrase that readers stumbled over, and what to write instead. */
const BANNED: readonly (readonly [turn: RegExp, instead: string])[] = [
  [/\bnobody\b/i, 'name the actor: "the address was not acknowledged"'],
  [/\bthere (is|are) no\b/i, 'not found: X'],
  [/\bis no [a-z]/, 'X is not a Y; invalid X: expected Y, got Z'],
  [/\ball the same\b/i, 'anyway'],
  [/\bso (many|much|long)\b/i, 'say how many'],
  [/\bof before\b/i, 'previous'],
  [/\b(is|be) had\b/i, 'is available'],
  [/\bin the place of\b/i, 'instead of'],
  [/\bneedless\b/i, 'not needed'],
  [/\bgoes from\b/i, 'is A to B'],
  [/\bwhoever\b/i, 'name the actor'],
  [/\bplease\b/i, 'expected X'],
  [/\w\?\s*$/, 'a statement and a remedy, not a question'],
  [/^(which|what|where|who)\b.*\? /i, 'a statement and a remedy, not a question'],
];

/** Words of the original tools, whose output ours is compared with. */
const EXCEPTIONS: readonly string[] = [
  'SMBus block mode is deprecated, please use i2cget instead\n',
  'Run as root?\n',
];

describe('what people read', () => {
  it('is in plain English', () => {
    const strings = userStrings();
    expect(strings.length).toBeGreaterThan(1000);
    const found = strings
      .filter(({ text }) => !EXCEPTIONS.includes(text))
      .flatMap(({ file, line, text }) =>
        BANNED.filter(([turn]) => turn.test(text)).map(
          ([, instead]) => `${file}:${line}: ${text.trim()} (write: ${instead})`,
        ),
      );
    expect(found).toEqual([]);
  });
});
