import { describe, expect, it } from 'vitest';
import { faultOf, i2cBench, spiBench } from '../sim/support.ts';
import { flash } from './memories/flash.ts';

/**
 * What a logic analyzer saw on the wires of real chips, played to the parts again: the same bytes are sent, at the same
 * distances where they matter, and the same must come back. The captures are of github.com/sigrokproject/sigrok-dumps;
 * each row says which, and what of it was of that one chip or was set before the capture begins.
 */

type Talk = (sent: readonly number[], count: number) => readonly number[];
const bytesOf = (text: string) => (text.match(/[\da-f]{2}/g) ?? []).map((byte) => Number.parseInt(byte, 16));

/** Plays lines of `sent > received`, in hexadecimal; either side may be empty. */
function replay(talk: Talk, recording: string): void {
  for (const line of recording.trim().split('\n')) {
    const [sent = '', received = ''] = line.split('>');
    const expected = bytesOf(received);
    expect(talk(bytesOf(sent), expected.length), line.trim()).toEqual(expected);
  }
}

const talkOfI2c =
  (bench: Awaited<ReturnType<typeof i2cBench>>): Talk =>
  (sent, count) => {
    if (count > 0) return sent.length > 0 ? bench.writeRead(sent, count) : bench.read(count);
    bench.write(sent);
    return [];
  };

const talkOfSpi =
  (bench: Awaited<ReturnType<typeof spiBench>>, mode = 0): Talk =>
  (sent, count) =>
    bench.exchange(sent, count, mode);

describe('clocks', () => {
  it('DS3231: a minute of its second alarm (i2c/rtc_dallas_ds3231/ds3231_ex2)', async () => {
    const bench = await i2cBench({ compatible: 'maxim,ds3231', reg: 0x68 });
    bench.set('temperature', 24);
    // Set before: the alarms and the time, ten seconds earlier.
    for (const set of ['0f 08', '0b 80 80 80', '00 50 55 13 01 07 09 20']) bench.write(bytesOf(set));
    bench.clock.advance(10e9);
    replay(
      talkOfI2c(bench),
      `0f > 0a
       0f 08
       00 > 00 56 13 01 07 09 20
       11 > 18`,
    );
  });

  it('DS3231: control, status and both alarms set (i2c/rtc_dallas_ds3231/ds3231_ex1)', async () => {
    const bench = await i2cBench({ compatible: 'maxim,ds3231', reg: 0x68 });
    bench.set('temperature', 25);
    // Set before: interrupts of both alarms, and the time.
    for (const set of ['0e 1f', '0f 08', '00 53 05 14 01 07 09 20']) bench.write(bytesOf(set));
    replay(
      talkOfI2c(bench),
      `0e > 1f
       0e 1c
       0f > 08
       0f 08
       07 00 00 00 01
       0b 80 80 80
       00 > 53 05 14 01 07 09 20
       11 > 19`,
    );
  });

  it('DS1307 in its 12-hour mode, with the control register that it came with (i2c/rtc_dallas_ds1307)', async () => {
    const bench = await i2cBench({ compatible: 'dallas,ds1307', reg: 0x68 });
    // Set before: the mode, and a day of the week that is not that of the date.
    bench.write(bytesOf('00 00 00 52'));
    bench.set('time', '2019-02-02T20:39:41Z');
    bench.write(bytesOf('03 06'));
    replay(talkOfI2c(bench), '00 > 41 39 68 06 02 02 19 03');
  });
});

describe('sensors', () => {
  // Of that one chip: 01h to 1Ch, which are reserved. Set before: POWER_CTL and DATA_FORMAT, long before.
  it('ADXL345: every register, one after another (spi/adxl345/adxl345_registers)', async () => {
    const bench = await spiBench({ compatible: 'adi,adxl345' });
    const axes = { accelX: -47, accelY: 235, accelZ: -109 };
    for (const [axis, counts] of Object.entries(axes)) bench.set(axis, counts / 256);
    for (const set of ['2d 08', '31 08']) bench.exchange(bytesOf(set), 0, 3);
    bench.clock.advance(1e9);
    const captured = bytesOf(
      `00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 0a 08 00 00 83
       08 d1 ff eb 00 93 ff 00 00`,
    );
    expect(bench.exchange([0x80], 1, 3)).toEqual([0xe5]);
    const shown = captured.map((_, index) => {
      bench.clock.advance(5.1e6);
      return bench.exchange([0x80 | (0x1d + index)], 1, 3)[0];
    });
    expect(shown).toEqual(captured);
  });

  // Set before: light, of which the chip's counts are 1.2 per lx.
  it('BH1750: one time in H-resolution (i2c/rohm_bh1750/bh1750_hresolutionmode)', async () => {
    const bench = await i2cBench({ compatible: 'rohm,bh1750', reg: 0x23 });
    bench.set('illuminance', 41 / 1.2);
    for (const opcode of bytesOf('01 42 65 20 20')) bench.write([opcode]);
    bench.clock.advance(124.6e6);
    replay(talkOfI2c(bench), '> 00 29');
  });

  it('BH1750: the same at half a count and its longest measurement time (bh1750_h2resolutionmode)', async () => {
    const bench = await i2cBench({ compatible: 'rohm,bh1750', reg: 0x23 });
    bench.set('illuminance', (226 / 1.2 / 2) * (69 / 254));
    for (const opcode of bytesOf('01 42 65 21 47 7e 21 21')) bench.write([opcode]);
    bench.clock.advance(926.7e6);
    replay(talkOfI2c(bench), '> 00 e2');
  });

  it('SHT31: warmth and dryness with their checksums (i2c/sensirion_sht3x/sensirion_sht31_25rh_28rh)', async () => {
    const bench = await i2cBench({ compatible: 'sensirion,sht3xd', reg: 0x44 });
    const captured = [
      '24 00 > 67 ad ca 48 54 85',
      '24 00 > 67 b7 52 48 33 a9',
      '24 00 > 67 c2 5f 47 fd 68',
      '24 00 > 67 d2 1c 47 dd ee',
      '24 16 > 67 e1 8a 47 df 8c',
      '24 16 > 67 e1 8a 47 9a 44',
      '24 16 > 67 f6 5e 47 a9 d2',
      '24 16 > 67 f1 c9 46 f3 83',
      '24 16 > 68 21 54 46 fb 3a',
      '24 16 > 68 1c dd 46 89 a0',
      '24 16 > 68 37 b1 46 c5 e0',
    ];
    for (const line of captured) {
      const [command, , t1 = 0, t0 = 0, , h1 = 0, h0 = 0] = bytesOf(line);
      // SHT3x-DIS, 4.13 "Conversion of signal output".
      bench.set('temperature', -45 + (175 * ((t1 << 8) | t0)) / 65535);
      bench.set('humidity', (100 * ((h1 << 8) | h0)) / 65535);
      bench.write([command as number, ...bytesOf(line).slice(1, 2)]);
      bench.clock.advance(15e6);
      replay(talkOfI2c(bench), line.slice(line.indexOf('>')));
    }
  });

  it('FM75, an LM75: 30.0 and 30.5 °C without a pointer (i2c/rding_temper)', async () => {
    const bench = await i2cBench({ compatible: 'national,lm75', reg: 0x4f });
    for (const [celsius, line] of [
      [30, '> 1e 00'],
      [30.5, '> 1e 80'],
    ] as const) {
      bench.set('temperature', celsius);
      bench.clock.advance(1e9);
      replay(talkOfI2c(bench), line);
    }
  });
});

