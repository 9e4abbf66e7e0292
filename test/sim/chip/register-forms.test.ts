import { describe, expect, it } from 'vitest';
import { ownParts } from '../../../src/sim/own-part.ts';
import { onI2c, onSpi } from './own-sheet.ts';

/** Registers as real parts have them, by a data sheet alone: no model is needed. */

describe('register numbers of 16 bits', () => {
  // VL53L1X: identification at 010Fh; an odd interrupt polarity at 0030h.
  const vl53l1x = {
    compatible: ['test,vl53l1x'],
    title: 'VL53L1X',
    bus: { i2c: { form: 'byte registers', address: 0x29, pointerBytes: 2 } },
    registers: {
      I2C_ADDRESS: { at: 0x0001, reset: 0x29 },
      GPIO_HV_MUX: { at: 0x0030, reset: 0x11 },
      INTERMEASUREMENT: { at: 0x006c, width: 32 },
      MODEL_ID: { at: 0x010f, reset: 0xea, access: 'ro' },
      MODULE_TYPE: { at: 0x0110, reset: 0xcc, access: 'ro' },
    },
  };

  it('name bytes that follow each other over FFh', async () => {
    const { read, write } = onI2c(vl53l1x);
    expect(read([0x01, 0x0f], 2)).toEqual([0xea, 0xcc]);
    expect(read([0x00, 0x0f], 1)).toEqual([0]);
    write(0x00, 0x30, 0x01);
    expect(read([0x00, 0x30], 1)).toEqual([0x01]);
    write(0x01, 0x0f, 0x55, 0x66);
    expect(read([0x01, 0x0f], 2)).toEqual([0xea, 0xcc]);
  });

  it('a wide register is written as a whole', async () => {
    const { read, write } = onI2c(vl53l1x);
    write(0x00, 0x6c, 0x80, 0x00, 0x01);
    expect(read([0x00, 0x6c], 4)).toEqual([0, 0, 0, 0]);
    write(0x00, 0x6c, 0x80, 0x00, 0x01, 0x02);
    expect(read([0x00, 0x6c], 4)).toEqual([0x80, 0x00, 0x01, 0x02]);
  });

  it('SGTL5000: values of 16 bits, one after the other', async () => {
    const { read, write } = onI2c({
      compatible: ['test,sgtl5000'],
      title: 'SGTL5000',
      bus: { i2c: { form: 'word registers', address: 0x0a, pointerBytes: 2 } },
      registers: {
        CHIP_ID: { at: 0x0000, reset: 0xa011, access: 'ro' },
        CHIP_ANA_POWER: { at: 0x0030, reset: 0x7060 },
        DAP_AVC_DECAY: { at: 0x012a, reset: 0x0050 },
      },
    } as const);
    expect(read([0, 0], 2)).toEqual([0xa0, 0x11]);
    expect(read([0x01, 0x2a], 2)).toEqual([0x00, 0x50]);
    write(0x00, 0x30, 0x40, 0x60);
    expect(read([0x00, 0x30], 4)).toEqual([0x40, 0x60, 0x40, 0x60]);
  });

  it('are those of bytes in an SGTL5000: the word that follows is two further', async () => {
    const { read, write } = onI2c({
      compatible: ['test,sgtl5000'],
      title: 'SGTL5000',
      bus: {
        i2c: { form: 'word registers', address: 0x0a, pointerBytes: 2, advances: true, stride: 2 },
      },
      registers: {
        CHIP_ID: { at: 0x0000, reset: 0xa011, access: 'ro' },
        CHIP_DIG_POWER: { at: 0x0002, reset: 0x0000 },
        CHIP_CLK_CTRL: { at: 0x0004, reset: 0x0008 },
        CHIP_I2S_CTRL: { at: 0x0006, reset: 0x0010 },
      },
    } as const);
    expect(read([0, 4], 4)).toEqual([0x00, 0x08, 0x00, 0x10]);
    write(0, 2, 0x00, 0x73, 0x00, 0x04);
    expect(read([0, 0], 6)).toEqual([0xa0, 0x11, 0x00, 0x73, 0x00, 0x04]);
  });
});

it('BQ27441: words with the least significant byte first, one register after the other', async () => {
  const { read, write } = onI2c({
    compatible: ['test,bq27441'],
    title: 'BQ27441',
    bus: { i2c: { form: 'byte registers', address: 0x55, littleEndian: true } },
    registers: {
      CONTROL: { at: 0x00, width: 16 },
      TEMPERATURE: { at: 0x02, width: 16, access: 'ro' },
      VOLTAGE: { at: 0x04, width: 16, reset: 3700, access: 'ro' },
    },
  } as const);
  expect(read([0x04], 2)).toEqual([0x74, 0x0e]);
  write(0x00, 0x21, 0x04);
  expect(read([0x00], 2)).toEqual([0x21, 0x04]);
  // Numbers are those of bytes: the register behind 02h is 04h.
  expect(read([0x00], 6)).toEqual([0x21, 0x04, 0, 0, 0x74, 0x0e]);
});

