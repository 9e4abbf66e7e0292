import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { TraceWriter } from '../../../src/backend/index.ts';
import { openBoard, traceMemory } from '../../../src/board/index.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { WatchLog } from '../../../src/cli/watch/watch-log.ts';
import { Watcher } from '../../../src/cli/watch/watcher.ts';
import { testFolder } from '../folder.ts';

const folder = testFolder();
const found = spawnSync('tshark', ['--version']).error === undefined;
if (!found) console.info('tshark is not installed (apt install tshark): nobody reads the capture file');

const BUSES = [
  {
    kind: 'i2c',
    number: 3,
    path: '/i2c',
    parts: [
      {
        reg: [0x48],
        name: 'temp@48',
        compatible: ['national,lm75'],
        addressWidth: undefined,
        size: undefined,
      },
    ],
  },
] as const;

function logOf(json: boolean) {
  const lines: string[] = [];
  const captured: Uint8Array[] = [];
  const log = new WatchLog({
    line: (text) => lines.push(text),
    pcap: (bytes) => captured.push(bytes),
    json,
    paint: (_, text) => text,
  });
  return { log, lines, captured: () => Buffer.concat(captured) };
}

const record = { bus: '/i2c', client: 'the board', startedMs: 5000, durationMs: 0.25, fault: undefined };
const messages = [
  { addr: 0x48, flags: 0, buf: Uint8Array.of(0) },
  { addr: 0x48, flags: I2C_M.RD, buf: Uint8Array.of(0x19, 0) },
];

describe('the log of a watcher', () => {
  it('has a line for each transfer, and a table at the end', async () => {
    const { log, lines } = logOf(false);
    const memory = traceMemory();
    await log.attach({ memory, buses: BUSES });
    const writer = new TraceWriter(memory);
    writer.write(0, { ...record, messages });
    log.drain();
    writer.write(0, {
      ...record,
      startedMs: 5001.5,
      messages: [{ addr: 0x21, flags: 0, buf: new Uint8Array(0) }],
    });
    log.end();
    expect(lines.join('')).toBe(
      `    time/s  bus      target                result            µs  transfer
  0.000000  i2c-3    0x48 temp@48          ok               250  read TEMP (0x00): 19 00
  0.001500  i2c-3    0x21                  ok               250  probe

bus    target        transfers  failed  sent  received  mean µs  longest µs
i2c-3  0x48 temp@48          1       0     1         2      250         250
i2c-3  0x21                  1       0     0         0      250         250
`,
    );
  });

  it('counts what came too fast', async () => {
    const { log, lines } = logOf(false);
    const memory = traceMemory(1 << 16);
    await log.attach({ memory, buses: BUSES });
    const writer = new TraceWriter(memory);
    for (let i = 0; i < 1000; i++) writer.write(0, { ...record, messages });
    log.end();
    const shown = lines.filter((line) => line.includes('TEMP')).length;
    expect(lines.at(-1)).toContain(`${1000 - shown} more transfers are not shown: they came faster`);
  });

  it('gives scripts a line of JSON each', async () => {
    const { log, lines } = logOf(true);
    const memory = traceMemory();
    await log.attach({ memory, buses: BUSES });
    new TraceWriter(memory).write(0, { ...record, messages });
    log.end();
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        time: '1970-01-01T00:00:05.000Z',
        bus: 'i2c-3',
        path: '/i2c',
        client: 'the board',
        part: 'temp@48',
        fault: null,
        microseconds: 250,
        text: 'read TEMP (0x00): 19 00',
        segments: [
          { address: 0x48, sent: '00', sentBytes: 1 },
          { address: 0x48, received: '1900', receivedBytes: 2 },
        ],
      },
    ]);
  });

  it.runIf(found)('writes a capture file that Wireshark reads', async () => {
    const { log, captured } = logOf(true);
    const memory = traceMemory();
    await log.attach({ memory, buses: BUSES });
    new TraceWriter(memory).write(0, { ...record, messages });
    log.end();
    const fields = ['frame.time_epoch', 'i2c.bus', 'i2c.addr', 'i2c.flags', 'data'];
    const { stdout } = spawnSync(
      'tshark',
      ['-r', folder.write('x.pcap', captured()), '-T', 'fields', ...fields.flatMap((field) => ['-e', field])],
      { encoding: 'utf8' },
    );
    expect(stdout).toBe('5.000000000\t3\t0x48\t0x00000000\t9000\n5.000000000\t3\t0x48\t0x00000001\t911900\n');
  });
});

