import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { testFolder } from './folder.ts';

const folder = testFolder();

const SCRIPT = `import i2c from 'i2c-bus';
const bus = i2c.openSync(1);
const word = (register) => { try { return bus.readWordSync(0x48, register).toString(16); } catch (e) { return e.code; } };
console.log(word(0), process.env.SECOND ? word(1) : '');
try { bus.receiveByteSync(0x33); } catch (e) { console.log(e.code); }
`;

function dtbus(argv: readonly string[], env: Record<string, string> = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dtbus.js', ...argv], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, out: stdout, err: stderr.replaceAll(`${folder.path('')}/`, '') };
}

/** A recording of the demo board, its thermometer warmer than the model. */
const RECORDING = `dtbus-recording 1
bus i2c-1 /i2c
part i2c-1 48 temp@48 national,lm75
i2c-1 48 w 00, r 1f 80
i2c-1 33 r! <1>
end
`;

describe('dtbus replay', () => {
  it('answers a script as the recording says, not as the models', () => {
    const [file, script] = [folder.write('a.bus', RECORDING), folder.write('a.mjs', SCRIPT)];
    expect(dtbus(['replay', file, '-b', 'dts/demo.dts', '--', 'node', script])).toEqual({
      status: 0,
      out: '801f \nENXIO\n',
      err: 'dtbus: a.bus: replayed 2 transfers, all as recorded\n',
    });
  });

  it('tells of the board that the script opens itself', () => {
    const { href } = new URL(`file://${createRequire(import.meta.url).resolve('#built/src/board/index.js')}`);
    const script = folder.write(
      'own.mjs',
      `import { openBoard } from ${JSON.stringify(href)};
       const board = await openBoard('dts/demo.dts');
       const [bytes] = board.open('/dev/i2c-1').transferSync([{ addr: 0x48, write: Uint8Array.of(0) }, { addr: 0x48, read: 2 }]);
       console.log(Buffer.from(bytes).toString('hex'));
       await board.close();`,
    );
    const file = folder.write('own.bus', RECORDING.replace('i2c-1 33 r! <1>\n', ''));
    expect(dtbus(['replay', file, '-b', 'dts/demo.dts', '--', script])).toEqual({
      status: 0,
      out: '1f80\n',
      err: 'dtbus: own.bus: replayed 1 transfer, all as recorded\n',
    });
  });

  it('says what is not as it was, and what was not asked for', () => {
    const more = RECORDING.replace('end', 'i2c-1 48 w 02, r 4b 00\nend');
    const [file, script] = [folder.write('b.bus', more), folder.write('b.mjs', SCRIPT)];
    const { status, out, err } = dtbus(['replay', file, '-b', 'dts/demo.dts', '--', script], { SECOND: '1' });
    expect([status, out]).toEqual([1, '801f EIO\nENXIO\n']);
    expect(err.split('\n')).toEqual([
      'dtbus: b.bus:6: expected i2c-1 48 w 02, r 4b 00 (temp@48: read THYST (0x02): 4b 00 [LIMIT=0x96]); got i2c-1 48 w 01, r <2> (temp@48: read CONF (0x01): 2 bytes)',
      'dtbus: b.bus:6: this transfer was not asked for',
      'dtbus: b.bus: replayed 2 transfers',
      '',
    ]);
  });

  it('takes a command of dtbus, and refuses what cannot be replayed before it runs', () => {
    const file = folder.write('c.bus', RECORDING.replace('i2c-1 33 r! <1>\n', ''));
    const { status, out } = dtbus([
      'replay',
      file,
      'dts/demo.dts',
      'i2cget',
      '--',
      '-y',
      '1',
      '0x48',
      '0',
      'w',
    ]);
    expect([status, out]).toEqual([0, '0x801f\n']);
    const cut = folder.write('d.bus', RECORDING.replace('end\n', ''));
    expect(dtbus(['replay', cut, 'dts/demo.dts', 'i2cget', '--', '-y', '1', '0x48', '0', 'w'])).toEqual({
      status: 1,
      out: '',
      err: 'dtbus: d.bus:5: the recording is cut here, and a replay needs all of it; record it again\n',
    });
  });

  it('sends a recording to the parts, and compares their answers', () => {
    const file = folder.write(
      'e.bus',
      RECORDING.replace('1f 80', '19 00')
        .replace('end', 'spi1.0 9f 00 00 00 > ff ef 40 14\nend')
        .replace('part', 'bus spi-1 /spi\npart'),
    );
    expect(dtbus(['replay', file, '-b', 'dts/demo.dts', '--as', 'controller'])).toEqual({
      status: 0,
      out: '',
      err: 'dtbus: e.bus: sent 3 transfers, all answers as recorded\n',
    });
    const other = folder.write('f.bus', RECORDING);
    expect(dtbus(['replay', other, '-b', 'dts/demo.dts', '--as', 'controller'])).toEqual({
      status: 1,
      out: 'f.bus:4: expected i2c-1 48 w 00, r 1f 80 (temp@48: read TEMP (0x00): 1f 80); got i2c-1 48 w 00, r 19 00 (temp@48: read TEMP (0x00): 19 00)\n'.replace(
        'f.bus',
        folder.path('f.bus'),
      ),
      err: 'dtbus: f.bus: sent 2 transfers, 1 answers differ\n',
    });
  });
});
