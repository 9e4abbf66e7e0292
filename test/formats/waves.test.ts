import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../cli/folder.ts';
import { dtbusHere } from '../cli/run-here.ts';
import { converted, HAPPENED, happenedIn, hasSigrok, recordingOf, sigrok } from './traces.ts';

const folder = testFolder();

/** What the wires of an I2C bus say, as sigrok's decoder writes it. */
const ON_WIRE = [
  ...[
    'Start',
    'Address write: 48',
    'ACK',
    'Data write: 00',
    'ACK',
    'Start repeat',
    'Address read: 48',
    'ACK',
  ],
  ...['Data read: 1F', 'ACK', 'Data read: 80', 'NACK', 'Stop'],
  ...['Start', 'Address write: 23', 'NACK', 'Stop'],
  ...[
    'Start',
    'Address write: 50',
    'ACK',
    'Data write: 00',
    'ACK',
    'Data write: 10',
    'ACK',
    'Data write: AA',
    'NACK',
    'Stop',
  ],
  ...['Start', 'Address read: 50', 'ACK', 'Stop'],
  // Ten bits: sigrok's decoder shows the address as it is on the wire.
  ...['Start', 'Address write: 7B', 'ACK', 'Data write: 50', 'ACK', 'Data write: 01', 'ACK'],
  ...[
    'Start repeat',
    'Address write: 7B',
    'ACK',
    'Data write: 50',
    'ACK',
    'Start repeat',
    'Address read: 7B',
    'ACK',
  ],
  ...['Data read: 02', 'ACK', 'Data read: 03', 'NACK', 'Stop'],
  ...[
    'Start',
    'Address write: 48',
    'ACK',
    'Data write: 01',
    'ACK',
    'Start repeat',
    'Address read: 48',
    'ACK',
  ],
  ...['Data read: 55', 'NACK', 'Stop'],
];
const I2C = ['-P', 'i2c:scl=i2c-1.SCL:sda=i2c-1.SDA', '-A', 'i2c=addr-data'];
const SPI = ['-P', 'spi:clk=spi-0.SCK:mosi=spi-0.MOSI:miso=spi-0.MISO:cs=spi-0.CS1'];

describe.each(['sr', 'vcd'])('waves in .%s', (ending) => {
  it.runIf(hasSigrok)('say to sigrok the bytes of the trace, and its NACKs', async () => {
    const { file, err } = await converted(
      folder,
      folder.write('a.bus', recordingOf(HAPPENED)),
      `a.${ending}`,
    );
    expect(err).toContain('the waveforms are synthesised from bytes');
    const said = sigrok(file, ...I2C).map((line) => line.replace(/^\S+ /, ''));
    expect(said.filter((line) => line !== 'Read' && line !== 'Write')).toEqual(ON_WIRE);
    const bytes = (of: string) =>
      sigrok(file, ...SPI, '-A', `spi=${of}-data`).map((line) => line.replace(/^\S+ /, ''));
    expect(bytes('mosi')).toEqual(['9F', '00', '00', '00']);
    expect(bytes('miso')).toEqual(['FF', 'EF', '40', '14']);
  });

  it('are read back as what happened', async () => {
    const { file } = await converted(folder, folder.write('b.bus', recordingOf(HAPPENED)), `b.${ending}`);
    const { bytes } = await converted(folder, file, `b-${ending}.bus`);
    expect(happenedIn(bytes.toString())).toEqual(
      // The line says the errno, and nothing comes after a NACK.
      HAPPENED.map((line) => line.replace(/ w!$/, ' w! ENXIO').replace(/ aa! bb$/, ' aa! EREMOTEIO')).map(
        (line) => line.replace(' r <0>', ' r'),
      ),
    );
  });

  it('take as long as the transfers did', async () => {
    const text = recordingOf([
      'i2c-1 48 w 00, r 1f 80 ~500us',
      'i2c-1 48 w 00 ~5s',
      'i2c-1 50 w 00, r 01 ETIMEDOUT ~35ms',
      'i2c-1 48 w 00, r 1f 80 stretch 2ms ~2.5ms',
    ]);
    const { file, err } = await converted(folder, folder.write('c.bus', text), `c.${ending}`);
    expect(err).toContain('1 transfers that failed without a place are left out');
    const { bytes } = await converted(folder, file, `c-${ending}.bus`);
    const wire = [...bytes.toString().matchAll(/~(\S+)/g)].map(([, time]) => time);
    // 188 and 76 quarters of a bit from START to STOP, of 2.5 µs each: none is longer, whatever a transfer took.
    expect(wire).toEqual(['470us', '190us', '2.47ms']);
  });
});

