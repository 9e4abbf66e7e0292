import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openBoard, serveBoard } from '../../src/board/index.ts';
import { runGuest } from '../../src/guest/index.ts';
import { boardText, testFolder } from './folder.ts';
import { type Refusal, refuses } from './refusals.ts';
import { dtbusHere } from './run-here.ts';

/** Wrong inputs of other kinds than those of wrong-input.test.ts: things of a file system, types in trees, cut blobs. */
const folder = testFolder();
const LM75 = 'temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };';
const HOST = (port: string) =>
  boardText(LM75, '')
    .replace('/ {', `/ {\n\tx: x { compatible = "dangerousprototypes,bus-pirate"; port = ${port}; };`)
    .replace('virtio-i2c";', 'virtio-i2c"; dtbus,host = <&x>;');
const ON_BUS = (property: string) => boardText(LM75, '').replace('virtio-i2c";', `virtio-i2c"; ${property}`);
const PART = (properties: string) => boardText(`temp@48 { ${properties} };`, '');

beforeAll(async () => {
  const files: Readonly<Record<string, string>> = {
    'good.dts': boardText(
      `${LM75} rom: rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };`,
      'flash: flash@0 { compatible = "winbond,w25q80"; reg = <0>; };',
    ),
    'set.dts': PART('compatible = "national,lm75"; reg = <0x48>; dtbus,set = <1>;'),
    'bytes.dts': PART('compatible = "national,lm75"; reg = [48];'),
    'phandle.dts': ON_BUS('dtbus,host = <9>;'),
    'text.dts': ON_BUS('dtbus,host = "x";'),
    'timeout.dts': ON_BUS('dtbus,timeout-ms = "soon";'),
    'number.dts': HOST('<5>'),
    'port.dts': HOST(`"${folder.path('good.dts')}"`),
    'port-folder.dts': HOST('"/tmp"'),
    'plain.overlay': '&i2c_bus { status = "okay"; };',
    'delete.overlay': '/delete-node/ &tmp;',
    'part.dtsi': '/ { a; };',
    'plugin.dtso': '/dts-v1/;\n/plugin/;\n&i2c_bus { a; };',
    'gone.dts': '/dts-v1/;\n#include "gone.dtsi"\n/ { };\n',
    'itself.dts': '/dts-v1/;\n#include "itself.dts"\n/ { };\n',
    'nothing.dts': '',
    'other.sock': 'no socket',
    'image.bin': 'x',
    'fails.js': 'this is no JavaScript(',
  };
  for (const [name, text] of Object.entries(files)) folder.write(name, text);
  for (const name of ['folder.dts', 'folder.bin', 'sockets']) mkdirSync(folder.path(name), { mode: 0o700 });
  execFileSync('mkfifo', [folder.path('fifo.dts'), folder.path('fifo.bin'), folder.path('fifo.js')]);
  symlinkSync('loop.dts', folder.path('loop.dts'));
  await dtbusHere('dtc', '-O', 'dtb', '-o', folder.path('x'), folder.path('good.dts'));
  const blob = execFileSync(process.execPath, ['bin/dtbus.js', 'dtc', folder.path('good.dts'), '-O', 'dtb']);
  folder.write('cut.dtb', blob.subarray(0, 60));
  const beyond = Uint8Array.from(blob);
  // off_dt_struct (Devicetree Specification, 5.2).
  beyond.set([0xff, 0xff, 0xff, 0xf0], 8);
  folder.write('beyond.dtb', beyond);
});

