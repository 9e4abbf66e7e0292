import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { boardText, testFolder } from '../folder.ts';
import { commandsOf, dtbus } from './commands.ts';

/** What is said of a wrong value, whichever command has the option: what is allowed, and what was given. */
const folder = testFolder();
const BOARD = boardText(
  'eeprom: rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };',
  'flash: flash@0 { compatible = "winbond,w25q80"; reg = <0>; };',
);

/** An option that takes a value: a wrong one and what the sentence names, or why any word may stand there. */
type Row = string | readonly [wrong: string, ...named: string[]];

const PATH = 'a file or folder';
const ON_BOARD = 'something of the board';
const RANGE = ['ten', 'expected a number such as 4096, 0x1000 or 4k, got ten'] as const;
const ROWS: Readonly<Record<string, Row>> = {
  '--board': PATH,
  '--overlay': PATH,
  '--include': PATH,
  '--trust': PATH,
  '--connect': PATH,
  '--folder': PATH,
  '--coverage': PATH,
  '--to': PATH,
  '--write': PATH,
  '--png': PATH,
  '--port': PATH,
  '--kernel': PATH,
  '--socket': PATH,
  '--socket-dir': PATH,
  '--metrics': PATH,
  '--part': ON_BOARD,
  '--bus': ON_BOARD,
  '--mask': ON_BOARD,
  '--owner': ON_BOARD,
  '--group': 'a group of this machine',
  '--socket-group': 'a group of this machine',
  '--offset': RANGE,
  '--length': RANGE,
  'adapters --emulate': [
    'bus-pirat',
    'expected bus-pirate, bus-pirate-5, serprog, micropython, firmata, i2cdriver, spidriver, usb-iss, sc18im700, i2c-tiny-usb, ch341a, ch347, ft232h, ft2232h, ft4232h, mcp2221a, cp2112, ft260, mcp2210 or dln2, got bus-pirat (did you mean bus-pirate)',
  ],
  'adapters --listen': ['here', 'expected PORT or HOST:PORT, got here'],
  'convert --from': ['puseview', 'got puseview'],
  'convert --to': ['csb', 'csv or perfetto, got csb (did you mean csv)'],
  'convert --channel': 'names of the trace',
  'convert --spi-mode': ['4', 'expected 0, 1, 2 or 3, got 4'],
  'convert --time': ['exat', 'expected rounded, exact or none, got exat (did you mean exact)'],
  'convert --idle': ['long', 'expected milliseconds, got long'],
  'guest --timeout': ['soon', 'expected a number of seconds, got soon'],
  'monitor --port': ['many', 'expected a number from 0 to 65535, got many'],
  'inject --remove': ['first', 'expected the number of a fault, or all, got first'],
  'press --for': ['long', 'expected milliseconds, got long'],
  'record --time': ['exat', 'expected rounded, exact or none, got exat (did you mean exact)'],
  'replay --as': ['part', 'expected parts, controller or stimulus, got part (did you mean parts)'],
  'report --output': PATH,
  'run --pretend': [
    'raspberry-pi-44',
    'expected raspberry-pi-3, raspberry-pi-zero-2-w, raspberry-pi-4 or raspberry-pi-5, got raspberry-pi-44 (did you mean raspberry-pi-4)',
  ],
  'serve --fd': ['three', 'expected the number of an open descriptor, got three'],
  'serve --limit': ['memry=1', 'expected NAME=NUMBER', 'got memry=1', 'memory, request'],
  'serve --socket-mode': ['rw', 'expected octal digits such as 0660, got rw'],
  '--since': ['yesterday', 'expected 90s, 15m, 2h, 7d or 2026-11-29T14:00, got yesterday'],
  '--last': ['0', 'expected a number from 1 to 1000000, got 0'],
  'lab lock --idle': ['0', 'expected 0.001 to 3600 seconds, got 0'],
  'lab lock --priority': ['high', 'expected a number from 0 to 9, got high'],
  'lab lock --ttl': ['0.01', 'expected 0.1 to 3600 seconds, got 0.01'],
  'lab lock --why': 'text for people',
  'lab release --why': 'text for people',
  'share --nats': ['everywhere', 'expected nats://SERVER[:PORT][/NAME], got everywhere'],
  'share --listen': ['everywhere', 'expected PORT or HOST:PORT, got everywhere'],
  'up --mode': ['rw', 'expected octal digits such as 0660, got rw'],
};

