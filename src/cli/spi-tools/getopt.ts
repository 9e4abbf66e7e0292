/** One option of a tool; the letter stands for it. */
export interface Option {
  readonly letter: string;
  readonly name?: string;
  readonly takesValue: boolean;
}

export type Found =
  | { readonly kind: 'option'; readonly letter: string; readonly value: string }
  | { readonly kind: 'wrong'; readonly sentence: string };

/**
 * Options as getopt_long(3) finds them: letters may be joined, values may follow at once or as the next
 * argument, long names may be cut short where that is clear; other arguments are passed over, `--` ends.
 */
export function* getopt(argv: readonly string[], options: readonly Option[]): Generator<Found> {
  for (let at = 0; at < argv.length; at++) {
    const argument = argv[at] as string;
    if (argument === '--') return;
    if (argument.startsWith('--')) {
      const found = longOption(argument.slice(2), argv[at + 1], options);
      if (found.usesNext) at++;
      yield found.found;
      continue;
    }
    if (!argument.startsWith('-') || argument === '-') continue;
    for (let i = 1; i < argument.length; i++) {
      const letter = argument[i] as string;
      const option = options.find((candidate) => candidate.letter === letter);
      if (option === undefined) {
        yield { kind: 'wrong', sentence: `invalid option -- '${letter}'` };
        continue;
      }
      if (!option.takesValue) {
        yield { kind: 'option', letter, value: '' };
        continue;
      }
      const joined = argument.slice(i + 1);
      const value = joined === '' ? argv[++at] : joined;
      yield value === undefined
        ? { kind: 'wrong', sentence: `option requires an argument -- '${letter}'` }
        : { kind: 'option', letter, value };
      break;
    }
  }
}

function longOption(
  text: string,
  next: string | undefined,
  options: readonly Option[],
): { readonly found: Found; readonly usesNext: boolean } {
  const wrong = (sentence: string) => ({ found: { kind: 'wrong', sentence } as const, usesNext: false });
  const equals = text.indexOf('=');
  const given = equals < 0 ? text : text.slice(0, equals);
  const joined = equals < 0 ? undefined : text.slice(equals + 1);
  const candidates = options.filter(({ name }) => name?.startsWith(given));
  const option = candidates.find(({ name }) => name === given) ?? candidates[0];
  if (option === undefined) return wrong(`unrecognized option '--${text}'`);
  if (candidates.length > 1 && option.name !== given) {
    const possibilities = candidates.map(({ name }) => `'--${name}'`).join(' ');
    return wrong(`option '--${text}' is ambiguous; possibilities: ${possibilities}`);
  }
  if (!option.takesValue) {
    if (joined !== undefined) return wrong(`option '--${option.name}' doesn't allow an argument`);
    return { found: { kind: 'option', letter: option.letter, value: '' }, usesNext: false };
  }
  const value = joined ?? next;
  if (value === undefined) return wrong(`option '--${option.name}' requires an argument`);
  return { found: { kind: 'option', letter: option.letter, value }, usesNext: joined === undefined };
}

/** scanf's `%d`: a decimal number at the beginning, whatever follows; undefined when there is none. */
export function decimal(text: string): number | undefined {
  const [digits] = /^[\t-\r ]*[+-]?[0-9]+/.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
