import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dtbus-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the compiled command as a shell would. */
function dtbus(...argv: string[]): { status: number | null; out: string; err: string } {
  const { DTBUS_BOARD: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dtbus.js', ...argv], {
    env,
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

/** The package as somebody has it whose npm could not install one of its dependencies. */
function packageWithout(name: string): string {
  const place = join(folder, `without-${name}`);
  for (const part of ['bin', 'dist', 'dts', 'package.json'])
    cpSync(part, join(place, part), { recursive: true });
  mkdirSync(join(place, 'node_modules'));
  for (const dependency of ['commander', 'koffi', 'serialport'].filter((each) => each !== name))
    symlinkSync(resolve('node_modules', dependency), join(place, 'node_modules', dependency));
  return place;
}

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

describe('dtbus ls', () => {
  it('draws the board: buses, drivers, what carries them, what answers', () => {
    const { status, out } = dtbus('ls', 'dts/demo.dts');
    expect(status).toBe(0);
    expect(out).toBe(`dtbus demo board
├─ /dev/i2c-1 /i2c virtio0 (i2c_virtio) → simulated I2C bus
│  ├─ 0x48  temp@48    national,lm75  LM75 temperature sensor, 9 bits
│  ├─ 0x50  eeprom@50  atmel,24c02    24C02 EEPROM, 256 bytes
│  ├─ 0x20  gpio@20    nxp,pca9554    PCA9554 GPIO expander, 8 pins
│  └─ 0x68  rtc@68     maxim,ds3231   DS3231 clock with two alarms and thermometer
├─ /dev/i2c-2 /i2c-bench virtio1 (i2c_virtio) → emulated Bus Pirate on an emulated port (not opened)
│  ├─ 0x49  temp@49    ti,tmp102    on the wire
│  ├─ 0x51  eeprom@51  atmel,24c32  on the wire
│  └─ 0x4a  temp@4a    ti,tmp75     TMP75 temperature sensor, 9 to 12 bits
├─ /dev/spidev0.0 /spi virtio2 (spi_virtio) → simulated SPI bus
│  └─ cs 0  flash@0  winbond,w25q80  W25Q80 SPI NOR flash
├─ /dev/spidev1.0 /spi-bench virtio3 (spi_virtio) → emulated Bus Pirate on an emulated port (not opened)
│  └─ cs 0  flash@0  jedec,spi-nor  on the wire
└─ /dev/gpiochip0 /gpio → 4 lines
   ├─ 0  expander  high  /i2c/gpio@20 INT
   ├─ 1  alarm     high  /i2c/rtc@68 INT
   ├─ 2  button    high
   └─ 3            high
4 buses, 9 parts: 6 simulated, 3 on the wire
`);
  });

  it('gives scripts the same as JSON', () => {
    const { out } = dtbus('ls', '--json', '-b', 'dts/demo.dts');
    expect(JSON.parse(out)).toMatchObject([{ nodes: ['/dev/i2c-1'] }, { nodes: ['/dev/i2c-2'] }, {}, {}]);
  });

  it('opens no adapter', () => {
    const overlay = file(
      'far.dtso',
      '/dts-v1/; /plugin/;\n&pirate { compatible = "dangerousprototypes,bus-pirate"; port = "/dev/ttyNOWHERE"; };\n',
    );
    const { status, out, err } = dtbus('ls', '-b', 'dts/demo.dts', '-o', overlay);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toContain('Bus Pirate on /dev/ttyNOWHERE (not opened)');
  });

  it('ends with 1 where something of the board is left out, naming place and remedy', () => {
    const overlay = file(
      'odd.dtso',
      '/dts-v1/; /plugin/;\n&sensors { odd@80 { compatible = "national,lm75"; reg = <0x80>; }; };\n',
    );
    const { status, out, err } = dtbus('ls', '-b', 'dts/demo.dts', '-o', overlay);
    expect(status).toBe(1);
    expect(out).toContain('LM75');
    expect(err).toMatch(
      /odd\.dtso:2\.51-64: Warning \(peripheral_address\): \/i2c\/odd@80:reg: .+\n(.+\n){2}.+reg = <0x40>.+\n/,
    );
    // Once: the reason why it is left out is the same.
    expect(err.match(/address 0x80/g)).toHaveLength(1);
  });
});

describe('the tools on a board', () => {
  it('work with the options of the originals', () => {
    const { status, out } = dtbus('i2ctransfer', '-b', 'dts/demo.dts', '-y', '1', 'w1@0x48', '0x00', 'r2');
    expect({ status, out }).toEqual({ status: 0, out: '0x19 0x00\n' });
  });

  it('reach a bus on the Bus Pirate', () => {
    const { status, out } = dtbus('i2cget', '-b', 'dts/demo.dts', '-y', '2', '0x49', '0x00', 'w');
    expect({ status, out }).toEqual({ status: 0, out: '0x0019\n' });
  });

  it('name a board that is not there, in one sentence, with exit code 1', () => {
    const { status, err } = dtbus('i2cdetect', '-b', 'nowhere.dts', '-y', '1');
    expect({ status, err }).toEqual({
      status: 1,
      err: 'dtbus: board not found: nowhere.dts; use --board FILE, DTBUS_BOARD or openBoard(FILE)\n',
    });
  });

  it('name the buses that there are beside the words of the original', () => {
    const { status, err } = dtbus('i2cdetect', '-b', 'dts/demo.dts', '-y', '9');
    expect(status).toBe(1);
    expect(err).toMatch(/^Error: Could not open file .*\n.*the board has \/dev\/i2c-1, \/dev\/i2c-2, .*\n$/);
  });

  it('fail where they ask and nobody is there to answer, and say how to go on', () => {
    const { status, err } = dtbus('i2cset', '-b', 'dts/demo.dts', '1', '0x48', '0x01', '0x60');
    expect(err).toMatch(/Continue\? .*\ndtbus: stdin is not interactive; use -y .*\n$/s);
    expect(status).toBe(1);
  });

  it('end at Ctrl-C though they wait for an answer or for input', async () => {
    const waiting = [
      ['i2cdetect', '-b', 'dts/demo.dts', '1'],
      ['spi-pipe', '--board', 'dts/demo.dts', '-d', '/dev/spidev0.0'],
    ];
    for (const argv of waiting) {
      const tool = spawn(process.execPath, ['bin/dtbus.js', ...argv], { stdio: ['pipe', 'pipe', 'pipe'] });
      // spi-pipe asks nothing: it has answered a byte, so it waits for the next.
      if (argv[0] === 'spi-pipe') tool.stdin.write('\x9f');
      await once(argv[0] === 'spi-pipe' ? tool.stdout : tool.stderr, 'data');
      tool.kill('SIGINT');
      const [code] = (await once(tool, 'exit')) as [number];
      expect(code, argv[0]).toBe(130);
    }
  });

  it('say in one sentence why nothing can be written', () => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, ['bin/dtbus.js', 'ls', 'dts/demo.dts'], {
      stdio: ['ignore', full, 'pipe'],
      encoding: 'utf8',
    });
    closeSync(full);
    expect(stderr).toMatch(/^dtbus: cannot write to standard output: no space left on device\n$/);
    expect(status).toBe(1);
  });

  it('end with their own exit code where nothing can be said', () => {
    const full = openSync('/dev/full', 'w');
    const nobodyThere = ['bin/dtbus.js', 'i2cget', '-b', 'dts/demo.dts', '-y', '1', '0x11', '0'];
    const { status } = spawnSync(process.execPath, nobodyThere, { stdio: ['ignore', 'ignore', full] });
    closeSync(full);
    expect(status).toBe(2);
  });

  it('end quietly when nobody reads on', () => {
    const command = `${process.execPath} bin/dtbus.js i2cdump -b dts/demo.dts -y 1 0x50 b | head -n 1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
    expect(stdout).toMatch(/^ +0 +1 +2/);
    expect(stderr).toBe('');
  });
});

describe('dtbus run', () => {
  it("runs a script's i2c-bus and spi-device on the board, and hands on arguments and exit code", () => {
    const script = file(
      'script.cjs',
      `const bus = require('i2c-bus').openSync(1);
       const flash = require('spi-device').openSync(0, 0);
       const message = [{ byteLength: 4, sendBuffer: Buffer.from([0x9f, 0, 0, 0]), receiveBuffer: Buffer.alloc(4) }];
       flash.transferSync(message);
       console.log(bus.readWordSync(0x48, 0).toString(16), message[0].receiveBuffer.toString('hex'), process.argv.slice(2).join());
       process.exit(7);`,
    );
    const { status, out } = dtbus('run', 'dts/demo.dts', script, '--times', '3');
    expect({ status, out }).toEqual({ status: 7, out: '19 ffef4014 --times,3\n' });
  });

  it('opens the board as the command says, with overlays and folders of headers', () => {
    const headers = join(folder, 'headers');
    mkdirSync(headers);
    writeFileSync(join(headers, 'parts.h'), '#define MORE "national,lm75"\n');
    const overlay = file(
      'more.dtso',
      '/dts-v1/; /plugin/;\n#include <parts.h>\n&sensors { more@49 { compatible = MORE; reg = <0x49>; }; };\n',
    );
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(resolve('.'), join(folder, 'node_modules', 'dtbus'));
    const script = file(
      'opens.mjs',
      `import { openBoard } from 'dtbus';
       const board = await openBoard();
       console.log(board.part('/i2c/more@49').title);
       await board.close();`,
    );
    const { status, out, err } = dtbus('run', '-o', overlay, '--include', headers, 'dts/demo.dts', script);
    expect({ status, out, err }).toEqual({ status: 0, out: 'LM75 temperature sensor, 9 bits\n', err: '' });
  });

  it('names a script that is not there, without a stack', () => {
    const { status, err } = dtbus('run', 'dts/demo.dts', 'nowhere.js');
    expect(err).toMatch(/^dtbus: script not found: \/.*\/nowhere\.js\n$/);
    expect(status).toBe(2);
  });

  it('says what is wrong with a board instead of running the script', () => {
    const script = file('never.mjs', `console.log('ran');`);
    const board = file('broken.dts', '/dts-v1/;\n/ {\n\ta = <1>\n};\n');
    const { status, out, err } = dtbus('run', board, script);
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain('broken.dts:3');
  });
});

describe('help and mistakes', () => {
  it('every command has help with an example', () => {
    const { out } = dtbus('--help');
    const commands = [...out.matchAll(/^ {2}([a-z0-9-]+) .*\S$/gm)].map(([, name]) => name as string);
    const own = [
      'up',
      'ls',
      'run',
      'serve',
      'guest',
      'i2cdetect',
      'i2cget',
      'i2cset',
      'i2cdump',
      'i2ctransfer',
      'spi-config',
      'spi-pipe',
      'eeprom',
      'flash',
      'watch',
      'parts',
      'completion',
    ];
    expect(commands).toEqual(expect.arrayContaining(own));
    for (const command of own) expect(dtbus(command, '--help').out, command).toMatch(/Examples?:\n {2}\S/);
  });

  it('the help has its commands under headings, each in one line of 80 columns, and no escapes in a pipe', () => {
    const { out } = dtbus('--help');
    const headings = [
      'Boards',
      'Recordings and other traces',
      'A running board',
      'Other machines',
      'Linux guests and other processes',
      'I2C and SPI tools',
      'Memories',
      'Device trees',
      'This command line',
    ];
    expect([...out.matchAll(/^(\S.*):$/gm)].map(([, heading]) => heading)).toEqual([
      'Options',
      ...headings,
      'Examples',
    ]);
    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(out).not.toContain('\x1b');
  });

  it("a tool's help teaches the arguments of the original", () => {
    const { out } = dtbus('i2cget', '--help');
    expect(out).toMatch(/I2CBUS CHIP-ADDRESS\s+\[DATA-ADDRESS \[MODE \[LENGTH\]\]\]/);
  });

  it('there are colours where FORCE_COLOR asks for them, and none where NO_COLOR forbids them', () => {
    const drawn = (env: NodeJS.ProcessEnv) =>
      spawnSync(process.execPath, ['bin/dtbus.js', 'ls', 'dts/demo.dts'], {
        env: { ...process.env, NO_COLOR: '', ...env },
        encoding: 'utf8',
      }).stdout.includes('\x1b');
    expect([drawn({}), drawn({ FORCE_COLOR: '1' }), drawn({ FORCE_COLOR: '1', NO_COLOR: '1' })]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it.each([['-h'], ['--help']])('`dtbus help %s` is the help', (word) => {
    expect(dtbus('help', word)).toEqual(dtbus('--help'));
  });

  it.each([['-V'], ['--version']])('`dtbus help %s` is the version', (word) => {
    expect(dtbus('help', word)).toEqual(dtbus('--version'));
  });

  it('what is wrong with a tree is coloured where a person looks', () => {
    const tree = '/dts-v1/;\n/ {\n\ta = <1>\n};\n';
    // Node 22 warns where both are there.
    const { NO_COLOR: _, FORCE_COLOR: __, ...neither } = process.env;
    const said = (env: NodeJS.ProcessEnv) =>
      spawnSync(process.execPath, ['bin/dtbus.js', 'dtc', '-'], {
        input: tree,
        env: { ...neither, ...env },
        encoding: 'utf8',
      }).stderr;
    const plain = said({});
    expect(plain).not.toContain('\x1b');
    const painted = said({ FORCE_COLOR: '1' });
    expect(painted).toContain('\x1b[31mERROR\x1b[39m (syntax)');
    expect(painted).toContain('\x1b[32m^\x1b[39m\n  \x1b[36mhelp:\x1b[39m add ";" here');
    expect(stripVTControlCharacters(painted)).toBe(plain);
  });

  it.each([
    [['frobnicate']],
    [['ls', '--no-such-option']],
    [['run']],
    [['up', '--dev', '--mode', '9']],
    [[]],
  ])('%j ends with 2', (argv) => {
    expect(dtbus(...argv).status).toBe(2);
  });

  it('the device-tree tools stand in for dtc', () => {
    const { status, out } = dtbus(
      'dtc',
      '-I',
      'dts',
      '-O',
      'dts',
      file('tiny.dts', '/dts-v1/; / { a = <1>; };'),
    );
    expect(status).toBe(0);
    expect(out).toContain('a = <0x01>;');
  });
});

describe('npm start', () => {
  it('scans each bus, shows a temperature, an EEPROM and two flash ids, and says what to try next', () => {
    const { status, out } = dtbus('demo');
    expect(status).toBe(0);
    expect(out).toContain('40: -- -- -- -- -- -- -- -- 48 --');
    expect(out).toContain('40: -- -- -- -- -- -- -- -- -- 49 4a --');
    expect(out).toContain('31.5 °C');
    expect(out).toContain('Hello from dtbus');
    expect(out.match(/: ef4014$/gm)).toHaveLength(2);
    expect(out).toContain('Next');
  });

  it.each([
    [
      'koffi',
      /dtbus: .*\/hosts\/bus-pirate: the adapter is not open: ENODEV: .*the package 'koffi' cannot be loaded: run npm install/,
    ],
    [
      'serialport',
      /dtbus: .*\/hosts\/bus-pirate: the adapter is not open: ENODEV: cannot load the package 'serialport': run npm install/,
    ],
  ])(
    'shows everything that is simulated without %s, and says what is missing for the rest',
    (name, sentence) => {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        [join(packageWithout(name), 'bin', 'dtbus.js'), 'demo'],
        { encoding: 'utf8' },
      );
      expect(stdout).toContain('40: -- -- -- -- -- -- -- -- 48 --');
      expect(stdout).toContain('31.5 °C');
      expect(stdout).toContain('/dev/spidev0.0: ef4014');
      expect(stdout).not.toContain('/dev/spidev1.0: ');
      expect(stdout).toContain('Next');
      expect(stderr).toMatch(sentence);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(status).toBe(1);
    },
  );
});
