import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../cli/folder.ts';
import { dtbusHere } from '../cli/run-here.ts';
import { converted, HAPPENED, happenedIn, hasTshark, recordingOf } from './traces.ts';

const folder = testFolder();
/** What has a place in a capture file. */
const TRANSFERS = HAPPENED.filter((line) => !line.startsWith('button'));
/** The line says the errno, and nothing comes after a NACK. */
const seen = (lines: readonly string[]) =>
  lines.map((line) =>
    line
      .replace(/ w!$/, ' w! ENXIO')
      .replace(/ aa! bb$/, ' aa! EREMOTEIO')
      .replace(' r <0>', ' r'),
  );

describe('a capture file', () => {
  it.runIf(hasTshark)(
    'says to tshark the messages, and as comments what they mean and what was refused',
    async () => {
      const { file } = await converted(folder, folder.write('a.bus', recordingOf(HAPPENED)), 'a.pcapng');
      const fields = ['i2c.bus', 'i2c.addr', 'i2c.flags', 'data', 'frame.comment'].flatMap((field) => [
        '-e',
        field,
      ]);
      const { stdout } = spawnSync('tshark', ['-r', file, '-T', 'fields', '-E', 'separator=|', ...fields], {
        encoding: 'utf8',
      });
      expect(stdout.trimEnd().split('\n').slice(0, 4)).toEqual([
        '1|0x48|0x00000000|9000|temp@48: read TEMP (0x00): 1f 80',
        '1|0x48|0x00000001|911f80|',
        '1|0x23|0x00000000|46|ENXIO: probe,not acknowledged: the address',
        '1|0x50|0x00000000|a00010aa|EREMOTEIO: write 00 10 aa bb,not acknowledged: byte 2',
      ]);
      const times = spawnSync('tshark', ['-r', file, '-T', 'fields', '-e', 'frame.time_epoch'], {
        encoding: 'utf8',
      });
      expect(times.stdout.split('\n')[2]).toBe('1795860000.001000000');
    },
  );

  it('is read back as what happened', async () => {
    const { file, err } = await converted(folder, folder.write('b.bus', recordingOf(HAPPENED)), 'b.pcapng');
    expect(err).toContain('2 edges and losses have no place in a capture file');
    const { bytes } = await converted(folder, file, 'b-back.bus');
    expect(happenedIn(bytes.toString())).toEqual(seen(TRANSFERS));
    expect(bytes.toString()).toContain('began 2026-11-28T10:00:00.000Z');
  });

  it('of another program has no comments: a write and the read behind it are one transaction', async () => {
    // Classic pcap, LINKTYPE_I2C_LINUX, big-endian, µs.
    const packet = (us: number, ...bytes: number[]) => {
      const head = Buffer.alloc(16);
      head.writeUInt32BE(us, 4);
      head.writeUInt32BE(bytes.length, 8);
      head.writeUInt32BE(bytes.length, 12);
      return Buffer.concat([head, Uint8Array.from(bytes)]);
    };
    const head = Buffer.alloc(24);
    head.writeUInt32BE(0xa1b2c3d4, 0);
    head.writeUInt32BE(209, 20);
    const file = Buffer.concat([
      head,
      packet(0, 3, 0, 0, 0, 0, 0x90, 0),
      packet(200, 3, 0, 0, 0, 1, 0x91, 0x1f, 0x80),
      packet(5000, 3, 0, 0, 0, 1, 0x91, 0x20),
      packet(6000, 0x83, 0, 0, 0, 2),
    ]);
    const { bytes, err } = await converted(folder, folder.write('c.pcap', file), 'c.bus');
    expect(happenedIn(bytes.toString())).toEqual(['i2c-3 48 w 00, r 1f 80', 'i2c-3 48 r 20']);
    expect(err).toContain('1 packets are neither I2C nor SPI');
    expect(err).toContain('1 reads follow a write to the same address within 1 ms');
  });
});

