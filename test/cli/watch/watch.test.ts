import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { openBoard, TraceReader, traceBoards, traceMemory } from '../../../src/board/index.ts';
import { BusFault, type Errno, I2C_M, type I2cMessage, type NackPlace } from '../../../src/bus/index.ts';
import { WatchLog } from '../../../src/cli/watch/watch-log.ts';
import { Watcher } from '../../../src/cli/watch/watcher.ts';
import { TraceWriter, type TransferRecord } from '../../../src/trace/index.ts';
import { hasTshark } from '../../formats/traces.ts';
import { recordOf } from '../../support/trace.ts';
import { testFolder } from '../folder.ts';

const folder = testFolder();

const TEMP = { reg: [0x48], name: 'temp@48', compatible: ['national,lm75'] } as const;
const BUSES = [
  {
    kind: 'i2c',
    number: 3,
    path: '/i2c',
    parts: [{ ...TEMP, addressWidth: undefined, size: undefined }],
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

const record = recordOf({ startedMs: 5000 });
const messages = [
  { addr: 0x48, flags: 0, buf: Uint8Array.of(0) },
  { addr: 0x48, flags: I2C_M.RD, buf: Uint8Array.of(0x19, 0) },
];

/** What tshark reads in a capture: time, bus, address, flags and bytes of each packet. */
function packets(capture: Uint8Array): string[] {
  const fields = ['frame.time_epoch', 'i2c.bus', 'i2c.addr', 'i2c.flags', 'data'];
  const asked = fields.flatMap((field) => ['-e', field]);
  const file = folder.write('x.pcapng', capture);
  const argv = ['-r', file, '-T', 'fields', '-E', 'separator=/s', ...asked];
  return spawnSync('tshark', argv, { encoding: 'utf8' }).stdout.trimEnd().split('\n');
}

/** The capture of one transfer, as tshark reads it. */
async function captureOf(transfer: Partial<TransferRecord>): Promise<string[]> {
  const { log, captured } = logOf(true);
  const memory = traceMemory();
  await log.attach(BUSES, new TraceReader(memory));
  new TraceWriter(memory).transfer(0, 1, { ...record, ...transfer });
  log.end();
  return packets(captured());
}

describe('the log of a watcher', () => {
  it('has a line for each transfer, and a table at the end', async () => {
    const { log, lines } = logOf(false);
    const memory = traceMemory();
    await log.attach(BUSES, new TraceReader(memory));
    const writer = new TraceWriter(memory);
    writer.transfer(0, 1, { ...record, messages });
    log.drain();
    writer.transfer(0, 1, {
      ...record,
      startedMs: 5001.5,
      messages: [{ addr: 0x21, flags: 0, buf: new Uint8Array(0) }],
      fault: new BusFault('ENXIO'),
    });
    log.end();
    expect(lines.join('')).toBe(
      `     time/s  bus      target                result            µs  transfer
   0.000000  i2c-3    0x48 temp@48          ok               250  read TEMP (0x00): 19 00
!  0.001500  i2c-3    0x21                  ENXIO            250  probe

bus    target        transfers  failed  sent  received  mean µs  longest µs
i2c-3  0x48 temp@48          1       0     1         2      250         250
i2c-3  no answer             1       1     0         0      250         250
`,
    );
  });

  it('counts what came too fast', async () => {
    const { log, lines } = logOf(false);
    const memory = traceMemory(1 << 16);
    await log.attach(BUSES, new TraceReader(memory));
    const writer = new TraceWriter(memory);
    for (let i = 0; i < 1000; i++) writer.transfer(0, 1, { ...record, messages });
    log.end();
    const shown = lines.filter((line) => line.includes('TEMP')).length;
    expect(lines.at(-2)).toBe(`… ${1000 - shown} events were lost\n`);
    expect(lines.at(-1)).toContain(`${1000 - shown} more events are not shown: they came faster`);
  });

  it('gives scripts a line of JSON each', async () => {
    const { log, lines } = logOf(true);
    const memory = traceMemory();
    await log.attach(BUSES, new TraceReader(memory));
    new TraceWriter(memory).transfer(0, 1, { ...record, messages });
    log.end();
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        sequence: 1,
        time: '1970-01-01T00:00:05.000Z',
        bus: 'i2c-3',
        path: '/i2c',
        client: 'the board',
        part: 'temp@48',
        fault: null,
        microseconds: 250,
        queuedMicroseconds: 0,
        wireMicroseconds: 250,
        text: 'read TEMP (0x00): 19 00',
        segments: [
          { address: 0x48, sent: '00', sentBytes: 1 },
          { address: 0x48, received: '1900', receivedBytes: 2 },
        ],
      },
    ]);
  });

  it.runIf(hasTshark)('writes a capture file that Wireshark reads', async () => {
    // 19 bits, 28 bits and STOP: the second message begins at 19 / 48 of 250 µs.
    expect(await captureOf({ messages })).toEqual([
      '5.000000000 3 0x48 0x00000000 9000',
      '5.000099000 3 0x48 0x00000001 911900',
    ]);
  });

  it.runIf(hasTshark)('ends it where something was not acknowledged', async () => {
    const failed = (code: Errno, nack: NackPlace | undefined, ...transaction: I2cMessage[]) =>
      captureOf({
        messages: transaction,
        wireMs: 0,
        fault: new BusFault(code, undefined, nack && { nack }),
      });
    const [write, read] = messages as [I2cMessage, I2cMessage];
    const long = { addr: 0x48, flags: 0, buf: Uint8Array.of(1, 2, 3, 4) };
    // The address of the second message: what the first read is known, what the third would do never was there.
    expect(await failed('ENXIO', { message: 1, byte: -1 }, read, write, read)).toEqual([
      '5.000000000 3 0x48 0x00000001 911900',
      '5.000000000 3 0x48 0x00000000 90',
    ]);
    // The second data byte of the second message, which was there.
    expect(await failed('EREMOTEIO', { message: 1, byte: 1 }, write, long, read)).toEqual([
      '5.000000000 3 0x48 0x00000000 9000',
      '5.000000000 3 0x48 0x00000000 900102',
    ]);
    expect(await failed('EREMOTEIO', { message: 0, byte: 0 }, long)).toEqual([
      '5.000000000 3 0x48 0x00000000 9001',
    ]);
    // An adapter that does not tell: of a single message ENXIO says enough.
    expect(await failed('ENXIO', undefined, long)).toEqual(['5.000000000 3 0x48 0x00000000 90']);
  });

  it.runIf(hasTshark)(
    'has SPI too, each transfer of a message a packet that a dissector of ours reads',
    async () => {
      const { log, captured } = logOf(true);
      const memory = traceMemory();
      const flash = { reg: [1], name: 'flash@1', compatible: ['winbond,w25q80'] };
      const unknown = { addressWidth: undefined, size: undefined };
      const spi = { kind: 'spi', number: 2, path: '/soc/spi', parts: [{ ...flash, ...unknown }] } as const;
      await log.attach([spi, ...BUSES], new TraceReader(memory));
      const writer = new TraceWriter(memory);
      const transfers = [
        { tx: Uint8Array.of(3, 0, 1, 0), rx: undefined, length: 4 },
        { tx: undefined, rx: Uint8Array.of(0x48, 0x65, 0x6c, 0x6c), length: 4 },
      ].map((transfer) => ({ ...transfer, csChange: false }));
      writer.transfer(0, 1, { ...record, chipSelect: 1, transfers } as unknown as TransferRecord);
      writer.transfer(1, 1, {
        ...record,
        startedMs: 6000,
        messages: messages.slice(0, 1),
        fault: new BusFault('ENXIO'),
      });
      log.end();
      const file = folder.write('spi.pcapng', captured());
      const tshark = (...argv: string[]) => {
        const { stdout, status } = spawnSync('tshark', ['-r', file, ...argv], { encoding: 'utf8' });
        return { status, lines: stdout.trimEnd().split('\n') };
      };
      const fields = [
        'frame.time_epoch',
        'frame.interface_name',
        'dtbus_spi.bus',
        'dtbus_spi.cs',
        'dtbus_spi.place',
      ];
      const asked = [...fields, 'dtbus_spi.last', 'dtbus_spi.tx', 'dtbus_spi.rx', 'frame.comment'];
      const lua = ['-X', 'lua_script:examples/wireshark/dtbus-spi.lua'];
      const args = ['-T', 'fields', '-E', 'separator=|', ...asked.flatMap((field) => ['-e', field])];
      expect(tshark(...lua, ...args).lines).toEqual([
        '5.000000000|spi-2|2|1|0|0|03000100||flash@1: read 0x000100: 48 65 6c 6c',
        '5.000125000|spi-2|2|1|1|1||48656c6c|',
        '6.000000000|i2c-3|||||||ENXIO: temp@48: select TEMP (0x00)',
      ]);
      expect(tshark(...lua).lines[0]).toMatch(/controller → spi2\.1 +SPI .* send 03000100$/);
      // Without the dissector the packets are there, and I2C is read.
      const without = tshark();
      expect({ status: without.status, count: without.lines.length }).toEqual({ status: 0, count: 3 });
      expect(without.lines[2]).toContain('I2C Write');
    },
  );

  it.runIf(hasTshark)('has the time of the board, to the bit', async () => {
    const { log, captured } = logOf(true);
    const attached: Promise<void>[] = [];
    traceBoards((memory, buses) => {
      attached.push(log.attach(buses, new TraceReader(memory)));
    });
    const board = await openBoard('dts/demo.dts', {
      backEnd: 'inline',
      openHosts: 'first-use',
      clock: 'stepped',
    });
    traceBoards(undefined);
    const i2c = board.open('/dev/i2c-1');
    const temperature = { addr: 0x48, write: Uint8Array.of(0) };
    i2c.transferSync([temperature, { addr: 0x48, read: 2 }]);
    board.advance(1e9);
    expect(() => i2c.transferSync([temperature, { addr: 0x21, read: 4 }, { addr: 0x48, read: 2 }])).toThrow(
      'ENXIO',
    );
    i2c.transferSync([{ addr: 0x48, read: 2 }]);
    await board.close();
    await Promise.all(attached);
    log.end();
    // 100 kHz from 2000-01-01 on. START and two bytes: 190 µs. The whole: 19 + 28 + 1 bits. A second later the second,
    // refused at the address behind its repeated START: 19 + 10 + 1 bits, and then the third.
    expect(packets(captured())).toEqual([
      '946684800.000000000 1 0x48 0x00000000 9000',
      '946684800.000190000 1 0x48 0x00000001 911900',
      '946684801.000480000 1 0x48 0x00000000 9000',
      '946684801.000670000 1 0x21 0x00000001 43',
      '946684801.000780000 1 0x48 0x00000001 911900',
    ]);
  });
});

