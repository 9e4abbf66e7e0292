import { describe, expect, it } from 'vitest';
import {
  parseRecordedLine,
  type RecordedTransfer,
  Recording,
  RecordingError,
} from '../../src/recording/index.ts';
import { transferOf } from '../support/trace.ts';
import { everything, I2C, sent, unknown, written } from './written.ts';

const recordingOf = (text: string) => new Recording('boot.bus', Buffer.from(text));
const entriesOf = (text: string) => [...recordingOf(text).entries()].map(({ entry }) => entry);
/** A recording around these lines. */
const around = (lines: string) =>
  `dtbus-recording 1\nbus i2c-1 /i2c\nbus spi-0 /spi\nline button /gpio 3\n${lines}\nend\n`;
const transfer = (line: string) => parseRecordedLine(line).what as RecordedTransfer;

const PAGE =
  '00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 18 19 1a 1b 1c 1d 1e 1f';

describe('a recording', () => {
  it('is written a transfer a line, as i2ctransfer takes it', () => {
    const lines = written(everything)
      .split('\n')
      .map((line) => line.replaceAll(/ {2,}/g, '  '));
    const id = /@([0-9a-f]{8})/.exec(lines.join(' '))?.[1];
    expect(lines).toEqual([
      'dtbus-recording 1',
      `tree  "dts/my bench.dts" sha256:${'ab'.repeat(32)}`,
      'clock stepped',
      'bus  i2c-1 /i2c',
      'bus  spi-0 /spi',
      'part  i2c-1 48 temp@48 national,lm75',
      'part  i2c-1 50 eeprom@50 atmel,24c256 address-width=16 size=32768',
      'began 2027-01-15T08:00:00.000Z',
      '+0  i2c-1  48 w 00, r 1f 80  ~370us  ; temp: 31.5',
      '+1.25ms  i2c-1  23 w!  ENXIO ~250us',
      '+10ms  i2c-1  50 w 00 10 aa! bb  EREMOTEIO ~250us',
      '+750us  spi0.0  9f 00 00 00 > ff ef 40 14  ~250us',
      `+1ms  spi0.0  02 00 10 00, <40 @${id}>, > <40 @${id}>  ~250us`,
      `data ${id} 40`,
      `  0000  ${PAGE}`,
      '  0020  20 21 22 23 24 25 26 27',
      'line  button /gpio 3',
      '+7ms  button  rises',
      '+0  lost 12',
      `+1ms  spi0.1  <9000 cut at 40 @${id}>  ~250us`,
      '+1ms  i2c-1  48 w 00, r <2>  ETIMEDOUT ~35ms stretch 34ms attempts 2 struck "stretch 34 ms" by "guest \\"one\\""',
      '+38ms  i2c-1  050 w 01  ~250us',
      'end 10',
      '',
    ]);
  });

  it('is read as it was written', () => {
    const entries = entriesOf(written(everything));
    expect(entries).toHaveLength(10);
    const [first, refused, byte, spi, page, edge, lost, cut, timedOut, tenBit] = entries.map(
      ({ what }) => what,
    );
    expect(first).toMatchObject({ bus: 'i2c-1', wireNs: 370_000, fault: undefined, nack: undefined });
    expect((first as RecordedTransfer).segments).toEqual([
      { target: 0x48, tenBit: false, sent: { bytes: Uint8Array.of(0), length: 1 }, received: undefined },
      {
        target: 0x48,
        tenBit: false,
        sent: undefined,
        received: { bytes: Uint8Array.of(0x1f, 0x80), length: 2 },
      },
    ]);
    expect(refused).toMatchObject({ fault: 'ENXIO', nack: { message: 0, byte: -1 } });
    expect(byte).toMatchObject({ fault: 'EREMOTEIO', nack: { message: 0, byte: 2 } });
    expect((spi as RecordedTransfer).segments[0]).toMatchObject({
      target: 0,
      sent: { length: 4 },
      received: { length: 4 },
    });
    expect(
      (page as RecordedTransfer).segments.map(({ sent: tx, received: rx }) => [
        tx?.bytes.length,
        rx?.bytes[39],
      ]),
    ).toEqual([
      [4, undefined],
      [40, undefined],
      [undefined, 39],
    ]);
    expect([edge, lost]).toEqual([
      { kind: 'edge', name: 'button', high: true },
      { kind: 'lost', count: 12 },
    ]);
    expect((cut as RecordedTransfer).segments[0]?.sent).toMatchObject({
      length: 9000,
      bytes: { length: 40 },
    });
    expect((cut as RecordedTransfer).segments[0]?.target).toBe(1);
    expect(timedOut).toMatchObject({
      ...{ stretchedNs: 34e6, attempts: 2, struck: ['stretch 34 ms'], client: 'guest "one"', wireNs: 35e6 },
    });
    expect((timedOut as RecordedTransfer).segments[1]?.received).toEqual(unknown(2));
    expect((tenBit as RecordedTransfer).segments[0]).toMatchObject({ target: 0x50, tenBit: true });
  });

  it('says which board it is of', () => {
    const { head, summary } = recordingOf(written(everything));
    expect(head.tree).toEqual({ file: 'dts/my bench.dts', sha256: 'ab'.repeat(32) });
    expect(head.beganMs).toBe(1_800_000_000_000);
    expect(head.buses.get('i2c-1')).toMatchObject({ kind: 'i2c', number: 1, path: '/i2c', declaredAt: 4 });
    expect(head.parts[1]).toEqual({
      ...{ bus: 'i2c-1', unit: 0x50, name: 'eeprom@50', compatible: ['atmel,24c256'] },
      ...{ addressWidth: 16, size: 32768 },
    });
    expect(head.lines.get('button')).toEqual({ name: 'button', controller: '/gpio', line: 3 });
    expect(summary).toMatchObject({ entries: 10, lost: 12, cut: undefined });
  });

  it('says no time where it is to be compared, and every digit where time is stepped', () => {
    const two = (options: Parameters<typeof written>[1]) =>
      written((writer) => {
        writer.transfer(I2C, transferOf({ startedMs: 0, segments: [sent(0x48, 1)] }));
        writer.transfer(
          I2C,
          transferOf({ startedMs: 1.234567, wireMs: 0.123456, segments: [sent(0x48, 2)] }),
        );
      }, options).replaceAll(/ {2,}/g, '  ');
    expect(two({ times: 'none' })).toBe('i2c-1  48 w 01\ni2c-1  48 w 02\n');
    expect(two({ times: 'exact' }).split('\n')[2]).toBe('+1.234567ms  i2c-1  48 w 02  ~123.456us');
    expect(two({}).split('\n')[2]).toBe('+1.23ms  i2c-1  48 w 02  ~123us');
  });

  it('makes good by the next time what a rounding took', () => {
    const text = written((writer) => {
      for (const startedMs of [0, 1.0049, 2.0098])
        writer.transfer(I2C, transferOf({ startedMs, segments: [sent(0x48)] }));
    });
    expect([...text.matchAll(/^\+(\S+)/gm)].map(([, time]) => time)).toEqual(['0', '1ms', '1.01ms']);
  });

  it('keeps secrets: only how many bytes there were', () => {
    const text = written((writer) =>
      writer.transfer(I2C, transferOf({ segments: [sent(0x50, 0xc0, 0xff, 0xee)] }), 'write c0: ff ee', true),
    );
    expect(text).toContain('50 w <3>');
    expect(text).not.toMatch(/c0|ff|ee/);
  });

  it('quotes the name of a line that is a word of the grammar', () => {
    for (const name of ['lost', 'end', 'clock', 'i2c-1', 'a b', 'a,b', '+1', 'any']) {
      const text = written(
        (writer) => {
          writer.head({ buses: [] });
          writer.edge({
            kind: 'edge',
            sequence: 1,
            startedMs: 0,
            controller: '/gpio',
            line: 0,
            name,
            high: false,
          });
          writer.end();
        },
        { times: 'none' },
      );
      expect(entriesOf(text).map(({ what }) => what)).toEqual([{ kind: 'edge', name, high: false }]);
    }
  });
});

