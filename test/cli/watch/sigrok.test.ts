import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SigrokLog } from '../../../src/cli/watch/sigrok/sigrok-log.ts';
import type { EventSource } from '../../../src/cli/watch/watch-log.ts';
import type { TracedBus, TracedTransfer, TraceEvent } from '../../../src/trace/index.ts';
import { hasSigrok } from '../../formats/traces.ts';
import { toldOf } from '../../support/trace.ts';
import { boardText, runtimeFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = runtimeFolder();

const BOARD = boardText(
  'temp@48 { compatible = "national,lm75"; reg = <0x48>; }; rom: rom@50 { compatible = "atmel,24c02"; reg = <0x50>; };',
  'flash@0 { compatible = "winbond,w25q80", "jedec,spi-nor"; reg = <0>; };',
);
/** Reads, misses, is refused a byte, and asks a flash for its id. */
const SCRIPT = `
import { openBoard } from '${new URL('../../../dist/src/board/index.js', import.meta.url)}';
const board = await openBoard(process.env.DTBUS_BOARD, { backEnd: 'inline' });
const i2c = board.open('/dev/i2c-1');
const failed = (messages) => { try { i2c.transferSync(messages); } catch (error) { console.log(error.code); } };
i2c.transferSync([{ addr: 0x48, write: Uint8Array.of(0) }, { addr: 0x48, read: 2 }]);
failed([{ addr: 0x23, write: Uint8Array.of(1) }]);
board.inject('nack', '&rom', { at: 2 });
failed([{ addr: 0x50, write: Uint8Array.of(0, 0x10, 0xaa, 0xbb) }]);
board.open('/dev/spidev0.0').transferSync([{ tx: Uint8Array.of(0x9f, 0, 0, 0), rx: 4 }]);
await board.close();
`;
const ON_WIRE = [
  ...['Start', 'Address write: 48', 'ACK', 'Data write: 00', 'ACK', 'Start repeat', 'Address read: 48'],
  ...['ACK', 'Data read: 19', 'ACK', 'Data read: 00', 'NACK', 'Stop'],
  ...['Start', 'Address write: 23', 'NACK', 'Stop'],
  ...['Start', 'Address write: 50', 'ACK', 'Data write: 00', 'ACK', 'Data write: 10', 'ACK'],
  ...['Data write: AA', 'NACK', 'Stop'],
];

const programs: ChildProcess[] = [];
afterEach(async () => {
  for (const child of programs.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'close');
  }
});

/** A program, what it writes, and its end. */
function program(command: string, args: readonly string[]) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  programs.push(child);
  const said = { out: '', err: '' };
  child.stdout.on('data', (text) => {
    said.out += text;
  });
  child.stderr.on('data', (text) => {
    said.err += text;
  });
  return { child, said, ended: once(child, 'close') as Promise<[number | null]> };
}

/** What sigrok's decoders say, without the direction, which the address says too. */
function linesOf({ said }: ReturnType<typeof program>): string[] {
  return said.out.split('\n').filter((line) => line !== '' && !/: (Read|Write)$/.test(line));
}

/** Waits for a match in what a program says of errors. */
async function heard({ child, said }: ReturnType<typeof program>, what: RegExp): Promise<string> {
  for (;;) {
    const [, found] = what.exec(said.err) ?? [];
    if (found !== undefined) return found;
    if (child.exitCode !== null) throw new Error(`ended without ${what}: ${said.err}`);
    await once(child.stderr as NodeJS.ReadableStream, 'data');
  }
}

it.runIf(hasSigrok)(
  'sigrok-cli decodes the bytes of the trace, its NACKs and repeated STARTs, as it comes',
  async () => {
    const board = folder.write('board.dts', BOARD);
    const script = folder.write('script.mjs', SCRIPT);
    const watch = program(process.execPath, [
      'bin/dtbus.js',
      'watch',
      '--sigrok',
      '127.0.0.1:0',
      board,
      script,
    ]);
    const [sigrok = '', ...args] = (await heard(watch, /samples for sigrok: (.*)\n/)).split(' ');
    expect(args).toContain(
      'P8_45=i2c1.SCL,P8_46=i2c1.SDA,P8_43=spi0.SCK,P8_44=spi0.MOSI,P8_41=spi0.MISO,P8_42=spi0.CS0',
    );
    const shown = [
      ...['-P', 'i2c:scl=i2c1.SCL:sda=i2c1.SDA', '-A', 'i2c=addr-data,spi=miso-data'],
      ...['-P', 'spi:clk=spi0.SCK:mosi=spi0.MOSI:miso=spi0.MISO:cs=spi0.CS0'],
    ];
    // Line by line, as it decodes.
    const live = program('stdbuf', ['-oL', sigrok, ...args, ...shown]);
    await heard(watch, /(stop the capture in sigrok)/);
    const all = ON_WIRE.length + 4;
    while (linesOf(live).length < all) await once(live.child.stdout as NodeJS.ReadableStream, 'data');
    // Any key stops the capture.
    live.child.stdin?.end();
    expect(await live.ended).toEqual([0, null]);
    expect(await watch.ended).toEqual([0, null]);
    const of = (name: string) =>
      linesOf(live)
        .filter((line) => line.startsWith(`${name}-`))
        .map((line) => line.replace(/^\S+ /, ''));
    expect(of('i2c')).toEqual(ON_WIRE);
    expect(of('spi')).toEqual(['FF', 'EF', '40', '14']);
    // The script waited for sigrok.
    expect(watch.said.out).toBe('ENXIO\nEREMOTEIO\n');
    expect(watch.said.err).toMatch(/^dtbus: 4 events for sigrok$/m);
  },
);

