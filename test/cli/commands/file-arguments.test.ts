import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { boardText, testFolder } from '../folder.ts';
import { dtbus } from './commands.ts';

/**
 * Every place of the command line where a file is named, with each thing that can be there in a file's place. What is said of
 * each thing is in test/input/file-trouble.test.ts; here, that every command says it.
 */
const folder = testFolder();
const BOARD = boardText(
  'rom: rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };',
  'flash: flash@0 { compatible = "winbond,w25q80"; reg = <0>; };',
);

beforeAll(() => {
  folder.write('board.dts', BOARD);
  folder.write('file.x', 'x');
  mkdirSync(folder.path('folder.x'));
  execFileSync('mkfifo', [folder.path('fifo.x')]);
  symlinkSync('gone/target', folder.path('dead.x'));
  symlinkSync('loop.x', folder.path('loop.x'));
});

type Thing = 'absent' | 'folder' | 'fifo' | 'device' | 'dead' | 'loop' | 'below' | 'failing';
const PATHS: Readonly<Record<Thing, string>> = {
  absent: '@absent.x',
  folder: '@folder.x',
  fifo: '@fifo.x',
  device: '/dev/zero',
  dead: '@dead.x',
  loop: '@loop.x',
  below: '@file.x/below',
  // Its first bytes are of no page: Linux says EIO.
  failing: '/proc/self/mem',
};
const SENTENCES: Readonly<Record<Thing, RegExp>> = {
  absent: /not found: .*absent\.x|no such file or directory/,
  folder: /folder\.x.* is a folder|directory/,
  fifo: /fifo\.x is a FIFO; /,
  device: /\/dev\/zero is a device; expected a regular file/,
  dead: /dead\.x is a link to gone\/target, which is not there/,
  loop: /loop\.x is a link that leads back to itself/,
  below: /file\.x is a file and not a folder/,
  failing: /\/proc\/self\/mem.*: i\/o error/,
};

/** A file that is read: `%` stands for it. Exit codes other than 1, and things that may stand there or are said otherwise. */
interface Place {
  readonly line: string;
  readonly code?: number;
  readonly but?: Partial<Readonly<Record<Thing, RegExp | 'fine'>>>;
}

const READ: readonly Place[] = [
  { line: 'ls %' },
  { line: 'ls -b %' },
  { line: 'parts -b %' },
  { line: 'i2cget -b % -y 1 0x50 0' },
  { line: 'spi-config --board % -d /dev/spidev0.0 -q' },
  { line: 'up %' },
  { line: 'serve % --socket-dir @sockets' },
  { line: 'adapters --emulate serprog -b %' },
  { line: 'eeprom info rom -b %' },
  { line: 'ls @board.dts -o %' },
  { line: 'i2cget -b @board.dts -o % -y 1 0x50 0' },
  {
    line: 'ls @board.dts --include %',
    but: {
      folder: 'fine',
      fifo: /is not a folder/,
      device: /is not a folder/,
      failing: /is not a folder/,
    },
  },
  { line: 'ls @board.dts --trust %', but: { folder: 'fine', fifo: 'fine', device: 'fine', failing: 'fine' } },
  { line: 'run @board.dts %', code: 2 },
  {
    line: 'watch @board.dts %',
    code: 2,
    but: { absent: /not found: .*neither a script nor one of/ },
  },
  {
    line: 'record @out.bus -b @board.dts -- %',
    code: 2,
    but: { absent: /not found: the command .*absent\.x/ },
  },
  { line: 'eeprom write rom % -b @board.dts' },
  { line: 'eeprom verify rom % -b @board.dts' },
  { line: 'flash write flash % -b @board.dts' },
  {
    line: 'guest @board.dts --kernel % -- true',
    but: {
      folder: /not a kernel: /,
      fifo: /not a kernel: /,
      device: /not a kernel: /,
      failing: /not executable: /,
    },
  },
  {
    line: 'ls --connect %',
    but: {
      folder: /no board is served at /,
      fifo: /is a file: /,
      device: /is a file: /,
      failing: /is a file: /,
    },
  },
  {
    line: 'get --connect %',
    but: {
      folder: /folder\.x\/control\.sock; start dtbus serve/,
      fifo: /is a file: /,
      device: /is a file: /,
      failing: /is a file: /,
    },
  },
  {
    line: 'i2cdetect --connect % -l',
    but: {
      folder: /no board is served at /,
      fifo: /is a file: /,
      device: /is a file: /,
      failing: /is a file: /,
    },
  },
  { line: 'convert % --from bus @out.vcd', but: { absent: /absent\.x: not found/ } },
  { line: 'dtc %', but: { folder: 'fine' } },
  { line: 'fdtdump %' },
  { line: 'fdtget % / model' },
];

