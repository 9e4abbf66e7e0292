import type { ToolIo } from './io.ts';

export interface Flags {
  /** Letters that were given. */
  readonly given: ReadonlySet<string>;
  /** Values of the flags that take one. */
  readonly values: ReadonlyMap<string, string | undefined>;
  readonly positional: readonly string[];
}

/**
 * i2c-tools' flags: one letter each, only before the first argument that is none; what follows the letter is
 * ignored. Reports an unknown flag and gives undefined.
 */
export function parseFlags(
  argv: readonly string[],
  letters: string,
  withValue: string,
  io: ToolIo,
): Flags | undefined {
  const given = new Set<string>();
  const values = new Map<string, string | undefined>();
  let at = 0;
  for (; argv[at]?.startsWith('-'); at++) {
    const letter = argv[at]?.[1] ?? '';
    if (letter === '' || !letters.includes(letter)) {
      io.stderr.write(`Error: Unsupported option "${argv[at]}"!\n`);
      return undefined;
    }
    given.add(letter);
    if (withValue.includes(letter)) values.set(letter, argv[++at]);
  }
  return { given, values, positional: argv.slice(at) };
}
