import { describe, expect, test } from 'vitest';
import { type OptionSpec, parseArguments, usageText } from '../../../src/cli/dt-tools/arguments.ts';

const OPTIONS: readonly OptionSpec[] = [
  { letter: 'q', long: 'quiet', help: 'say less' },
  { letter: 'f', long: 'force', help: 'go on' },
  { letter: 'I', long: 'in-format', argument: 'format', help: 'dts or dtb' },
  {
    letter: 'i',
    long: 'include',
    argument: 'folder',
    help: 'where to look for files that others include, of all',
  },
  { letter: 'cpp', long: 'cpp', help: 'preprocess first' },
];

const parse = (...argv: string[]) => parseArguments(argv, OPTIONS);
const given = (...argv: string[]) => parse(...argv).options.map(({ letter, value }) => letter + value);

describe('arguments as getopt_long reads them', () => {
  test('letters stand alone or together', () => {
    expect(given('-q', '-f')).toEqual(['q', 'f']);
    expect(given('-qf')).toEqual(['q', 'f']);
  });

  test('an argument is attached or the next word', () => {
    expect(given('-Idts')).toEqual(['Idts']);
    expect(given('-I', 'dts')).toEqual(['Idts']);
    expect(given('-qIdtb')).toEqual(['q', 'Idtb']);
    expect(given('-qI', 'dtb')).toEqual(['q', 'Idtb']);
  });

  test('a long name has its argument behind = or as the next word', () => {
    expect(given('--in-format=dts')).toEqual(['Idts']);
    expect(given('--in-format', 'dts')).toEqual(['Idts']);
    expect(given('--in-format=')).toEqual(['I']);
  });

  test('a long name may be cut while it is unique', () => {
    expect(given('--qu', '--inc=x')).toEqual(['q', 'ix']);
    expect(parse('--in=x').error).toBe(
      "option '--in=x' is ambiguous; possibilities: '--in-format' '--include'",
    );
  });

  test('an option without a letter is known by its long name only', () => {
    expect(given('--cpp')).toEqual(['cpp']);
    expect(parse('-c').error).toBe("invalid option -- 'c'");
  });

  test('operands may stand between options; a lone dash is one', () => {
    const { options, operands } = parse('a.dts', '-q', '-', '-f');
    expect(operands).toEqual(['a.dts', '-']);
    expect(options.map(({ letter }) => letter)).toEqual(['q', 'f']);
  });

  test('two dashes end the options', () => {
    expect(parse('-q', '--', '-f').operands).toEqual(['-f']);
    expect(given('-q', '--', '-f')).toEqual(['q']);
  });

  test('an argument may look like an option', () => {
    expect(given('-I', '-q')).toEqual(['I-q']);
  });

  test.each([
    [['-x'], "invalid option -- 'x'"],
    [['--nope'], "unrecognized option '--nope'"],
    [['-I'], "option requires an argument -- 'I'"],
    [['--include'], "option '--include' requires an argument"],
    [['--quiet=yes'], "option '--quiet' doesn't allow an argument"],
  ])('%j is wrong', (argv, error) => {
    expect(parse(...argv).error).toBe(error);
  });

  test('what stands before the mistake is given, so that --help is heard', () => {
    const { options, error } = parse('-q', '-x', '-f');
    expect(options.map(({ letter }) => letter)).toEqual(['q']);
    expect(error).toBe("invalid option -- 'x'");
  });
});

test('help lines up within 78 columns, with further lines below the first', () => {
  expect(usageText('dtc [options] <file>', OPTIONS)).toBe(
    `Usage: dtc [options] <file>

Options:
  -q, --quiet               say less
  -f, --force               go on
  -I, --in-format <format>  dts or dtb
  -i, --include <folder>    where to look for files that others include, of
                            all
      --cpp                 preprocess first
`,
  );
});