it('a place that another program has is said, and the script does not begin', async () => {
  const board = folder.write('taken.dts', BOARD);
  const log = new SigrokLog({ host: '127.0.0.1', port: 0, buses: [I2C] }, (line) => lines.push(line));
  await log.listen();
  const taken = portIn(lines);
  const { child, said, ended } = program(process.execPath, [
    ...['bin/dtbus.js', 'watch', '--sigrok', taken, board],
    folder.write('never.mjs', 'console.log("begun");'),
  ]);
  await ended;
  expect([child.exitCode, said.out, said.err]).toEqual([
    1,
    '',
    `dtbus: cannot listen on 127.0.0.1:${taken}: another program has it; use --sigrok HOST:PORT\n`,
  ]);
  await log.end();
});

it.each([
  [['--sigrok', 'here:port', 'board.dts'], /invalid --sigrok: expected HOST:PORT or PORT, got here:port/],
  [['--sigrok', '99999', 'board.dts'], /invalid --sigrok: expected HOST:PORT or PORT, got 99999/],
  [['--sigrok', '--json', 'board.dts'], /--sigrok writes no lines and no capture file; leave out --json/],
  // A word that is no place is the board.
  [['--sigrok', 'absent.dts', 'x.js'], /absent\.dts/],
])('watch %j is refused', async (words, sentence) => {
  const { status, err } = await dtbusHere('watch', ...words);
  expect(err).toMatch(sentence);
  expect(status).not.toBe(0);
});

const I2C: TracedBus = { kind: 'i2c', number: 1, path: '/i2c', parts: [] };
const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
});

/** The port that a log has told of. */
function portIn(said: readonly string[]): string {
  return /tcp-raw\/127\.0\.0\.1\/(\d+)/.exec(said.join(''))?.[1] ?? '';
}

function transfer(atMs: number, more: Partial<TracedTransfer> = {}): TraceEvent {
  return {
    ...{ kind: 'transfer', sequence: 1, startedMs: atMs, queuedMs: 0, wireMs: 0.2, bus: 0, client: '' },
    ...{ attempts: 1, stretchedNs: 0, struck: [], fault: undefined },
    segments: [
      { target: 0x48, tenBit: false, sent: { bytes: Uint8Array.of(0x55), length: 1 }, received: undefined },
    ],
    ...more,
  };
}

/** Events of a board. */
function source(events: TraceEvent[]): EventSource {
  return { dropped: 0, told: () => toldOf(events.shift()) };
}

/** A program that speaks BeagleLogic's lines. */
class Asker {
  readonly socket: Socket;
  readonly bytes: Buffer[] = [];
  #more = () => {};

  constructor(port: string) {
    this.socket = connect(Number(port), '127.0.0.1');
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk) => {
      this.bytes.push(chunk);
      this.#more();
    });
  }

  /** Sends a line. @returns what comes next */
  async ask(line: string): Promise<string> {
    this.bytes.length = 0;
    const more = new Promise<void>((resolve) => {
      this.#more = resolve;
    });
    this.socket.write(`${line}\n`);
    await more;
    return Buffer.concat(this.bytes).toString('latin1').trim();
  }
}

