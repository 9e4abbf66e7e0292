import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { RecordLog } from '../../../src/cli/watch/record-log.ts';
import { Recording } from '../../../src/recording/index.ts';
import type { TraceEvent } from '../../../src/trace/index.ts';
import { I2C, SPI, sent } from '../../recording/written.ts';
import { toldOf, transferOf } from '../../support/trace.ts';
import { boardText, testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();

const SCRIPT = `import i2c from 'i2c-bus';
const bus = i2c.openSync(1);
console.log(bus.readWordSync(0x48, 0).toString(16));
try { bus.receiveByteSync(0x33); } catch {}
bus.writeByteSync(0x50, 0x10, 0xab);
`;

function dtbus(...argv: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dtbus.js', ...argv], {
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

/** The lines of what happened, without times and columns. */
const happened = (text: string) =>
  text
    .split('\n')
    .filter((line) => /^\+/.test(line))
    .map((line) =>
      line
        .replace(/^\+\S+ +/, '')
        .replace(/ ~\S+/, '')
        .replaceAll(/ {2,}/g, '  ')
        .trimEnd(),
    );

const TRANSFERS = [
  'i2c-1  48 w 00, r 19 00 ; temp@48: read TEMP (0x00): 19 00',
  'i2c-1  33 r! <1>  ENXIO',
  'i2c-1  50 w 10 ab ; eeprom@50: write 0x10: ab',
];
const tidy = (lines: readonly string[]) => lines.map((line) => line.replaceAll(/ +/g, ' '));

describe('dtbus record', () => {
  it('records what a script does, and the script knows nothing of it', () => {
    const file = folder.path('a.bus');
    const script = folder.write('a.mjs', SCRIPT);
    const { status, out, err } = dtbus('record', file, '-b', 'dts/demo.dts', '--', 'node', script);
    expect([status, out]).toEqual([0, '19\n']);
    expect(err).toBe(`dtbus: ${file}: recorded 3 events\n`);
    expect(tidy(happened(folder.read('a.bus').toString()))).toEqual(tidy(TRANSFERS));
    const { summary, head } = Recording.read(file);
    expect(summary).toMatchObject({ entries: 3, lost: 0, cut: undefined });
    expect(head.clock).toBe('real');
    expect(head.tree?.file).toMatch(/dts\/demo\.dts$/);
    expect(head.tree?.file).not.toMatch(/^\//);
    expect(head.parts).toContainEqual(expect.objectContaining({ bus: 'i2c-1', unit: 0x48, name: 'temp@48' }));
  });

  it('keeps the bytes of a part secret', () => {
    const file = folder.path('masked.bus');
    const script = folder.write('b.mjs', SCRIPT);
    expect(dtbus('record', '--mask', '&eeprom', file, '-b', 'dts/demo.dts', '--', script).status).toBe(0);
    const text = folder.read('masked.bus').toString();
    expect(tidy(happened(text))).toEqual(tidy([...TRANSFERS.slice(0, 2), 'i2c-1  50 w <2>']));
    const { status, err } = dtbus('record', '--mask', '&eprom', file, '-b', 'dts/demo.dts', '--', script);
    expect(err).toMatch(/^dtbus: not found: part &eprom; the board has: /);
    expect(status).toBe(1);
  });

  it('is the same twice without times and comments, of a command too, at standard output', () => {
    const record = () =>
      dtbus(
        'record',
        '--time',
        'none',
        '--no-describe',
        '--bus',
        'i2c-1',
        '-',
        'dts/demo.dts',
        '--',
        'i2cget',
        '-y',
        '1',
        '0x48',
        '0',
        'w',
      );
    const [first, second] = [record(), record()];
    expect(first.out).toBe(second.out);
    expect(first.out.split('\n').at(-3)).toMatch(/^i2c-1 +48 w 00, r 19 00$/);
    expect(first.err).toBe('0x0019\n');
  });

  it('records a board that is served, until Ctrl-C', async () => {
    const place = folder.path('sockets');
    mkdirSync(place);
    const server = spawn(process.execPath, ['bin/dtbus.js', 'serve', 'dts/demo.dts', '--socket-dir', place]);
    try {
      await once(server.stdout, 'data');
      const recorder = spawn(process.execPath, ['bin/dtbus.js', 'record', '-', '--connect', place]);
      let text = '';
      recorder.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      const ended = once(recorder, 'close');
      while (!/^\+.*48 w 00, r 19 00/m.test(text)) {
        dtbus('i2cget', '--connect', place, '-y', '1', '0x48', '0', 'w');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      recorder.kill('SIGINT');
      expect((await ended)[0]).toBe(0);
      const { summary, head } = new Recording('served.bus', Buffer.from(text));
      expect(summary.cut).toBeUndefined();
      expect(text).toMatch(/48 w 00, r 19 00 .* by ".*"/);
      // The tree of the server has symbols, and is the same board.
      const file = folder.path('same.bus');
      dtbus('record', file, 'dts/demo.dts', '--', 'i2cget', '-y', '1', '0x48');
      expect(Recording.read(file).head.tree?.sha256).toBe(head.tree?.sha256);
    } finally {
      server.kill('SIGTERM');
      await once(server, 'close');
    }
  });

  it('says what cannot be written, run or found', async () => {
    const script = folder.write('c.mjs', SCRIPT);
    expect(dtbus('record', '/nowhere/a.bus', 'dts/demo.dts', script).err).toBe(
      'dtbus: cannot write /nowhere/a.bus: not found: /nowhere\n',
    );
    expect(await dtbusHere('record', folder.path('d.bus'), 'dts/demo.dts', 'nothing.mjs')).toMatchObject({
      err: expect.stringMatching(/^dtbus: not found: nothing\.mjs, neither a script nor one of /),
      status: 2,
    });
    expect(
      await dtbusHere('record', folder.path('d.bus'), '-b', folder.write('idle.dts', boardText('', ''))),
    ).toMatchObject({
      err: expect.stringMatching(/^dtbus: not running: /),
      status: 1,
    });
  });

  it('says where the disk is full, and fails', () => {
    const script = folder.write('e.mjs', SCRIPT);
    const { err, status } = dtbus('record', '/dev/full', '-b', 'dts/demo.dts', '--', script);
    expect(err).toBe(
      'dtbus: cannot write /dev/full: no space is left there; make room, or name another place; the recording is cut\n',
    );
    expect(status).toBe(1);
    const failing = folder.write('f.mjs', `${SCRIPT}\nprocess.exitCode = 3;`);
    expect(dtbus('record', '/dev/full', '-b', 'dts/demo.dts', '--', failing).status).toBe(3);
    expect(dtbus('watch', '-w', '/dev/full', 'dts/demo.dts', script).status).toBe(1);
  });
});

describe('a recording as it is made', () => {
  const source = (events: TraceEvent[]) => ({ dropped: 0, told: () => toldOf(events.shift()) });
  const log = (mask: readonly string[] = []) => {
    const said: string[] = [];
    let text = '';
    const options = { file: 'a.bus', times: 'none', describe: false, mask } as const;
    const recorder = new RecordLog(
      (more) => {
        text += Buffer.from(more).toString();
      },
      (line) => said.push(line),
      options,
    );
    return {
      recorder,
      said,
      entries: () =>
        text
          .split('\n')
          .slice(5)
          .filter((line) => !line.startsWith('part')),
    };
  };

  it('says where events were lost', async () => {
    const { recorder, said, entries } = log();
    const reader = source([transferOf({ segments: [sent(0x48, 1)] })]);
    await recorder.attach([I2C, SPI], reader);
    recorder.drain();
    reader.dropped = 7;
    recorder.end();
    expect(entries()).toEqual([
      'i2c-1    48 w 01                         ~250us'.replace(/ +~.*/, ''),
      'lost 7',
      'end 2',
      '',
    ]);
    expect(said).toEqual(['dtbus: a.bus: recorded 2 events; 7 events were lost, which its lines say\n']);
  });

  it('is of one board: of a second one nothing is recorded, but of the same again', async () => {
    const { recorder, said, entries } = log();
    await recorder.attach([I2C, SPI], source([transferOf({ segments: [sent(0x48, 1)] })]));
    await recorder.attach([{ ...I2C, path: '/other' }], source([transferOf({ segments: [sent(0x48, 2)] })]));
    await recorder.attach([I2C, SPI], source([transferOf({ segments: [sent(0x48, 3)] })]));
    recorder.end();
    expect(entries().map((line) => line.slice(9))).toEqual(['48 w 01', '48 w 03', '', '']);
    expect(said[0]).toBe('dtbus: another board has come up; only the first is recorded\n');
  });

  it.each([
    ['real', ['48 w 01', '48 w 03', '48 w 02']],
    ['stepped', ['48 w 01', '48 w 02', '48 w 03']],
  ] as const)('has several boards in the order in which it ended, by a %s clock', async (clock, expected) => {
    const { recorder, entries } = log();
    const at = (startedMs: number, byte: number) => transferOf({ startedMs, segments: [sent(0x48, byte)] });
    const board = { file: 'a.dts', sha256: '', clock };
    await recorder.attach([I2C], source([at(1000, 1), at(1002, 2)]), board);
    // A stepped clock begins anew with each board.
    await recorder.attach([I2C], source([at(1001, 3)]), board);
    recorder.end();
    expect(
      entries()
        .map((line) => line.slice(9))
        .filter((line) => line !== ''),
    ).toEqual(expected);
  });

  it('masks everything of a board without the part that is to be masked', async () => {
    const { recorder, said, entries } = log(['/i2c/safe@22']);
    await recorder.attach([I2C, SPI], source([transferOf({ segments: [sent(0x48, 0xc0, 0xde)] })]));
    recorder.end();
    expect(entries()[0]).toBe('i2c-1    48 w <2>');
    expect(said[0]).toBe('dtbus: not found: /i2c/safe@22, which --mask names; all bytes are masked\n');
  });
});