describe('what people write by hand', () => {
  it('has any byte, any rest, and lengths alone', () => {
    expect(transfer('i2c-1 48 w 00, r ?? 80').segments[1]?.received).toEqual({
      ...{ bytes: Uint8Array.of(0, 0x80), known: Uint8Array.of(0, 1), length: 2 },
    });
    expect(transfer('i2c-1 48 w 00 *').segments[0]?.sent).toEqual({
      bytes: Uint8Array.of(0),
      length: 1,
      isOpen: true,
    });
    expect(transfer('spi0.0 <3> > <3>').segments[0]).toMatchObject({
      sent: unknown(3),
      received: unknown(3),
    });
  });

  it('implies the errno of what was not acknowledged', () => {
    expect(transfer('i2c-1 23 w!').fault).toBe('ENXIO');
    expect(transfer('i2c-1 50 w 00!').fault).toBe('EREMOTEIO');
    expect(transfer('i2c-1 23 w').fault).toBeUndefined();
  });

  it('has several addresses in one transaction', () => {
    const { segments } = transfer('i2c-1 48 w 00, 49 w 01, r 02');
    expect(segments.map(({ target }) => target)).toEqual([0x48, 0x49, 0x49]);
  });

  it('has polling loops, what may be missing, and lines in any order', () => {
    const lines =
      'repeat i2c-1 50 w! ENXIO\noptional +1ms i2c-1 50 w\nany {\ni2c-1 48 w 00\ni2c-1 48 w 01 ; a comment\n}\ni2c-1 48 w 02';
    expect(entriesOf(around(lines)).map(({ how, group, afterNs }) => [how, group, afterNs])).toEqual([
      ['repeat', 0, undefined],
      ['optional', 0, 1_000_000],
      ['once', 1, undefined],
      ['once', 1, undefined],
      ['once', 0, undefined],
    ]);
  });
});