describe('a watcher', () => {
  it('writes down what the boards of its own process do, all of it before it ends', async () => {
    const watcher = new Watcher({ to: folder.path('here'), pcap: folder.path('here.pcapng') });
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
    // Of each message a block of packet: type, as `Linux i2c packet` of eight bytes.
    const packet = Buffer.from('0800000008000000', 'hex');
    expect(folder.read('here.pcapng').toString('latin1').split(packet.toString('latin1'))).toHaveLength(51);
    expect(() => new Watcher({ to: '/nowhere/x' })).toThrow('cannot write /nowhere/x: not found: /nowhere');
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

  it("reads the parts of the board's own models by the registers that these declare", () => {
    folder.write(
      'own.mjs',
      `export const parts = [
        { compatible: ['acme,meter'], title: 'a meter', bus: { i2c: { form: 'word registers', address: 0x40 } },
          registers: { LEVEL: { at: 3, access: 'ro' }, SETUP: { at: 5, fields: { ON: 0, RATE: [7, 4] } } },
          model: () => ({}) },
        { compatible: ['acme,lock'], title: 'a lock', bus: { spi: { form: 'registers', header: { read: 0x80, address: 0x7f } } },
          registers: { STATE: { at: 0x12 } } },
      ];`,
    );
    folder.write(
      'older.mjs',
      `export const models = [{ compatible: ['acme,old'], title: 'an old one', bus: 'i2c', properties: [],
        registers: { FLAGS: 7 },
        create: () => ({ addresses: [0x41], start: () => true, write: (data) => data.length, read(into) { into.fill(9); }, stop() {}, reset() {}, snapshot: () => ({}), restore() {} }) }];`,
    );
    const board = folder.write(
      'own.dts',
      `/dts-v1/; / {
        i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
          meter@40 { compatible = "acme,meter"; reg = <0x40>; dtbus,model = "own.mjs"; };
          old@41 { compatible = "acme,old"; reg = <0x41>; dtbus,model = "older.mjs"; }; };
        spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>;
          lock@0 { compatible = "acme,lock"; reg = <0>; dtbus,model = "own.mjs"; }; };
      };`,
    );
    const run = folder.write(
      'own.cjs',
      `const bus = require('i2c-bus').openSync(0);
       bus.i2cWriteSync(0x40, 3, Buffer.from([5, 0, 0x31]));
       bus.readWordSync(0x40, 3);
       bus.readByteSync(0x41, 7);
       const spi = require('spi-device').openSync(0, 0);
       spi.transferSync([{ sendBuffer: Buffer.from([0x12, 0x55]), byteLength: 2 }]);`,
    );
    const { status, stderr } = dtbus('watch', board, run);
    expect(stderr).toContain('write SETUP (0x05): 00 31 [ON=1 RATE=3]\n');
    expect(stderr).toContain('read LEVEL (0x03): 00 00\n');
    expect(stderr).toContain('read FLAGS (0x07): 09\n');
    expect(stderr).toContain('write STATE (0x12): 55\n');
    expect(status).toBe(0);
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
    const { status, stdout, stderr } = dtbus('watch', 'dts/demo.dts', 'flash', 'info', 'flash', '--live');
    expect(status).toBe(0);
    expect(stdout).toContain('JEDEC id');
    expect(stderr).toContain('read JEDEC id: ef 40 14');
  });

  it.each([
    [['watch', 'dts/demo.dts', 'python3'], 2, 'not found: python3, neither a script nor one of i2cdetect'],
    [['watch', 'dts/demo.dts', '--json', 'ls'], 2, 'watch options must come before the board'],
    [['watch', 'dts/demo.dts'], 1, 'not running: dts/demo.dts; start it with dtbus up, run or serve'],
    [
      ['watch', '--part', '&tmp', 'dts/demo.dts', 'ls'],
      1,
      'not found: part &tmp; the board has: /i2c/temp@48, ',
    ],
    [['watch', '--bus', 'i2c-7', 'dts/demo.dts', 'ls'], 1, 'not found: bus i2c-7; the board has: i2c-1, '],
    [
      ['watch', '--connect', 'x', 'dts/demo.dts', 'ls'],
      2,
      'watch cannot work on a served board (--connect is set); leave out ls',
    ],
    [
      ['watch', '--to', '/nowhere/x', 'dts/demo.dts', 'ls'],
      1,
      'cannot write /nowhere/x: not found: /nowhere',
    ],
  ])('%j', (argv, status, sentence) => {
    const ended = dtbus(...argv);
    expect(ended.stderr).toContain(sentence);
    expect(ended.stderr).not.toContain('    at ');
    expect(ended.status).toBe(status);
  });
});