describe('samples', () => {
  it.each([
    [10_000_000, 1],
    [1_000_000, 2],
  ])('at %d a second, of %d bytes, last as long as the transfer did', async (rate, unit) => {
    const log = new SigrokLog({ host: '127.0.0.1', port: 0, buses: [I2C] }, (line) => lines.push(line));
    await log.listen();
    const asker = new Asker(portIn(lines));
    expect(await asker.ask('version')).toMatch(/^BeagleLogic/);
    expect(await asker.ask(`samplerate ${rate}`)).toBe('ok');
    expect(await asker.ask('samplerate')).toBe(String(rate));
    expect(await asker.ask(`sampleunit ${unit === 1 ? 1 : 0}`)).toBe('ok');
    await asker.ask('get');
    const ended = once(asker.socket, 'end');
    await log.attach([I2C], source([transfer(0), transfer(1000)]));
    log.drain();
    asker.socket.end();
    await Promise.all([log.end(), ended]);
    const samples = Buffer.concat(asker.bytes);
    expect(samples.length % unit).toBe(0);
    const level = (at: number) => samples[at * unit] as number;
    const [idle, begun] = [3, 1];
    const starts: number[] = [];
    const stops: number[] = [];
    for (let at = 1; at < samples.length / unit; at++) {
      if (level(at - 1) === idle && level(at) === begun) starts.push(at);
      if (level(at - 1) === begun && level(at) === idle) stops.push(at);
    }
    // 76 quarters of a bit of 10 µs; and of the second between them a tenth of a millisecond is left.
    const us = (count: number) => Math.round((count * 1e6) / rate);
    expect(starts.map((start, at) => us((stops[at] as number) - start))).toEqual([190, 190]);
    const gapUs = us((starts[1] as number) - (stops[0] as number));
    expect(gapUs).toBeGreaterThan(90);
    expect(gapUs).toBeLessThan(120);
  });

  it('are lost to a program that does not read, which is said, and not to another', async () => {
    const log = new SigrokLog({ host: '127.0.0.1', port: 0, buses: [I2C] }, (line) => lines.push(line));
    await log.listen();
    const [slow, quick] = [new Asker(portIn(lines)), new Asker(portIn(lines))];
    await slow.ask('get');
    slow.socket.pause();
    await quick.ask('get');
    let taken = 0;
    quick.socket.on('data', (chunk) => {
      taken += chunk.length;
      quick.bytes.length = 0;
    });
    const held = { stretchedNs: 1e9 };
    const reader = source([]);
    await log.attach([I2C], reader);
    // Each of them is ten million samples.
    for (let count = 1; count <= 12; count++) {
      const events = [transfer(count * 2000, held)];
      reader.told = () => toldOf(events.shift());
      log.drain();
      while (taken < count * 10_000_000) await once(quick.socket, 'data');
    }
    slow.socket.destroy();
    quick.socket.destroy();
    await log.end();
    expect(lines.join('')).toMatch(
      /^dtbus: \d events were lost to 127\.0\.0\.1:\d+, which read too slowly$/m,
    );
    expect(lines.join('').match(/were lost to/g)).toHaveLength(1);
    expect(lines).toContain('dtbus: 12 events for sigrok\n');
  });

  it('are given to others while one says nonsense, or a line without an end', async () => {
    const log = new SigrokLog({ host: '127.0.0.1', port: 0, buses: [I2C] }, (line) => lines.push(line));
    await log.listen();
    const rude = new Asker(portIn(lines));
    expect(await rude.ask('reboot')).toBe('unknown command');
    expect(await rude.ask('samplerate 1e99')).toBe('invalid samplerate: expected a number');
    expect(await rude.ask('samplerate 100000000')).toBe(
      'invalid samplerate: expected 1 to 10000000, got 100000000',
    );
    expect(await rude.ask('__proto__')).toBe('unknown command');
    const gone = once(rude.socket, 'close');
    rude.socket.write('x'.repeat(1000));
    await gone;
    const asker = new Asker(portIn(lines));
    expect(await asker.ask('sampleunit')).toBe('1');
    asker.socket.destroy();
    await log.end();
  });

  it('say what is lost: events that nobody could draw, and those that came too fast', async () => {
    const log = new SigrokLog({ host: '127.0.0.1', port: 0, buses: [I2C] }, (line) => lines.push(line));
    await log.listen();
    await log.attach([I2C], { ...source([transfer(0, { fault: 'ETIMEDOUT' }), transfer(1)]), dropped: 3 });
    await log.end();
    expect(lines.at(-1)).toBe(
      'dtbus: 2 events for sigrok; 1 of them have no channel, or nobody knows their bytes; 3 more were lost, as they came faster than they were drawn\n',
    );
  });
});

it('a line has a channel from its first edge on, a bus that finds none is named', async () => {
  const spi = (number: number): TracedBus => {
    const parts = [0, 1].map((reg) => ({
      ...{ reg: [reg], name: 'x', compatible: [], addressWidth: undefined, size: undefined },
    }));
    return { kind: 'spi', number, path: `/spi${number}`, parts };
  };
  const buses = [spi(0), spi(1), I2C, spi(2)];
  const log = new SigrokLog({ host: '127.0.0.1', port: 0, buses }, (line) => lines.push(line));
  await log.listen();
  expect(lines.join('')).toContain(
    'sigrok has 14 channels, so spi-2 cannot be shown; choose buses with --bus',
  );
  const edge = (name: string, line: number): TraceEvent => ({
    ...{ kind: 'edge', sequence: 1, startedMs: 0, controller: '/gpio', line, name, high: true },
  });
  await log.attach(buses, source([edge('button', 1), edge('a b', 2), edge('too many', 3)]));
  await log.end();
  expect(lines.filter((line) => line.includes(' is '))).toEqual([
    'dtbus: P8_21 is button\n',
    'dtbus: P8_20 is a_b\n',
  ]);
  expect(lines.at(-1)).toBe(
    'dtbus: 3 events for sigrok; 1 of them have no channel, or nobody knows their bytes\n',
  );
});
