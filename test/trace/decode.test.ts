import { describe, expect, it } from 'vitest';
import { notesText, partReaders } from '../../src/trace/decode.ts';
import type { TracedPart, TracedSegment } from '../../src/trace/index.ts';
import { transferOf } from '../support/trace.ts';

const hex = (text: string) => {
  const bytes = Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
  return { bytes, length: bytes.length };
};
const write = (text: string): TracedSegment => ({
  target: 0,
  tenBit: false,
  sent: hex(text),
  received: undefined,
});
const read = (text: string): TracedSegment => ({
  target: 0,
  tenBit: false,
  sent: undefined,
  received: hex(text),
});
const both = (tx: string, rx: string): TracedSegment => ({ ...write(tx), received: hex(rx) });

async function textOf(
  kind: 'i2c' | 'spi',
  part: Partial<TracedPart> & Pick<TracedPart, 'compatible'>,
  segments: readonly TracedSegment[],
): Promise<string | undefined> {
  const whole = { reg: [0], name: 'part@0', addressWidth: undefined, size: undefined, ...part };
  const [readers] = await partReaders([{ kind, number: 0, path: '/bus', parts: [whole] }]);
  const transfer = transferOf({ segments });
  return readers?.get(0)?.text(transfer);
}

describe('a transfer in words', () => {
  it.each([
    ['national,lm75', [write('00'), read('1f 80')], 'read TEMP (0x00): 1f 80'],
    ['national,lm75', [write('01 60')], 'write CONF (0x01): 60'],
    ['national,lm75', [write('03')], 'select TOS (0x03)'],
    ['national,lm75', [read('19 00')], 'read 19 00'],
    ['national,lm75', [write('00'), read('19 00'), read('01')], 'write 00, read 19 00, read 01'],
    ['bosch,bme280', [write('d0'), read('60')], 'read ID (0xd0): 60'],
    ['bosch,bme280', [write('77'), read('60')], 'read 0x77: 60'],
    ['atmel,24c02', [write('10 01 02')], 'write 0x10: 01 02'],
    ['atmel,24c16', [write('10'), read('01')], 'read 0x10: 01'],
    ['atmel,24c32', [write('01 40'), read('aa')], 'read 0x0140: aa'],
    ['atmel,24c256', [write('01 40 55')], 'write 0x0140: 55'],
    ['acme,unknown', [write('01 40'), read('55')], 'write 01 40, read 55'],
    ['acme,unknown', [write('')], 'probe'],
    ['acme,unknown', [read('')], 'probe (read)'],
    ['nxp,pca9554', [write('00'), write('01')], 'write 00, write 01'],
    ['nxp,pca9555', [write('02 0f')], 'write OUTPUT (0x02): 0f'],
    ['nxp,pca9555', [write('03 0f')], 'write OUTPUT[1] (0x03): 0f'],
    ['maxim,ds3231', [write('0e'), read('1c')], 'read CONTROL (0x0e): 1c [RS=3 INTCN=1]'],
    ['maxim,ds3231', [write('00'), read('58 59 23 04')], 'read SECONDS (0x00): 58 59 23 04'],
    ['maxim,ds3231', [write('05'), read('92')], 'read MONTH_CENTURY (0x05): 92 [CENTURY=1 month=0x12]'],
    ['ti,tmp102', [write('01'), read('61 a0')], 'read CONFIG (0x01): 61 a0 [R=3 SD=1 CR=2 AL=1]'],
    ['ti,tmp102', [write('01 60 b0')], 'write CONFIG (0x01): 60 b0 [R=3 CR=2 AL=1 EM=1]'],
    ['sensirion,sht4x', [write('fd')], 'measure, high precision (0xfd)'],
    ['sensirion,sht4x', [write('94')], 'soft reset (0x94)'],
  ])('%s on I2C: %#', async (compatible, segments, text) => {
    expect(await textOf('i2c', { compatible: [compatible] }, segments)).toBe(text);
  });

  it.each([
    ['jedec,spi-nor', [both('9f 00 00 00', 'ff ef 40 14')], 'read JEDEC id: ef 40 14'],
    ['jedec,spi-nor', [write('9f'), read('ef 40 14')], 'read JEDEC id: ef 40 14'],
    ['winbond,w25q80', [write('03 01 02 03'), read('aa bb')], 'read 0x010203: aa bb'],
    ['winbond,w25q80', [write('0b 01 02 03 00'), read('aa')], 'fast read 0x010203: aa'],
    [
      'winbond,w25q80',
      [write('06'), write('02 00 01 00 11 22'), write('05'), read('03')],
      'write enable, program 0x000100: 11 22, read status: 03',
    ],
    ['winbond,w25q80', [write('d8 01 00 00')], 'erase 64 KiB 0x010000'],
    ['winbond,w25q80', [write('fe 01')], 'send fe 01'],
    ['atmel,at25', [write('03 01 02'), read('aa')], 'read 0x0102: aa'],
    ['atmel,at25', [write('02 01 02 33')], 'write 0x0102: 33'],
    ['atmel,at25040', [write('0b 02'), read('aa')], 'read at 0x1.. 0x02: aa'],
    ['winbond,w25q256', [write('34 00 00 01 00 aa')], 'quad program 0x00000100: aa'],
    ['bosch,bme280', [both('d0 00', 'ff 60')], 'read ID (0xd0): 60'],
    ['bosch,bme280', [write('d0'), read('60')], 'read ID (0xd0): 60'],
    ['bosch,bme280', [write('74 27')], 'write CTRL_MEAS (0xf4): 27 [OSRS_T=1 OSRS_P=1 MODE=3]'],
    ['microchip,mcp23s17', [write('40 00 fe')], 'write IODIRA (0x00): fe'],
    ['microchip,mcp23s17', [write('41 12'), read('7f')], 'read GPIOA (0x12): 7f'],
    ['microchip,mcp3008', [both('01 80 00', 'ff 02 00')], 'send 01 80 00 and receive ff 02 00'],
    ['microchip,mcp3008', [read('01')], 'receive 01'],
  ])('%s on SPI: %#', async (compatible, segments, text) => {
    expect(await textOf('spi', { compatible: [compatible] }, segments)).toBe(text);
  });

  it('names the commands of a display by its data sheet, with their settings, and tells its data apart', async () => {
    const [readers] = await partReaders([
      {
        kind: 'i2c',
        number: 0,
        path: '/bus',
        parts: [
          {
            reg: [0x3c],
            name: 'oled@3c',
            compatible: ['solomon,ssd1306fb-i2c'],
            addressWidth: undefined,
            size: undefined,
          },
        ],
      },
    ]);
    const said = (segments: readonly TracedSegment[], fault?: 'ENXIO') =>
      readers?.get(0x3c)?.text(transferOf({ fault, segments }));
    // Table 9-1 of the data sheet, rev. 1.1.
    expect(said([write('00 ae d5 80 a8 3f d3 00 40 8d 14 a1 c8 da 12 81 cf af')])).toBe(
      [
        'set display off (0xae)',
        'set display clock divide ratio/oscillator frequency (0xd5): 80',
        'set multiplex ratio (0xa8): 3f',
        'set display offset (0xd3): 00',
        'set display start line (0x40)',
        'charge pump setting (0x8d): 14',
        'set segment re-map, column 127 (0xa1)',
        'set COM output scan direction, remapped (0xc8)',
        'set COM pins hardware configuration (0xda): 12',
        'set contrast control (0x81): cf',
        'set display on (0xaf)',
      ].join(', '),
    );
    expect(said([write('40 ff 00 81')])).toBe('data: ff 00 81');
    // Co: one byte, then another control byte.
    expect(said([write('80 b3 80 02 80 11 40 aa bb')])).toBe(
      'set page start address (0xb3), set lower column start address (0x02), set higher column start address (0x11), data: aa bb',
    );
    expect(said([write('c0 aa c0 bb 80 a7')])).toBe('data: aa bb, set inverse display (0xa7)');
    // A driver may send the settings of a command in transfers of their own.
    expect(said([write('80 21')])).toBe('set column address (0x21) …');
    expect(said([write('80 10')])).toBe('set column address (0x21): 10 …');
    expect(said([write('80 7f')])).toBe('… set column address (0x21): 10 7f');
    expect(said([write('80 81')], 'ENXIO')).toBe('set contrast control (0x81) …');
    expect(said([write('00 a4 e4')])).toBe('entire display on, from RAM (0xa4), unknown command (0xe4)');
    expect(said([read('40')])).toBe('read 40');
    expect(said([write('')])).toBe('probe');
    expect(said([write(`00 ${'e3 '.repeat(30)}`)])).toMatch(/^(NOP \(0xe3\), ){24}and 6 more$/);
    const page = { ...write(''), sent: { bytes: new Uint8Array(100).fill(0x40), length: 1025 } };
    expect(said([page])).toBe(`data: ${Array(16).fill('40').join(' ')} … (1024 bytes)`);
  });

  it('goes by the address width that the node names', async () => {
    const part = { compatible: ['atmel,24c02'], addressWidth: 16 };
    expect(await textOf('i2c', part, [write('00 10 99')])).toBe('write 0x0010: 99');
  });

  it('shows the first bytes of many, and how many there were', async () => {
    const long = { ...write(''), sent: { bytes: new Uint8Array(100).fill(0x11), length: 4000 } };
    expect(await textOf('spi', { compatible: ['x'] }, [long])).toBe(
      `send ${Array(16).fill('11').join(' ')} … (4000 bytes)`,
    );
  });
});

describe('what a transfer met', () => {
  it('is nothing to tell of one that went smoothly', () => {
    expect(notesText(transferOf())).toBe('');
  });

  it('is told behind its meaning', () => {
    const met = { queuedMs: 12, attempts: 2, stretchedNs: 25e6, struck: ['nack of &temp'] };
    expect(notesText(transferOf({ ...met, nack: { message: 0, byte: 2 } }))).toBe(
      '; byte 2 was not acknowledged; waited 12.0 ms for its turn; 2 attempts; SCL stretched 25.0 ms; injected: nack of &temp',
    );
  });
});
