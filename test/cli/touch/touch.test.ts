import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { controlFolder, controlSocketOf } from '../../../src/board/control/place.ts';
import { type Board, openBoard, shareBoard } from '../../../src/board/index.ts';
import { KINDS } from '../../../src/faults/index.ts';
import { runtimeFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = runtimeFolder();

const BOARD = `/dts-v1/;
/ {
	aliases { i2c1 = &i2c; };
	i2c: i2c {
		compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
		oled: oled@3c { compatible = "solomon,ssd1306"; reg = <0x3c>; };
		pins: pins@20 { compatible = "nxp,pca9554"; reg = <0x20>; interrupts-extended = <&gpio 2 8>; };
		rom: rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };
	};
	gpio: gpio {
		compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; interrupt-controller; #interrupt-cells = <2>;
		ngpios = <3>; gpio-line-names = "button", "other";
	};
};
`;

describe('a board of another process', () => {
  let file: string;
  let board: Board;
  let unshare: () => void;
  beforeAll(async () => {
    file = folder.write('board.dts', BOARD);
    board = await openBoard(file, { backEnd: 'inline' });
    unshare = await shareBoard(board, file);
  });
  afterAll(async () => {
    unshare();
    await board.close();
  });
  const dtbus = (...argv: string[]) => dtbusHere(...argv, '-b', file);

  it('is set, and read', async () => {
    expect(await dtbus('set', '&temp', 'temperature=-5')).toMatchObject({ status: 0, err: '' });
    expect(board.part('&temp').get('temperature')).toBe(-5);
    expect((await dtbus('get', '&temp', 'temperature')).out).toBe('-5\n');
    // The label alone, which no shell takes for a job in the background.
    expect(await dtbus('set', 'temp', 'temperature=-6')).toMatchObject({ status: 0, err: '' });
    expect((await dtbus('get', 'temp', 'temperature')).out).toBe('-6\n');
    expect(await dtbus('set', '&pins', 'inputs=1.5')).toMatchObject({
      status: 1,
      err: 'dtbus: /i2c/pins@20: invalid inputs: expected an integer from 0 to 255, got 1.5\n',
    });
    expect((await dtbus('get', '&temp', '--json')).out).toContain('"temperature": -6');
    expect((await dtbus('get', '&rom')).out).toContain('contents      256 bytes');
    expect((await dtbus('get')).out).toContain('/i2c/oled@3c  SSD1306');
  });

  it.each([
    [['set', '&temp', 'temprature=1'], 1, /no property temprature|has: temperature/],
    [['set', '&temp', 'temperature=cold'], 2, 'invalid temperature: expected a number, got cold'],
    [['set', '&temp', 'temperature=999'], 1, '-55 to 150 °C'],
    [['set', '&temp', 'temperature'], 2, 'invalid setting: expected PROPERTY=VALUE, got temperature'],
    [['set', '&rom', 'writeProtect=yes'], 2, 'invalid writeProtect: expected true or false, got yes'],
    [
      ['get', '&temp', 'humidity'],
      1,
      'not found: property humidity of /i2c/temp@48; use one of: temperature',
    ],
    [['get', '&nothing'], 1, '/i2c/temp@48'],
    [['show', '&temp'], 1, '/i2c/temp@48 is not a display'],
    [['inject', 'nack'], 2, 'missing target: dtbus inject nack PART or BUS'],
    [['inject', 'nak', '&temp'], 1, 'unknown fault "nak": did you mean nack'],
    [['inject', 'stretch', '&temp'], 1, 'option ms of fault stretch is required'],
    [['inject', 'nack', '&tmp'], 1, /not found: bus or part &tmp; .*did you mean &temp/],
    [['inject', 'nack', '&temp', 'times'], 2, 'expected OPTION=VALUE, got "times"'],
    [['inject', 'nack', '&temp', 'times=often'], 1, 'invalid times: expected an integer from 1'],
    [
      ['inject', '--remove', 'first'],
      2,
      'invalid --remove: expected the number of a fault, or all, got first',
    ],
    [['inject', '--remove', '9'], 1, 'not found: fault 9; on the board: none'],
    [['press', '&gpio', 'bell'], 1, 'button'],
    [['press', '&gpio', 'button', '--for', 'long'], 2, 'invalid --for: expected milliseconds, got long'],
  ])('refuses %j', async (argv, status, sentence) => {
    const ended = await dtbus(...argv);
    expect(ended.err).toMatch(sentence);
    expect(ended.err.startsWith('dtbus: ')).toBe(true);
    expect(ended.status).toBe(status);
  });

  it('has faults put in, listed and taken out', async () => {
    expect((await dtbus('inject')).out).toBe('no faults\n');
    expect(await dtbus('inject', '&temp', 'absent')).toMatchObject({ status: 1 });
    expect(await dtbus('inject', 'nack', 'temp', 'times=2', 'skip=1')).toMatchObject({
      status: 0,
      out: '1  nack on temp  times=2 skip=1  struck 0 of 0 chances\n',
    });
    const i2c = board.open('/dev/i2c-1');
    const read = () => {
      try {
        i2c.transferSync([{ addr: 0x48, read: 2 }]);
        return 'ok';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    expect([read(), read(), read(), read()]).toEqual(['ok', 'ENXIO', 'ENXIO', 'ok']);
    expect((await dtbus('inject', 'noise', '&temp', 'amplitude=2')).out).toMatch(
      /^2 {2}noise on &temp, seed \d+ {2}amplitude=2 {2}struck 0 of 0 chances\n$/,
    );
    expect((await dtbus('inject')).out).toContain(
      '1  nack on temp  times=2 skip=1  struck 2 of 3 chances, last at read from 0x48\n2  noise',
    );
    expect(JSON.parse((await dtbus('inject', '--json')).out)[0]).toMatchObject({ number: 1, fired: 2 });
    expect((await dtbus('inject', '--remove', '2')).out).toMatch(/^2 {2}noise/);
    expect((await dtbus('inject', 'absent', '&temp')).out).toMatch(/^3 /);
    expect(read()).toBe('ENXIO');
    expect((await dtbus('inject', '--remove', 'all')).out).toMatch(
      /^1 {2}nack.*\n3 {2}absent.*struck 1 of 1/,
    );
    expect([read(), (await dtbus('inject')).out]).toEqual(['ok', 'no faults\n']);
  });

  it('tells of every fault of the catalogue in the help', async () => {
    const { out } = await dtbusHere('inject', '--help');
    for (const kind of Object.keys(KINDS)) expect(out).toMatch(new RegExp(`\\b${kind}\\b`));
    const { out: kinds } = await dtbusHere('inject', '--kinds', '-b', file);
    for (const kind of Object.keys(KINDS)) expect(kinds).toMatch(new RegExp(`^${kind} `, 'm'));
  });

  it('has a button pressed: the line is low, and high again', async () => {
    const line = board.line('&gpio', 'button');
    const levels: boolean[] = [];
    const stop = line.watch((high) => levels.push(high));
    expect((await dtbus('press', '&gpio', 'button', '--for', '20')).status).toBe(0);
    stop();
    expect(levels).toEqual([false, true]);
  });

  it('has a pin of an expander pulled low for a moment', async () => {
    const pressed = dtbus('press', '&pins', '3', '--for', '50');
    const seen = new Set<unknown>();
    while ((await Promise.race([pressed, new Promise((resolve) => setTimeout(resolve, 2))])) === undefined)
      seen.add(board.part('&pins').get('inputs'));
    expect((await pressed).status).toBe(0);
    expect([...seen]).toContain(0xf7);
    expect(board.part('&pins').get('inputs')).toBe(0xff);
  });

  it('refuses to press what the board drives', async () => {
    const chip = await board.gpio();
    chip.setDirection(1, 'out');
    expect(await dtbus('press', '&gpio', 'other', '--for', '5')).toMatchObject({
      status: 1,
      err: 'dtbus: invalid line "other" of /gpio: expected an input, got an output, driven by the board\n',
    });
    chip.setDirection(1, 'in');
    expect((await dtbus('press', '&gpio', '1', '--for', '5')).status).toBe(0);
  });

  it('refuses to press a pin of an expander that is an output', async () => {
    const i2c = board.open('/dev/i2c-1');
    // PCA9554 data sheet, register 3: a 0 makes a pin an output.
    i2c.transferSync([{ addr: 0x20, write: Uint8Array.of(3, 0xef) }]);
    expect(await dtbus('press', '&pins', '4', '--for', '5')).toMatchObject({
      status: 1,
      err: 'dtbus: invalid pin 4 of /i2c/pins@20: expected an input, got an output\n',
    });
    expect((await dtbus('press', '&pins', '3', '--for', '5')).status).toBe(0);
    i2c.transferSync([{ addr: 0x20, write: Uint8Array.of(3, 0xff) }]);
    expect((await dtbus('press', '&pins', '4', '--for', '5')).status).toBe(0);
  });

  it('shows the lines of a controller: name, direction, level and who drives', async () => {
    const chip = await board.gpio();
    chip.setDirection(1, 'out');
    chip.set(1, true);
    board.line('&gpio', 'button').set(false);
    try {
      expect((await dtbus('get', '&gpio')).out).toBe(
        [
          '/gpio  GPIO controller, 3 lines',
          '  LINE  NAME    DIRECTION  LEVEL  DRIVEN BY  WIRED TO',
          '  0     button  in         low    outside',
          '  1     other   out        high   the board',
          '  2             in         high              /i2c/pins@20 INT',
          '',
        ].join('\n'),
      );
      expect((await dtbus('get', '/gpio', 'button')).out).toBe('low\n');
      expect((await dtbus('get', '&gpio', '1')).out).toBe('high\n');
      expect(JSON.parse((await dtbus('get', '&gpio', '0', '--json')).out)).toEqual({
        path: '/gpio',
        line: 0,
        name: 'button',
        direction: 'in',
        high: false,
        wired: [],
        drivers: ['outside'],
      });
      const [only] = JSON.parse((await dtbus('get', '&gpio', '--json')).out);
      expect(only.lines.map((line: { direction: string }) => line.direction)).toEqual(['in', 'out', 'in']);
      expect((await dtbus('get')).out).toContain('/gpio  GPIO controller, 3 lines\n');
      board.part('&pins').set('inputs', 0xfe);
      expect((await dtbus('get', '&gpio')).out).toMatch(/ low {4}\/i2c\/pins@20 INT {2}\/i2c\/pins@20 INT\n/);
      const unknown = await dtbus('get', '&gpio', 'bell');
      expect(unknown).toMatchObject({
        status: 1,
        err: 'dtbus: not found: line bell of /gpio; use one of: button, other, 2\n',
      });
    } finally {
      board.part('&pins').set('inputs', 0xff);
      board.line('&gpio', 'button').set(true);
      chip.setDirection(1, 'in');
    }
  });

  it('shows its display, as text and as PNG', async () => {
    // SSD1306 data sheet, table 9-1: display on, all dots on.
    board
      .open('/dev/i2c-1')
      .transferSync([{ addr: 0x3c, write: Uint8Array.of(0x00, 0x8d, 0x14, 0xaf, 0xa5) }]);
    const { status, out } = await dtbus('show', '&oled');
    expect({ status, lines: out.split('\n').length > 5 }).toEqual({ status: 0, lines: true });
    expect((await dtbus('show', '&oled', '--png', folder.path('oled.png'))).status).toBe(0);
    expect(folder.read('oled.png').subarray(1, 4).toString()).toBe('PNG');
  });

  it('is mentioned by commands that work on a board of their own', async () => {
    const mention = (command: string) =>
      `dtbus: ${file} runs in process ${process.pid} too, and ${command} uses a board of its own; to reach the other, use dtbus get, set and press, or dtbus serve and --connect\n`;
    expect(await dtbus('i2cget', '-y', '1', '0x48', '0', 'w')).toMatchObject({
      status: 0,
      err: mention('i2cget'),
    });
    expect(await dtbus('eeprom', 'verify', '&rom', file)).toMatchObject({
      err: expect.stringContaining(mention('this command')),
    });
    expect((await dtbus('i2cdetect', '-y', '1', '--json')).err).toBe('');
    expect((await dtbus('i2cdetect', '-l')).err).toBe('');
    expect((await dtbus('eeprom', 'info', '&rom')).err).toBe('');
    const other = folder.write('other.dts', BOARD);
    expect((await dtbusHere('i2cget', '-b', other, '-y', '1', '0x48', '0', 'w')).err).toBe('');
  });

  it('that runs twice is named with its processes', async () => {
    const socket = controlSocketOf(file).replace(`-${process.pid}.`, `-${process.ppid}.`);
    const second = createServer();
    second.listen(socket);
    await once(second, 'listening');
    try {
      expect((await dtbus('get', '&temp')).err).toMatch(
        new RegExp(
          `^dtbus: running 2 times: ${file}, in processes (${process.pid}, ${process.ppid}|${process.ppid}, ${process.pid}); end all but one\n$`,
        ),
      );
      expect((await dtbus('i2cget', '-y', '1', '0x48', '0', 'w')).err).toContain(String(process.ppid));
    } finally {
      second.close();
    }
  });

  it('is reached by its user alone', () => {
    const place = controlFolder();
    expect(statSync(place).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(place)) expect(statSync(join(place, name)).mode & 0o777).toBe(0o600);
  });
});

describe('no board', () => {
  it('that runs is a sentence with the remedy', async () => {
    const { status, err } = await dtbusHere('get', '-b', 'dts/demo.dts');
    expect(err).toBe(
      'dtbus: not running: dts/demo.dts; start it with dtbus up, run or serve, or use --connect FOLDER\n',
    );
    expect(status).toBe(1);
  });

  it('of that name is told apart from one that does not run', async () => {
    const { status, err } = await dtbusHere('get', '-b', 'nowhere.dts');
    expect([status, err]).toEqual([
      1,
      'dtbus: board not found: nowhere.dts; use --board FILE, DTBUS_BOARD or openBoard(FILE)\n',
    ]);
  });

  it('is looked for in a folder that others may enter', async () => {
    const open = folder.path('open');
    mkdirSync(join(open, 'dtbus'), { recursive: true });
    chmodSync(join(open, 'dtbus'), 0o755);
    const before = process.env['XDG_RUNTIME_DIR'];
    process.env['XDG_RUNTIME_DIR'] = open;
    try {
      expect((await dtbusHere('get')).err).toMatch(/unsafe folder for control sockets: .* mode 0700/);
    } finally {
      process.env['XDG_RUNTIME_DIR'] = before;
    }
  });
});

describe('a program', () => {
  let child: ChildProcess | undefined;
  afterEach(() => child?.kill('SIGKILL'));

  /** Starts dtbus and waits for a line of its output. */
  async function started(line: string, ...argv: string[]): Promise<void> {
    const program = spawn(process.execPath, ['bin/dtbus.js', ...argv], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = program;
    let text = '';
    for await (const chunk of program.stdout) {
      text += chunk;
      if (text.includes(line)) break;
    }
  }

  it('that runs a script is set and leaves no socket, however it ends', async () => {
    const file = folder.write('run.dts', BOARD);
    const script = folder.write(
      'script.cjs',
      `const bus = require('i2c-bus').openSync(1); console.log('up'); setInterval(() => bus.readWordSync(0x48, 0), 50);`,
    );
    await started('up', 'run', file, script);
    expect((await dtbusHere('set', '&temp', 'temperature=7', '-b', file)).err).toBe('');
    expect((await dtbusHere('get', '&temp', 'temperature', '-b', file)).out).toBe('7\n');
    child?.kill('SIGTERM');
    await once(child as ChildProcess, 'exit');
    expect(readdirSync(controlFolder())).toEqual([]);
  });

  it('that serves a board is set, by its file, by its folder and by a socket in it', async () => {
    const file = folder.write('serve.dts', BOARD);
    const sockets = folder.path('sockets');
    await started('ready', 'serve', file, '--socket-dir', sockets);
    expect((await dtbusHere('set', '&temp', 'temperature=9', '-b', file)).err).toBe('');
    const got = await dtbusHere('get', '&temp', 'temperature', '--connect', sockets);
    expect(got).toMatchObject({ status: 0, out: '9\n' });
    const beside = await dtbusHere('get', '&temp', 'temperature', '--connect', join(sockets, 'i2c1.sock'));
    expect(beside).toMatchObject({ status: 0, out: '9\n' });
    const bus = await dtbusHere('i2cget', '--connect', sockets, '-y', '1', '0x48', '0');
    expect(bus).toMatchObject({ status: 0, out: '0x09\n' });
    child?.kill('SIGTERM');
    await once(child as ChildProcess, 'exit');
    expect(readdirSync(sockets)).toEqual([]);
  });
});