it('HTS221-like words may follow each other, where the data sheet says so', async () => {
  const sheet = {
    compatible: ['test,words'],
    title: 'words',
    bus: { i2c: { form: 'word registers', address: 0x29, advances: true } },
    registers: { FIRST: { at: 0, reset: 0x1122 }, SECOND: { at: 1, reset: 0x3344 } },
  } as const;
  const { read, write } = onI2c(sheet);
  expect(read([0], 4)).toEqual([0x11, 0x22, 0x33, 0x44]);
  write(0, 0xa1, 0xa2, 0xb1, 0xb2);
  expect(read([0], 4)).toEqual([0xa1, 0xa2, 0xb1, 0xb2]);
});

describe('banks', () => {
  // ICM-20948: WHO_AM_I in bank 0, and bits 5:4 of 7Fh, which is in all banks, choose.
  const icm20948 = {
    compatible: ['test,icm20948'],
    title: 'ICM-20948',
    bus: { i2c: { form: 'byte registers', address: 0x68 } },
    banks: { register: 'REG_BANK_SEL', field: 'USER_BANK' },
    registers: {
      WHO_AM_I: { at: 0x00, bank: 0, reset: 0xea, access: 'ro' },
      PWR_MGMT_1: { at: 0x06, bank: 0, reset: 0x41 },
      GYRO_SMPLRT_DIV: { at: 0x00, bank: 2 },
      GYRO_CONFIG_1: { at: 0x01, bank: 2, reset: 0x01 },
      REG_BANK_SEL: { at: 0x7f, fields: { USER_BANK: [5, 4] } },
    },
  };

  it('the same number means another register in each', async () => {
    const { read, write } = onI2c(icm20948);
    expect(read([0x00], 1)).toEqual([0xea]);
    write(0x7f, 0x20);
    expect(read([0x00], 2)).toEqual([0x00, 0x01]);
    write(0x00, 0x55);
    expect(read([0x00], 1)).toEqual([0x55]);
    expect(read([0x06], 1)).toEqual([0x00]);
    write(0x7f, 0x00);
    expect(read([0x00], 1)).toEqual([0xea]);
    expect(read([0x7f], 1)).toEqual([0x00]);
  });

  it('need a register that chooses them', () => {
    const { banks: _, ...without } = icm20948;
    expect(ownParts({ parts: [without] }).faults).toEqual([
      expect.stringContaining(
        'not found: key banks of the data sheet, which registers.WHO_AM_I.bank needs; add it',
      ),
    ]);
    const wrong = { ...icm20948, banks: { register: 'REG_BANK_SEL', field: 'BANK' } };
    expect(ownParts({ parts: [wrong] }).faults).toEqual([
      expect.stringContaining('invalid banks.field: expected a field of REG_BANK_SEL, got "BANK"'),
    ]);
    const twice = {
      ...icm20948,
      registers: { ...icm20948.registers, AGAIN: { at: 0x00, bank: 2 } },
    };
    expect(ownParts({ parts: [twice] }).faults).toEqual([
      expect.stringContaining('invalid registers.AGAIN.at: expected a number of its own, got 0x0'),
    ]);
  });
});

describe('SPI: a bit for the direction, six or seven for the register, then 8, 16 or 24 bits', () => {
  // AD7124-4: bit 6 reads; ID 04h, CHANNEL_0 8001h, OFFSET_0 800000h.
  const ad7124 = {
    compatible: ['test,ad7124'],
    title: 'AD7124-4',
    bus: { spi: { form: 'registers', header: { read: 0x40, address: 0x3f, increment: 0x00 } } },
    registers: {
      STATUS: { at: 0x00, access: 'ro' },
      ADC_CONTROL: { at: 0x01, width: 16 },
      DATA: { at: 0x02, width: 24, reset: 0x80_0000, access: 'ro' },
      ID: { at: 0x05, reset: 0x04, access: 'ro' },
      CHANNEL_0: { at: 0x09, width: 16, reset: 0x8001 },
      OFFSET_0: { at: 0x29, width: 24, reset: 0x80_0000 },
    },
  } as const;

  it('are read and written as wide as they are', () => {
    const { exchange } = onSpi(ad7124);
    expect(exchange([0x45], 1)).toEqual([0x04]);
    expect(exchange([0x49], 2)).toEqual([0x80, 0x01]);
    expect(exchange([0x69], 3)).toEqual([0x80, 0x00, 0x00]);
    exchange([0x29, 0x12, 0x34, 0x56]);
    expect(exchange([0x69], 3)).toEqual([0x12, 0x34, 0x56]);
    exchange([0x01, 0x05]);
    expect(exchange([0x41], 2)).toEqual([0x00, 0x00]);
    exchange([0x01, 0x05, 0x80]);
    expect(exchange([0x41], 4)).toEqual([0x05, 0x80, 0x05, 0x80]);
  });
});