/** `@name` is the path of a file above. */
const ROWS: readonly Refusal[] = [
  ['ls @set.dts', 1, /set\.dts:4/, 'invalid dtbus,set: expected strings', 'write dtbus,set = "'],
  ['ls @bytes.dts', 1, /bytes\.dts:4/, 'invalid reg: expected numbers'],
  ['ls @phandle.dts', 1, /phandle\.dts:4/, 'phandle 9: no node has it'],
  ['ls @text.dts', 1, 'invalid dtbus,host: expected a reference to a node', '<&label>'],
  ['ls @timeout.dts', 1, 'invalid dtbus,timeout-ms: expected one number', '= <1>'],
  ['ls @number.dts', 1, 'invalid port: expected one string'],
  ['i2cdetect -b @port.dts -y 1', 1, 'good.dts is not a serial port', /port\.dts:\d/],
  ['i2cdetect -b @port-folder.dts -y 1', 1, '/tmp is not a serial port'],
  ['ls @gone.dts', 1, 'gone.dts:2', 'cannot find gone.dtsi'],
  ['ls @itself.dts', 1, 'includes itself more than 200 deep'],
  ['ls @nothing.dts', 1, 'nothing.dts:1', '/dts-v1/; is missing'],
  ['ls @loop.dts', 1, 'loop.dts is a link that leads back to itself'],
  ['ls @fifo.dts', 1, 'fifo.dts is a FIFO; write what comes out of it to a file'],
  ['ls -b @good.dts -o @fifo.dts', 1, 'fifo.dts is a FIFO'],
  ['ls /dev/zero', 1, '/dev/zero is a device; expected a regular file'],
  ['ls -b @good.dts -o /dev/full', 1, '/dev/full is a device'],
  ['eeprom write rom /dev/urandom -b @good.dts', 1, '/dev/urandom is a device', 'name - for standard input'],
  ['ls -b @good.dts -o @folder.dts', 1, 'folder.dts is a folder', '.dts or .dtb'],
  ['ls @plain.overlay', 1, 'plain.overlay is an overlay, not a board', 'add this file with -o'],
  ['ls @part.dtsi', 1, 'part.dtsi is a part of boards', 'name the .dts that includes it'],
  ['ls @good.dts -o @delete.overlay', 1, 'delete.overlay:1', 'did you mean &temp?'],
  ['ls @good.dts --include @part.dtsi', 1, 'part.dtsi is not a folder', 'apply it with -o'],
  [
    'i2cdetect -b @good.dts --include nowhere -y 1',
    1,
    '--include, a folder for #include: not found: nowhere',
  ],
  ['ls @cut.dtb', 1, 'offset 4: the blob is cut off', 'the blob has 60 bytes'],
  ['ls @beyond.dtb', 1, 'offset 8: off_dt_struct is 4294967280, beyond'],
  ['eeprom write rom @folder.bin -b @good.dts', 1, 'folder.bin is a folder; expected a file'],
  ['eeprom write rom @fifo.bin -b @good.dts', 1, 'fifo.bin is a FIFO', 'name - for standard input'],
  ['eeprom read rom @folder.bin -b @good.dts', 1, 'cannot write', 'it is a folder; name a file'],
  ['eeprom read rom --length -5 -b @good.dts', 2, 'invalid --length', 'got -5'],
  ['run @good.dts @folder.bin', 2, 'folder.bin is a folder without package.json or index.js'],
  ['run @good.dts @fifo.js', 2, 'no script: ', 'fifo.js is a FIFO'],
  ['run --pretend pdp-11 @good.dts @fails.js', 2, 'invalid --pretend', 'raspberry-pi-4', 'got pdp-11'],
  ['serve @good.dts --socket-dir @good.dts', 1, 'good.dts is a file and not a folder', 'name another path'],
  ['serve @good.dts --socket-dir @sockets --limit memory=lots', 2, 'invalid --limit', 'NAME=NUMBER'],
  [
    'serve @good.dts --socket-dir @sockets --socket-group nobodies',
    1,
    'group not found: nobodies',
    'groupadd',
  ],
  ['serve @good.dts --socket-dir @sockets --socket-mode rw', 2, 'invalid --socket-mode', '0660'],
  ['serve @good.dts --fd 99', 1, 'name it with --bus', 'i2c1, spi0'],
  ['serve @good.dts --bus i2c1 --socket @sockets', 1, 'is not a socket but a folder', 'name another path'],
  [
    'serve @good.dts --bus i2c1 --socket @other.sock',
    1,
    'is not a socket but another file',
    'name another path',
  ],
  ['get --connect @other.sock', 1, 'other.sock is a file', 'the folder of the sockets'],
  ['get --connect @sockets', 1, 'sockets/control.sock', 'start dtbus serve'],
  ['watch --connect @other.sock', 1, 'other.sock is a file', 'the folder of the sockets'],
  ['watch --part &tmp @good.dts ls', 1, 'not found: part &tmp', '/i2c/temp@48'],
  ['i2cget -b nowhere.dts --frobnicate 1', 1, 'Unsupported option "--frobnicate"', 'Usage: i2cget'],
  ['i2ctransfer -b @good.dts -y 1 w1@0x48 0 r99999', 1, 'Length invalid', 'r99999'],
  ['spi-config --board @good.dts -d /dev/spidev9.9 -q', 1, 'not found: /dev/spidev9.9', '/dev/spidev0.0'],
  ['serve @good.dts --socket-dir=', 2, 'invalid --socket-dir: expected a path, got ""'],
  ['serve @good.dts --socket=', 2, 'invalid --socket: expected a path, got ""'],
  ['adapters --emulate serprog -b @good.dts --port=', 2, 'invalid --port: expected a path, got ""'],
  ['init @good.dts', 1, 'not a folder', 'name an empty folder'],
  ['guest @good.dts --kernel @sockets -- true', 1, 'not a kernel', 'name the kernel itself'],
  ['guest @good.dts --kernel @image.bin -- true', 1, 'not executable', 'chmod +x'],
];

