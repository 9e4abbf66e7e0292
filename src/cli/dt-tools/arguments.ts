import { type GivenOption, getopt, type Option } from '../terminal/getopt.ts';
import { helpWidth, wrapped } from '../terminal/help-width.ts';

/** An option of a command, as its help shows it. */
export interface OptionSpec extends Option {
  readonly long: string;
  readonly help: string;
}

export interface Arguments {
  /** In the order given, up to the first that is wrong. */
  readonly options: readonly GivenOption[];
  readonly operands: readonly string[];
  /** What is wrong with the first option that is, as a sentence. */
  readonly error: string | undefined;
}

export function parseArguments(argv: readonly string[], specs: readonly OptionSpec[]): Arguments {
  const options: GivenOption[] = [];
  const operands: string[] = [];
  for (const found of getopt(argv, specs)) {
    if (found.kind === 'wrong') return { options, operands, error: found.sentence };
    if (found.kind === 'operand') operands.push(found.word);
    else options.push({ letter: found.letter, value: found.value });
  }
  return { options, operands, error: undefined };
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
    const [first = '', ...rest] = wrapped(help, helpWidth() - width);
    return [(heads[i] as string).padEnd(width) + first, ...rest.map((line) => ' '.repeat(width) + line)].join(
      '\n',
    );
  });
  return `Usage: ${synopsis}\n\nOptions:\n${lines.join('\n')}\n`;
}