describe('what is wrong with a recording', () => {
  const wrong = (lines: string) => {
    try {
      recordingOf(around(lines));
    } catch (thrown) {
      if (thrown instanceof RecordingError) return thrown.message;
      throw thrown;
    }
    return 'nothing';
  };

  it.each([
    ['i2c-1 48 q 00', 'boot.bus:5: invalid message: expected r or w after 48, got q'],
    ['i2c-1 w 00', 'boot.bus:5: invalid address: expected two hex digits, or three of ten bits, got w'],
    ['i2c-1 80 w', 'boot.bus:5: invalid address: expected at most 7f, got 80'],
    ['i2c-2 48 w', 'boot.bus:5: not found: bus i2c-2; declared are i2c-1, spi-0'],
    ['door rises', 'boot.bus:5: not found: line door; declare it in a line before this one'],
    ['i2c-1 48 w 00 ENOXI', 'boot.bus:5: invalid errno ENOXI (did you mean ENXIO)'],
    [
      'i2c-1 48 w 00 soon',
      'boot.bus:5: invalid word soon: expected a byte, an errno, or one of ~TIME, stretch, queue, attempts, struck, by',
    ],
    ['i2c-1 48 w <4 @a1>', 'boot.bus:5: not found: data a1; the recording may be cut'],
    ['i2c-1 48 w <4 @a1>\ndata a1 3\n  0000  00 01 02', 'boot.bus:5: invalid length 4: data a1 has 3 bytes'],
    [
      'i2c-1 48 w <2 cut at 3 @a1>\ndata a1 3\n  0000  00 01 02',
      'boot.bus:5: invalid cut: expected at most 2, got 3',
    ],
    [
      'data a1 4\n  0000  00 01 02',
      'boot.bus:5: invalid length 4: data a1 has 3 bytes; the recording may be cut',
    ],
    ['data a1 2\n  0000  00 01 02', 'boot.bus:6: invalid length 2: data a1 has more bytes'],
    [
      'data a1 999999999\n  0000  00',
      'boot.bus:5: invalid length 999999999: the rest of the recording is shorter than that; the recording may be cut',
    ],
    ['data a1 3\n  0001  00 01 02', 'boot.bus:6: invalid row of data: expected 0000 first, got 0001'],
    ['i2c-1 48 w <9999999999>', 'boot.bus:5: invalid length: expected at most 1073741824, got 9999999999'],
    ['i2c-1 48 w <2 !2>', 'boot.bus:5: invalid !: expected at most 1, got 2'],
    ['spi0.0 00 01 > 02', 'boot.bus:5: invalid transfer: 2 bytes are sent, 1 are received'],
    ['spi0.0', 'boot.bus:5: invalid transfer: expected bytes, got the end of the line'],
    ['+1lightyear i2c-1 48 w', 'boot.bus:5: invalid time: expected one such as +1.2ms, got +1lightyear'],
    ['any {\ni2c-1 48 w', 'boot.bus:5: invalid any: expected } after it; the recording may be cut'],
    ['}', 'boot.bus:5: invalid }: expected any { before it'],
    ['lost -3', 'boot.bus:5: invalid lost: expected a number'],
    [
      'end 2',
      'boot.bus:5: invalid end: expected 0, as many lines are before it, got 2; lines were left out or added',
    ],
    ['end\ni2c-1 48 w', 'boot.bus:6: invalid line: nothing may follow the end'],
    ['line button /gpio 4', 'boot.bus:5: invalid line: button is declared twice'],
    [`i2c-1 48 w ${'00 '.repeat(30_000)}`, 'boot.bus:5: the line is longer than 65536 bytes'],
  ])('case %#', (lines, message) => {
    expect(wrong(lines)).toBe(message);
  });

  it('is of another version, or no recording at all', () => {
    expect(() => recordingOf('dtbus-recording 2\n')).toThrow(
      'boot.bus:1: unsupported version 2: expected 1; use a newer dtbus',
    );
    expect(() => recordingOf('/dts-v1/;\n')).toThrow(
      'boot.bus:1: not a recording: expected dtbus-recording 1 in the first line',
    );
    expect(() => recordingOf('')).toThrow('boot.bus:1: not a recording');
    expect(() => Recording.read('/nowhere/boot.bus')).toThrow('/nowhere/boot.bus: not found');
  });

  it('is told of every place where it can be cut', () => {
    const text = Buffer.from(written(everything));
    const body = text.subarray(0, text.length - 1);
    for (let length = 0; length < body.length; length++) {
      let cut: string | undefined;
      try {
        cut = new Recording('boot.bus', body.subarray(0, length)).summary.cut;
      } catch (thrown) {
        if (!(thrown instanceof RecordingError)) throw new Error(`cut at ${length}: ${String(thrown)}`);
        cut = thrown.message;
      }
      // `end` alone is what people write.
      const isEnd = /\nend ?$/.test(body.subarray(0, length).toString());
      if (!isEnd) expect(cut, `cut at ${length}`).toMatch(/^boot\.bus:\d+: /);
    }
    expect(new Recording('boot.bus', body).summary.cut).toBeUndefined();
  });

  it('is never anything but an error with its line, whatever a byte is changed to', () => {
    const text = Buffer.from(written(everything));
    for (let at = 0; at < text.length; at++) {
      for (const byte of [0x0a, 0x39, 0xff]) {
        const changed = Buffer.from(text);
        changed[at] = byte;
        try {
          const recording = new Recording('boot.bus', changed);
          expect([...recording.entries()]).toHaveLength(recording.summary.entries);
        } catch (thrown) {
          if (!(thrown instanceof RecordingError))
            throw new Error(`byte ${at} as ${byte}: ${String(thrown)}`);
          expect(thrown.message).toMatch(/^boot\.bus:\d+: /);
        }
      }
    }
  });
});
