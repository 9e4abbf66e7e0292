/** An option of a command, with a letter and a long name. */
export interface OptionSpec {
  readonly letter: string;
  readonly long: string;
  /** What its argument is called in the help; none for an option without one. */
  readonly argument?: string;
  readonly help: string;
}

export interface GivenOption {
  /** The `letter` of its `OptionSpec`. */
  readonly letter: string;
  /** Empty for an option without an argument. */
  readonly value: string;
}

export interface Arguments {
  /** In the order given, up to the first that is wrong. */
  readonly options: readonly GivenOption[];
  readonly operands: readonly string[];
  /** What is wrong with the first option that is, as a sentence. */
  readonly error: string | undefined;
}

/**
 * Arguments as GNU `getopt_long` reads them: letters may be combined (`-qf`) and have their argument attached
 * (`-Idts`) or as the next word, long names may be cut as long as they are unique and have it after `=` or as the next
 * word, options may stand behind operands, and `--` ends them.
 */
export function parseArguments(argv: readonly string[], specs: readonly OptionSpec[]): Arguments {
  const options: GivenOption[] = [];
  const operands: string[] = [];
  let at = 0;
  const wrong = (error: string): Arguments => ({ options, operands, error });

  while (at < argv.length) {
    const word = argv[at++] as string;
    if (word === '--') {
      operands.push(...argv.slice(at));
      break;
    }
    if (word === '-' || !word.startsWith('-')) {
      operands.push(word);
      continue;
    }
    if (word.startsWith('--')) {
      const [, name = '', attached] = /^--([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
      const spec = longOption(name, specs);
      if (typeof spec === 'string') return wrong(spec);
      if (spec.argument === undefined) {
        if (attached !== undefined) return wrong(`option --${spec.long} takes no argument`);
        options.push({ letter: spec.letter, value: '' });
      } else {
        const value = attached ?? argv[at++];
        if (value === undefined) return wrong(`option --${spec.long} needs an argument`);
        options.push({ letter: spec.letter, value });
      }
      continue;
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word[i] as string;
      const spec = specs.find((known) => known.letter === letter);
      if (spec === undefined) return wrong(`unknown option -${letter}`);
      if (spec.argument === undefined) {
        options.push({ letter, value: '' });
        continue;
      }
      const value = i + 1 < word.length ? word.slice(i + 1) : argv[at++];
      if (value === undefined) return wrong(`option -${letter} needs an argument`);
      options.push({ letter, value });
      break;
    }
  }
  return { options, operands, error: undefined };
}

/** The option that `name` is or starts; else what is wrong. */
function longOption(name: string, specs: readonly OptionSpec[]): OptionSpec | string {
  const exact = specs.find((spec) => spec.long === name);
  if (exact !== undefined) return exact;
  const [first, ...others] = specs.filter((spec) => spec.long.startsWith(name));
  if (first === undefined) return `unknown option --${name}`;
  if (others.length === 0) return first;
  return `option --${name} could be ${[first, ...others].map((spec) => `--${spec.long}`).join(' or ')}`;
}

/** A command's help text. */
export function usageText(synopsis: string, specs: readonly OptionSpec[]): string {
  const heads = specs.map(({ letter, long, argument }) => {
    // Options without a letter of their own have a private one, longer than one character.
    const short = letter.length === 1 ? `-${letter},` : '   ';
    return `  ${short} --${long}${argument === undefined ? '' : ` <${argument}>`}`;
  });
  const width = Math.max(...heads.map((head) => head.length)) + 2;
  const lines = specs.map(({ help }, i) => {
    const [first = '', ...rest] = help.split('\n');
    return [(heads[i] as string).padEnd(width) + first, ...rest.map((line) => ' '.repeat(width) + line)].join(
      '\n',
    );
  });
  return `Usage: ${synopsis}\n\nOptions:\n${lines.join('\n')}\n`;
}
