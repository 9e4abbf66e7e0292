import { describe, expect, it } from 'vitest';
import { commandsOf, dtbus } from './commands.ts';

/** What holds for every command, whichever there are: the list is that of the help itself. */
const COMMANDS = await commandsOf();

/** Commands without `--json`, and why: a new one has it, or stands here. */
const NO_JSON: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    ['up', 'run', 'demo', 'record', 'init', 'set', 'press', 'guest', 'completion', 'monitor'].map((name) => [
      name,
      'does something',
    ]),
  ),
  ...Object.fromEntries(
    ['read', 'write', 'erase', 'verify'].flatMap((task) =>
      ['eeprom', 'flash'].map((kind) => [`${kind} ${task}`, 'does something, or gives the bytes']),
    ),
  ),
  convert: 'writes a file',
  'parts new': 'writes files',
  replay: 'runs a script, or compares',
  report: 'writes a file',
  lab: 'a group',
  'lab lock': 'runs a command',
  'lab release': 'does something',
  eeprom: 'a group',
  flash: 'a group',
  show: 'a picture',
  ...Object.fromEntries(
    [
      ...['i2cget', 'i2cset', 'i2cdump', 'i2ctransfer', 'spi-config', 'spi-pipe'],
      ...['fdtoverlay', 'fdtget', 'fdtput', 'fdtdump'],
    ].map((name) => [name, 'the output of the original']),
  ),
};

it('finds the commands', () => {
  expect(COMMANDS).toContain('watch');
  expect(COMMANDS).toContain('flash write');
  expect(COMMANDS.length).toBeGreaterThan(35);
});

it.each(['', ...COMMANDS])('dtbus %s: has help of at most 78 columns', async (words) => {
  // Characters: a `…` is three bytes.
  const help = Buffer.from((await dtbus(...words.split(' ').filter(Boolean), '--help')).out, 'latin1');
  expect(
    help
      .toString()
      .split('\n')
      .filter((line) => [...line].length > 78),
  ).toEqual([]);
});

describe.each(COMMANDS)('dtbus %s', (words) => {
  const command = words.split(' ');
  it('has -h, --help with an example, and --version, without a board', async () => {
    const long = await dtbus(...command, '--help');
    expect(long).toMatchObject({ status: 0, err: '' });
    expect(long.out).toMatch(/^usage: /im);
    if (NO_JSON[words] !== 'a group') expect(long.out).toMatch(/^Examples?:\n {2}.*dtbus /m);
    const short = await dtbus(...command, '-h');
    expect(short.status).toBe(0);
    expect(short.out).toMatch(/^usage: /im);
    const version = await dtbus(...command, '--version');
    expect(version.status).toBe(0);
    expect(version.out + version.err).toMatch(/\d+\.\d+/);
  });

  it('has --json, or prints nothing that a script would want as JSON', async () => {
    const hasJson = (await dtbus(...command, '--help')).out.includes('--json');
    expect(hasJson).toBe(!(words in NO_JSON));
  });

  it('refuses an option that it does not have, on standard error', async () => {
    const { status, out, err } = await dtbus(...command, '--frobnicate');
    expect(status).toBeGreaterThan(0);
    expect(out).toBe('');
    expect(err).toMatch(
      /^dtbus: unknown option '--frobnicate'|(unsupported|unrecognized) option .*--frobnicate/im,
    );
  });
});