describe('expanders', () => {
  it('MCP23017: every register cleared, then two ports that count (i2c/microchip_mcp23017, counter_init_ab_write_read)', async () => {
    const bench = await i2cBench({ compatible: 'microchip,mcp23017', reg: 0x20 });
    bench.write(bytesOf('00 00 00'));
    bench.write([0x00, ...new Array(20).fill(0)]);
    for (let count = 0; count < 0x53; count++) {
      const ports = [count, 0xff - count];
      bench.write([0x14, ...ports]);
      expect(bench.writeRead([0x12], 2)).toEqual(ports);
    }
  });
});

describe('memories', () => {
  // A 24AA025UID; 24AA025E48 is the same memory with another number in its upper half.
  it('24AA025: a page that is written over its end (i2c/eeprom_24xx/microchip_24aa025uid)', async () => {
    for (const [length, after] of [
      [16, '00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f'],
      [17, '10 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f ff'],
      [48, `20 21 22 23 24 25 26 27 28 29 2a 2b 2c 2d 2e 2f ${'ff '.repeat(32)}`],
    ] as const) {
      const bench = await i2cBench({ compatible: 'microchip,24aa025e48', reg: 0x50 });
      replay(talkOfI2c(bench), `00 > ${'ff '.repeat(length)}`);
      bench.write([0x00, ...Array.from({ length }, (_, index) => index)]);
      bench.clock.advance(5.1e6);
      replay(talkOfI2c(bench), `00 > ${after}`);
    }
  });

  it('24AA025: not acknowledged 3 ms after a write, acknowledged after 5 ms (the same, seqrndread128_bytewrite128)', async () => {
    const bench = await i2cBench({ compatible: 'microchip,24aa025e48', reg: 0x50 });
    bench.write(bytesOf('00 00'));
    bench.clock.advance(3.08e6);
    expect(faultOf(() => bench.write(bytesOf('02 02')))).toBe('ENXIO');
    bench.clock.advance(2e6);
    bench.write(bytesOf('02 02'));
  });

  // An MX25L1605D, of which MX25L1606E has the id and the instructions.
  it('MX25L1605D: ids that begin again, and a sector that is erased (spi/mx25l1605d, spi/spiflash)', async () => {
    const bench = await flash('macronix,mx25l1606e');
    bench.set('timeScale', 1);
    const talk = talkOfSpi(bench);
    replay(
      talk,
      `9f > c2 20 15 c2
       90 00 00 00 > c2 14
       05 > 00 00
       06 >
       20 01 90 00 >
       05 > 03 03`,
    );
    bench.clock.advance(10e9);
    replay(talk, '05 > 00 00');
  });

  it('W25Q80DV: erased, written and read (spi/spiflash/winbond_w25q80d/chip_erase_and_writes)', async () => {
    const bench = await flash('winbond,w25q80');
    bench.set('timeScale', 1);
    const rows = `05 > 00
      9f > ef 40 14
      05 > 00
      06 >
      05 > 02
      60 >
      05 > 03
      wait
      05 > 00
      03 0a ea fd > ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff
      05 > 00
      06 >
      05 > 02
      02 0a ea fd 2a 20 20 >
      05 > 03
      wait
      05 > 00
      06 >
      05 > 02
      02 0a eb 00 20 20 28 2e 29 28 2e 29 20 20 20 20 2a >
      05 > 03
      wait
      05 > 00
      06 >
      05 > 02
      05 > 02
      03 0a ea fd > 2a 20 20 20 20 28 2e 29 28 2e 29 20 20 20 20 2a
      05 > 02
      03 00 05 39 > ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff
      05 > 02
      02 00 05 39 2a 20 48 65 6c 6c 6f 2c 20 20 20 54 32 20 20 2a >
      05 > 03`;
    for (const part of rows.split('wait')) {
      replay(talkOfSpi(bench), part);
      bench.clock.advance(100e9);
    }
  });
});
