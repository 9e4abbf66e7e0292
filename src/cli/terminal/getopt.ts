/** One option of a tool; the letter stands for it. One that has only a long name has a letter of several characters. */
export interface Option {
  readonly letter: string;
  readonly long?: string;
  /** What its argument is called; none for an option without one. */
  readonly argument?: string;
}

export interface GivenOption {
  /** The `letter` of its `Option`. */
  readonly letter: string;
  /** Empty for an option without an argument. */
  readonly value: string;
}

type Found =
  | ({ readonly kind: 'option' } & GivenOption)
  | { readonly kind: 'operand'; readonly word: string }
  | { readonly kind: 'wrong'; readonly sentence: string };

/**
 * Arguments as GNU `getopt_long` reads them: letters may be joined (`-qf`) and have their argument attached (`-Idts`)
 * or as the next word, long names may be cut as long as they are unique and have it after `=` or as the next word,
 * options may stand behind operands, and `--` ends them. What is wrong is said in glibc's words.
 */
export function* getopt(argv: readonly string[], options: readonly Option[]): Generator<Found> {
  const words = argv[Symbol.iterator]();
  for (const word of words) {
    if (word === '--') break;
    if (word.startsWith('--')) yield longOption(word.slice(2), words, options);
    else if (word.startsWith('-') && word !== '-') yield* letters(word.slice(1), words, options);
    else yield { kind: 'operand', word };
  }
  for (const word of words) yield { kind: 'operand', word };
}

function* letters(joined: string, words: Iterator<string>, options: readonly Option[]): Generator<Found> {
  for (let i = 0; i < joined.length; i++) {
    const letter = joined[i] as string;
    const option = options.find((candidate) => candidate.letter === letter);
    if (option === undefined) yield { kind: 'wrong', sentence: `invalid option -- '${letter}'` };
    else if (option.argument === undefined) yield { kind: 'option', letter, value: '' };
    else {
      const value: string | undefined = joined.slice(i + 1) || words.next().value;
      yield value === undefined
        ? { kind: 'wrong', sentence: `option requires an argument -- '${letter}'` }
        : { kind: 'option', letter, value };
      return;
    }
  }
}

function longOption(text: string, words: Iterator<string>, options: readonly Option[]): Found {
  const wrong = (sentence: string): Found => ({ kind: 'wrong', sentence });
  const [, given = '', attached] = /^([^=]*)(?:=(.*))?$/s.exec(text) ?? [];
  const candidates = options.filter(({ long }) => long?.startsWith(given));
  const option = candidates.find(({ long }) => long === given) ?? candidates[0];
  if (option === undefined) return wrong(`unrecognized option '--${text}'`);
  const { letter, long } = option;
  if (candidates.length > 1 && long !== given) {
    const possibilities = candidates.map((candidate) => `'--${candidate.long}'`).join(' ');
    return wrong(`option '--${text}' is ambiguous; possibilities: ${possibilities}`);
  }
  if (option.argument === undefined) {
    if (attached !== undefined) return wrong(`option '--${long}' doesn't allow an argument`);
    return { kind: 'option', letter, value: '' };
  }
  const value: string | undefined = attached ?? words.next().value;
  if (value === undefined) return wrong(`option '--${long}' requires an argument`);
  return { kind: 'option', letter, value };
}