describe('a watcher', () => {
  it('writes down what the boards of its own process do, all of it before it ends', async () => {
    const watcher = new Watcher({ to: folder.path('here'), pcap: folder.path('here.pcap') });
    const board = await openBoard('dts/demo.dts', { backEnd: 'inline', openHosts: 'first-use' });
    for (let i = 0; i < 50; i++) board.open('/dev/i2c-1').transferSync([{ addr: 0x48, read: 2 }]);
    await board.close();
    watcher.end();
    expect(
      folder
        .read('here')
        .toString()
        .match(/read 19 00$/gm),
    ).toHaveLength(50);
    expect(folder.read('here').toString()).toMatch(/^i2c-1 +0x48 temp@48 +50 /m);
    // A header, and of each message a header, five bytes of Linux's, the address and two bytes of data.
    expect(folder.read('here.pcap')).toHaveLength(24 + 50 * (16 + 5 + 1 + 2));
    expect(() => new Watcher({ to: '/nowhere/x' })).toThrow('cannot write /nowhere/x: ENOENT');
  });
});

/** Runs the compiled command as a shell would. */
function dtbus(...argv: string[]) {
  return spawnSync(process.execPath, ['bin/dtbus.js', ...argv], { encoding: 'utf8' });
}

const TABLE = /^i2c-1 +0x48 temp@48 +2 +0 +3 +2 /m;

describe('dtbus watch', () => {
  const script = () =>
    folder.write(
      'script.cjs',
      `const bus = require('i2c-bus').openSync(1);
       bus.writeByteSync(0x48, 1, 0x60);
       console.log(bus.readWordSync(0x48, 0));
       process.exit(3);`,
    );

  it('shows what a script does, and leaves its output and exit code alone', () => {
    const { status, stdout, stderr } = dtbus('watch', 'dts/demo.dts', script());
    expect({ status, stdout }).toEqual({ status: 3, stdout: '25\n' });
    expect(stderr).toContain('write CONF (0x01): 60\n');
    expect(stderr).toContain('read TEMP (0x00): 19 00\n');
    expect(stderr).toMatch(TABLE);
  });

  it('is run --watch', () => {
    const { status, stderr } = dtbus('run', '--watch', 'dts/demo.dts', script());
    expect(status).toBe(3);
    expect(stderr).toMatch(TABLE);
  });

  it('shows what a command does, into a file', () => {
    const to = folder.path('lines');
    const { status, stdout, stderr } = dtbus(
      'watch',
      '--json',
      '--to',
      to,
      'dts/demo.dts',
      'i2cget',
      '-y',
      '1',
      '0x48',
      '0',
    );
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '0x19\n', stderr: '' });
    expect(JSON.parse(folder.read('lines').toString())).toMatchObject({ part: 'temp@48', fault: null });
  });

  it('hands a second word and the board on', () => {
    const { status, stdout, stderr } = dtbus('watch', 'dts/demo.dts', 'flash', 'info', 'flash');
    expect(status).toBe(0);
    expect(stdout).toContain('JEDEC id');
    expect(stderr).toContain('read JEDEC id: ef 40 14');
  });

  it.each([
    [['watch', 'dts/demo.dts', 'python3'], 2, 'not found: python3, neither a script nor one of i2cdetect'],
    [['watch', 'dts/demo.dts', '--json', 'ls'], 2, 'watch options must come before the board'],
    [['watch', 'dts/demo.dts'], 2, 'watch needs a script or a command behind the board'],
    [['watch', '--to', '/nowhere/x', 'dts/demo.dts', 'ls'], 1, 'cannot write /nowhere/x: ENOENT'],
  ])('%j', (argv, status, sentence) => {
    const ended = dtbus(...argv);
    expect(ended.stderr).toContain(sentence);
    expect(ended.stderr).not.toContain('    at ');
    expect(ended.status).toBe(status);
  });
});