describe('a table', () => {
  it('is read back as what happened', async () => {
    const { file, bytes } = await converted(folder, folder.write('d.bus', recordingOf(HAPPENED)), 'd.csv');
    expect(bytes.toString().split('\n').slice(0, 5)).toEqual([
      'name,type,start_time,duration,"ack","address","read","data","mosi","miso","errno","meaning"',
      '"i2c-1",start,0.000000000,0.000000000,,,,,,,,"temp@48: read TEMP (0x00): 1f 80"',
      '"i2c-1",address,0.000000000,0.000000000,true,0x48,false,,,,,',
      '"i2c-1",data,0.000000000,0.000000000,true,,,0x00,,,,',
      '"i2c-1",start,0.000000000,0.000000000,,,,,,,,',
    ]);
    const { bytes: back } = await converted(folder, file, 'd-back.bus');
    expect(happenedIn(back.toString())).toEqual(seen(TRANSFERS));
  });

  it('of Logic 2 is read', async () => {
    const table = `name,type,start_time,duration,"ack","address","read","data"
"I2C","start",0.892847542,4.16666667e-08,,,,
"I2C","address",0.892855167,8.67916667e-05,true,0x3C,false,
"I2C","data",0.894489042,8.67916667e-05,true,,,0x00
"I2C","data",0.894580917,8.68333333e-05,false,,,0xAE
"I2C","stop",0.894949792,4.16666667e-08,,,,
`;
    const { bytes } = await converted(folder, folder.write('e.csv', table), 'e.bus');
    expect(happenedIn(bytes.toString())).toEqual(['i2c-0 3c w 00 ae! EREMOTEIO']);
    const spi = `name,type,start_time,duration,"mosi","miso"
"SPI","enable",0.849574428,0.000000004,,
"SPI","result",0.84957446,0.000000452,0x9F,0xFF
"SPI","result",0.84957494,0.000000452,0x00,0xEF
"SPI","disable",0.849578332,0.000000004,,
`;
    const { bytes: message } = await converted(folder, folder.write('f.csv', spi), 'f.bus');
    expect(happenedIn(message.toString())).toEqual(['spi0.0 9f 00 > ff ef']);
  });
});

describe('a trace for Perfetto', () => {
  it('has a track for each bus and client, and the wait apart from the wire', async () => {
    const text = recordingOf(['i2c-1 48 w 00, r 1f 80 ~370us queue 100us by "guest 1"', 'button rises']);
    const { bytes } = await converted(folder, folder.write('g.bus', text), 'g.json');
    const { traceEvents } = JSON.parse(bytes.toString()) as { traceEvents: Record<string, unknown>[] };
    const named = traceEvents
      .filter(({ ph }) => ph === 'M')
      .map(({ args }) => (args as { name: string }).name);
    expect(named).toEqual(['buses', 'clients', 'lines', 'i2c-1', 'guest 1', 'button']);
    const slices = traceEvents.filter(({ ph }) => ph === 'X');
    expect(slices.map(({ ts, dur, name }) => [ts, dur, name])).toEqual([
      [0, 370, 'temp@48: read TEMP (0x00): 1f 80'],
      [-100, 470, 'temp@48: read TEMP (0x00): 1f 80'],
    ]);
    expect(traceEvents.at(-1)).toMatchObject({ ph: 'C', ts: 1000, args: { level: 1 } });
  });
});

describe('a file that is damaged', () => {
  it.each(['pcapng', 'sr', 'vcd', 'csv', 'bus'])('is an error or what is left of it: .%s', async (ending) => {
    const { bytes } = await converted(
      folder,
      folder.write('h.bus', recordingOf(HAPPENED)),
      `h-whole.${ending}`,
    );
    const target = folder.path('h-out.bus');
    const step = Math.max(1, Math.floor(bytes.length / 20));
    for (let at = 0; at < bytes.length; at += step) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] as number) ^ 0xff;
      for (const [name, damaged] of [
        ['cut', bytes.subarray(0, at)],
        ['flipped', flipped],
      ] as const) {
        const { status, err } = await dtbusHere(
          'convert',
          folder.write(`h-${name}.${ending}`, damaged),
          target,
        );
        // A sentence with the file, never a stack.
        if (status !== 0)
          expect(err, `${name} at ${at}`).toMatch(/^dtbus: \S*h-(cut|flipped)\.\w+(:\d+)?: [^\n]+\n$/);
      }
    }
  });

  it('says what the ending should be, and what cannot be read', async () => {
    const file = folder.write('i.xyz', '');
    const said = async (...argv: string[]) => {
      const { status, err } = await dtbusHere('convert', ...argv);
      return [status, err.replaceAll(`${folder.path('')}/`, '')];
    };
    expect(await said(file, folder.path('i.bus'))).toEqual([
      2,
      'dtbus: unknown ending of i.xyz: expected .bus, .pcapng, .pcap, .vcd, .sr, .csv, .txt, .trace, .ftrace; or say it by --from FORMAT\n',
    ]);
    expect(await said(file, folder.path('i.bus'), '--from', 'perfetto')).toEqual([
      2,
      'dtbus: invalid --from: expected bus, pcapng, vcd, sr, csv or ftrace, got perfetto\nusage: dtbus convert [options] <in> <out>\n(try --help)\n',
    ]);
    expect(await said(folder.path('none.bus'), folder.path('i.sr'))).toEqual([
      1,
      'dtbus: none.bus: not found\n',
    ]);
    const pattern = folder.write('j.bus', recordingOf(['i2c-1 48 w 00, r ?? ??']));
    expect(await said(pattern, folder.path('j.sr'))).toEqual([
      1,
      'dtbus: j.bus:8: a pattern (?? or *) is nothing that happened\n',
    ]);
  });
});