/** What must stand beside an option so that its value is looked at. */
const BESIDE: Readonly<Record<string, (board: string) => string[]>> = {
  'adapters --emulate': (board) => ['-b', board],
  'adapters --listen': (board) => ['-b', board, '--emulate', 'ch341a'],
  'convert --from': () => ['in.bus', 'out.vcd'],
  'convert --to': () => ['in.bus', 'out.vcd'],
  'convert --spi-mode': () => ['in.bus', 'out.vcd'],
  'convert --time': () => ['in.bus', 'out.vcd'],
  'convert --idle': () => ['in.bus', 'out.vcd'],
  'guest --timeout': (board) => [board],
  'inject --remove': (board) => ['-b', board],
  'press --for': (board) => ['-b', board, '&gpio', '0'],
  'record --time': (board) => ['out.bus', board, 'ls'],
  'record --since': () => ['out.bus'],
  'record --last': () => ['out.bus'],
  'replay --as': (board) => ['in.bus', board],
  'run --pretend': (board) => [board, 'script.js'],
  'lab lock --idle': () => ['remote:/none.sock'],
  'lab lock --priority': () => ['remote:/none.sock'],
  'lab lock --ttl': () => ['remote:/none.sock'],
  'share --listen': (board) => [board],
  'share --nats': (board) => [board],
  'serve --fd': (board) => [board],
  'serve --limit': (board) => [board, '--socket-dir', folder.path('sockets')],
  'serve --socket-mode': (board) => [board, '--socket-dir', folder.path('sockets')],
  'up --mode': (board) => [board, '--dev'],
};

/** The tools that stand in for others have the options, words and exit codes of those. */
const ORIGINALS = /^(i2c|spi-|dtc$|fdt|dtdiff$)/;

/** The long options of a command that take a value, as its help lists them. */
async function valuesOf(command: string): Promise<string[]> {
  const { out } = await dtbus(...command.split(' '), '--help');
  return [...out.matchAll(/^ {2}(?:-\w, )?(--[\w-]+) </gm)].map(([, name]) => name as string);
}

const OPTIONS: readonly string[] = (
  await Promise.all(
    (
      await commandsOf()
    )
      .filter((command) => !ORIGINALS.test(command))
      .map(async (command) => (await valuesOf(command)).map((name) => `${command} ${name}`)),
  )
).flat();
const nameOf = (option: string) => option.slice(option.lastIndexOf(' ') + 1);
const rowOf = (option: string): Row | undefined => ROWS[option] ?? ROWS[nameOf(option)];

it('knows every option that takes a value', () => {
  expect(OPTIONS.length).toBeGreaterThan(100);
  expect(OPTIONS.filter((option) => rowOf(option) === undefined)).toEqual([]);
  const used = new Set(OPTIONS.flatMap((option) => [option, nameOf(option)]));
  expect(Object.keys(ROWS).filter((row) => !used.has(row))).toEqual([]);
});

describe('a wrong value', () => {
  const checked = OPTIONS.filter((option) => Array.isArray(rowOf(option)));
  it.each(checked)('of %s ends with 2, what is expected and the usage', async (option) => {
    const [wrong, ...named] = rowOf(option) as readonly string[];
    const board = folder.write('board.dts', BOARD);
    const [command, name] = [option.slice(0, option.lastIndexOf(' ')), nameOf(option)];
    const beside = BESIDE[option]?.(board) ?? [
      command.split(' ')[0] as string,
      ...fileOf(command),
      '-b',
      board,
    ];
    const { status, out, err } = await dtbus(...command.split(' '), name, wrong as string, ...beside);
    expect(err).toContain(`dtbus: invalid ${name}: `);
    for (const each of named) expect(err).toContain(each);
    expect(err).toContain(`\nusage: dtbus ${command} `);
    expect(err).toMatch(/\n\(try --help\)\n$/);
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(existsSync('out.bus')).toBe(false);
  });

  it('of the shell to complete in names the shells', async () => {
    const { status, err } = await dtbus('completion', 'bsh');
    expect(err).toMatch(
      /^dtbus: invalid shell: expected bash, zsh or fish, got bsh \(did you mean bash\)\nusage: /,
    );
    expect(status).toBe(2);
  });

  it('of help is an unknown command', async () => {
    const { status, err } = await dtbus('help', 'i2cdetec');
    expect(err).toBe("dtbus: unknown command 'i2cdetec'\n(Did you mean i2cdetect?)\n(try --help)\n");
    expect(status).toBe(2);
  });
});

/** The file that a task of a memory takes. */
const fileOf = (command: string): string[] => (/ (read|write|verify)$/.test(command) ? ['image.bin'] : []);

describe('an option that nothing would heed', () => {
  it.each([
    ['up --mode 0660', 'dtbus: --mode is for real nodes: add --dev'],
    ['up --group i2c', 'dtbus: --group is for real nodes: add --dev'],
    ['adapters --bus i2c1', 'dtbus: --bus is for an emulated adapter: add --emulate KIND'],
    ['adapters --emulate serprog --listen 1', 'dtbus: invalid --listen: serprog is on a pty'],
    ['adapters --emulate cp2112 --port /tmp/x', 'dtbus: invalid --port: cp2112 is on USB/IP'],
  ])('%s is refused', async (line, sentence) => {
    const { status, err } = await dtbus(...line.split(' '), '-b', folder.write('board.dts', BOARD));
    expect(err).toContain(sentence);
    expect(status).toBe(2);
  });
});