describe('a wrong input that is rare', () => {
  it('is one of more than twenty', () => expect(ROWS.length).toBeGreaterThan(20));
  refuses(ROWS, (word) => (word.startsWith('@') ? folder.path(word.slice(1)) : word));
});

describe('an overlay or a part of a board, in front of a script', () => {
  it.each(['plain.overlay', 'part.dtsi'])('%s is no script and no board', (name) => {
    folder.write('good.js', '');
    const argv = ['bin/dtbus.js', 'run', folder.path(name), folder.path('good.js')];
    const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    expect(stderr).toMatch(/^dtbus: .*(is an overlay, not a board|is a part of boards): name the [^\n]*\n$/);
    expect(status).toBe(1);
  });
});

describe('a wrong call', () => {
  const onWarning = () => {};
  const quiet = { onWarning, backEnd: 'inline' } as const;
  const calls: readonly (readonly [what: string, call: () => Promise<unknown>, sentence: string | RegExp])[] =
    [
      ['a FIFO for a board', () => openBoard(folder.path('fifo.dts'), quiet), 'is a FIFO'],
      ['a folder for a board', () => openBoard(folder.path('folder.dts'), quiet), 'is a folder'],
      ['a number for a board', () => openBoard(5 as never), /expected .*got 5/],
      ['a cut blob as source', () => openBoard({ source: Uint8Array.of(0xd0, 0x0d, 0xfe, 0xed, 0) }), 'blob'],
      [
        'a file for sockets',
        () => serveBoard(folder.path('good.dts'), { onWarning, socketDirectory: folder.path('other.sock') }),
        'is a file and not a folder',
      ],
      [
        'a folder for a kernel',
        () =>
          runGuest(folder.path('good.dts'), {
            onWarning,
            kernel: folder.path('sockets'),
            command: ['true'],
            deadlineMs: 1000,
            output: () => {},
          }),
        'not a kernel',
      ],
      [
        'a part that is not there',
        async () => {
          const board = await openBoard(folder.path('good.dts'), quiet);
          await using _closed = board;
          board.trace({ parts: ['&tmp'] });
        },
        'not found: part &tmp; the board has: /i2c/temp@48',
      ],
      [
        'a misspelt filter',
        async () => {
          const board = await openBoard(folder.path('good.dts'), quiet);
          await using _closed = board;
          board.trace({ part: '&temp' } as never);
        },
        'unknown option part of trace: did you mean parts',
      ],
    ];
  it.each(calls)('%s is a sentence', async (_, call, sentence) => {
    await expect(call()).rejects.toThrow(sentence);
  });
});