const CASES = READ.flatMap(({ line, code = 1, but = {} }) =>
  (Object.keys(PATHS) as Thing[]).map((thing) => ({
    line,
    code,
    thing,
    expected: but[thing] ?? SENTENCES[thing],
  })),
);

describe('a file that is to be read', () => {
  it.each(CASES)('$line: $thing', async ({ line, code, thing, expected }) => {
    const words = line.split(' ').map((word) => (word === '%' ? PATHS[thing] : word));
    const ended = await dtbus(
      ...words.map((word) => (word.startsWith('@') ? folder.path(word.slice(1)) : word)),
    );
    if (expected === 'fine') {
      expect(ended).toMatchObject({ status: 0, err: '' });
      return;
    }
    expect(ended.err).toMatch(expected);
    expect(ended.err).not.toMatch(/^ {4}at |\bE(?!RROR)[A-Z]{4,}\b/m);
    expect(ended.status).toBe(code);
  });
});

const WRITTEN = [
  'eeprom read rom % -b @board.dts',
  'flash read flash % --length 16 -b @board.dts',
  'dtc @board.dts -o %',
];

describe('a file that is to be written', () => {
  const things = ['folder', 'dead', 'loop', 'below'] as const;
  it.each(WRITTEN.flatMap((line) => things.map((thing) => ({ line, thing }))))(
    '$line: $thing',
    async ({ line, thing }) => {
      const words = line.split(' ').map((word) => (word === '%' ? PATHS[thing] : word));
      const { status, err } = await dtbus(
        ...words.map((word) => (word.startsWith('@') ? folder.path(word.slice(1)) : word)),
      );
      expect(err).toMatch(/cannot write |Couldn't open output file /);
      expect(err).toMatch(
        thing === 'folder' ? /is a folder|directory/ : thing === 'below' ? /not a / : SENTENCES[thing],
      );
      expect(status).toBe(1);
    },
  );

  it.each([
    ['init @dead.x', 'dead'],
    ['init @loop.x', 'loop'],
    ['serve @board.dts --socket-dir @dead.x', 'dead'],
    ['serve @board.dts --socket-dir @loop.x', 'loop'],
    ['serve @board.dts --bus i2c1 --socket @dead.x', 'dead'],
    ['serve @board.dts --bus i2c1 --socket @loop.x', 'loop'],
  ] as const)('%s', async (line, thing) => {
    const { status, err } = await dtbus(
      ...line.split(' ').map((word) => (word.startsWith('@') ? folder.path(word.slice(1)) : word)),
    );
    expect(err).toMatch(SENTENCES[thing]);
    expect(err).toMatch(/; name an/);
    expect(status).toBe(1);
  });
});

it('a folder that Node runs is a script', async () => {
  mkdirSync(folder.path('package'));
  folder.write('package/index.js', 'console.log("ran")');
  const { execPath } = process;
  const argv = ['bin/dtbus.js', 'run', folder.path('board.dts'), folder.path('package')];
  expect(execFileSync(execPath, argv, { encoding: 'utf8' })).toBe('ran\n');
});

describe('a file that a tree names', () => {
  it.each([
    ['dtbus,model = "./dead.x";', 0],
    ['dtbus,contents = "dead.x";', 2],
    ['dtbus,contents = "loop.x";', 2],
    ['dtbus,contents = "folder.x";', 2],
    ['dtbus,contents = "fifo.x";', 2],
  ])('%s', async (property, code) => {
    const [, thing] = /(\w+)\.x/.exec(property) as unknown as [string, Thing];
    const board = folder.write('names.dts', BOARD.replace('reg = <0x50>;', `reg = <0x50>; ${property}`));
    const { status, err } = await dtbus('i2cget', '-b', board, '-y', '1', '0x50', '0');
    expect(err).toMatch(/names\.dts:\d+:\d+: \/i2c\/rom@50: /);
    expect(err).toMatch(SENTENCES[thing]);
    expect(status).toBe(code);
  });

  it('is a link to an image that is still to be made: it is made, and the link stays', async () => {
    mkdirSync(folder.path('images'));
    symlinkSync('images/rom.bin', folder.path('rom.bin'));
    const board = folder.write(
      'names.dts',
      BOARD.replace('reg = <0x50>;', 'reg = <0x50>; dtbus,contents = "rom.bin";'),
    );
    expect(await dtbus('i2cset', '-b', board, '-y', '1', '0x50', '0', '0x42')).toMatchObject({
      status: 0,
      err: '',
    });
    expect(folder.read('images/rom.bin')[0]).toBe(0x42);
    expect(execFileSync('readlink', [folder.path('rom.bin')], { encoding: 'utf8' })).toBe('images/rom.bin\n');
  });
});