describe('waves', () => {
  it.runIf(hasSigrok)('of a session that sigrok has written are read', async () => {
    const { file } = await converted(
      folder,
      folder.write('d.bus', recordingOf(HAPPENED.slice(0, 3))),
      'd.vcd',
    );
    const session = folder.path('foreign.sr');
    const made = spawnSync('sigrok-cli', ['-i', file, '-O', 'srzip', '-o', session]);
    expect(made.status).toBe(0);
    const { bytes } = await converted(folder, session, 'd-back.bus');
    expect(happenedIn(bytes.toString())).toEqual([
      'i2c-1 48 w 00, r 1f 80',
      'i2c-1 23 w! ENXIO',
      'i2c-1 50 w 00 10 aa! EREMOTEIO',
    ]);
  });

  it('are read whatever white space stands between their changes, and whatever stands among them', async () => {
    const happened = ['i2c-1 48 w 00, r 1f 80', 'i2c-1 50 w 00 10'];
    const { file } = await converted(folder, folder.write('space.bus', recordingOf(happened)), 'space.vcd');
    const [head = '', changes = ''] = readFileSync(file, 'utf8').split('$enddefinitions $end\n');
    const wires = '$var reg 4 #2 state $end\n$var real 64 % volt $end\n$enddefinitions $end\n';
    // A time and its changes in a line, high levels as vectors of one bit, behind a vector, a comment and a real number.
    const lines = changes
      .replaceAll(/^1(\S+)$/gm, 'b1 $1')
      .replaceAll(/\n(?!#)/g, ' ')
      .replaceAll(/^(#\d+)/gm, '$1 b0101 #2 $comment 0! 0" #9 $end r-1.5 %');
    expect(lines).toMatch(/^#\d+ b0101 #2 .* % b1 "/m);
    const { bytes, err } = await converted(
      folder,
      folder.write('lines.vcd', head + wires + lines),
      'space-back.bus',
    );
    expect(err).not.toContain('invalid');
    expect(happenedIn(bytes.toString())).toEqual(happened);
  });

  it('have names behind which a simulator writes the range of a vector of one bit', async () => {
    const happened = ['i2c-1 48 w 00'];
    const { file } = await converted(folder, folder.write('range.bus', recordingOf(happened)), 'range.vcd');
    const named = readFileSync(file, 'utf8').replaceAll(/(i2c-1\.S..) \$end/g, '$1 [0:0] $end');
    expect(named).toContain('i2c-1.SCL [0:0] $end');
    const { bytes } = await converted(folder, folder.write('ranges.vcd', named), 'range-back.bus');
    expect(happenedIn(bytes.toString())).toEqual(happened);
  });

  it('leave out of a session the time in which nothing happens', async () => {
    const text = recordingOf(['i2c-1 48 w 00', 'i2c-1 48 w 01']).replace('+1ms', '+1000s');
    const from = folder.write('e.bus', text);
    const { bytes, err } = await converted(folder, from, 'e.sr');
    expect(bytes.length).toBeLessThan(3000);
    expect(err).toContain(': 1000 s without traffic are left out');
    const { bytes: back } = await converted(folder, folder.path('e.sr'), 'e-back.bus');
    expect(back.toString()).toMatch(/^\+1\.\d+ms /m);
  });

  it('have channels of other names, which one is told', async () => {
    const digital = `Time [s],Channel 0,Channel 1\n${clocked([0x90, 0x00])}`;
    const file = folder.write('digital.csv', digital);
    const { status, err } = await dtbusHere('convert', file, folder.path('f.bus'));
    expect([status, err]).toEqual([
      1,
      `dtbus: ${file}: not found: SCL and SDA, or SCK and CS; the channels are Channel 0, Channel 1. Say which they are: --channel SCL=Channel 0\n`,
    ]);
    const named = ['--channel', 'SCL=Channel 0', '--channel', 'SDA=Channel 1'];
    const { bytes } = await converted(folder, file, 'f.bus', ...named);
    expect(happenedIn(bytes.toString())).toEqual(['i2c-0 48 w 00']);
  });

  it('of SPI are sampled by their mode', async () => {
    // Mode 3: SCK rests high; mode 1: sampled where it falls.
    const row = (us: number, sck: number, mosi: number, cs: number) => `${us / 1e6},${sck},${mosi},${cs}`;
    const bits = [1, 0, 0, 1, 1, 1, 1, 1];
    const mode1 = bits.flatMap((bit, at) => [row(10 + at * 2, 1, bit, 0), row(11 + at * 2, 0, bit, 0)]);
    const rows = [row(0, 0, 0, 1), row(5, 0, 0, 0), ...mode1, row(40, 0, 0, 1)].join('\n');
    const file = folder.write('spi.csv', `Time [s],SCLK,MOSI,CS\n${rows}\n`);
    const { bytes } = await converted(folder, file, 'g.bus', '--spi-mode', '1');
    expect(happenedIn(bytes.toString())).toEqual(['spi0.0 9f']);
  });
});

/** SCL and SDA of bytes that are all acknowledged, as rows of a CSV file. */
function clocked(bytes: readonly number[]): string {
  const rows: string[] = [];
  let us = 0;
  const row = (scl: number, sda: number) => rows.push(`${(++us / 1e6).toFixed(9)},${scl},${sda}`);
  row(1, 1);
  row(1, 0);
  row(0, 0);
  for (const byte of bytes) {
    for (let bit = 7; bit >= -1; bit--) {
      const sda = bit < 0 ? 0 : (byte >> bit) & 1;
      row(0, sda);
      row(1, sda);
      row(0, sda);
    }
  }
  row(0, 0);
  row(1, 0);
  row(1, 1);
  return `${rows.join('\n')}\n`;
}
