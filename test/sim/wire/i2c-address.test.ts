import { describe, expect, it } from 'vitest';
import { NodeError, TEN_BIT_ADDRESS } from '../../../src/bus/index.ts';
import { i2cAddress, i2cAddresses } from '../../../src/sim/wire/i2c-address.ts';
import { node } from '../../support/node.ts';

const ten = (address: number) => (TEN_BIT_ADDRESS | address) >>> 0;
/** Linux include/dt-bindings/i2c/i2c.h: `I2C_OWN_SLAVE_ADDRESS`. */
const own = (address: number) => (0x4000_0000 | address) >>> 0;
const part = (...reg: number[]) => node('part', { reg });

describe('the addresses of an I2C part', () => {
  it.each([
    [[0x01], [0x01]],
    [[0x7f], [0x7f]],
    [
      [0x48, 0x49],
      [0x48, 0x49],
    ],
    [[ten(0)], [ten(0)]],
    [[ten(0x3ff)], [ten(0x3ff)]],
    [[own(0x48), 0x49], [0x49]],
    [[own(ten(0x48))], []],
  ])('%j are %j', (reg, addresses) => {
    expect(i2cAddresses(part(...reg))).toEqual(addresses);
  });

  it('are none without reg', () => {
    expect(i2cAddresses(node('part'))).toEqual([]);
    expect(() => i2cAddress(node('part'))).toThrow(NodeError);
    expect(() => i2cAddress(node('part'))).toThrow(/^\/part.*reg.*: the I2C address of the part is missing$/);
    expect(i2cAddress(part(0x48, 0x49))).toBe(0x48);
  });

  it.each([
    [0, 'invalid I2C address: expected 0x01 to 0x7f, got 0x0'],
    [0x80, 'expected 0x01 to 0x7f, got 0x80; a ten-bit one needs bit 31 set (I2C_TEN_BIT_ADDRESS)'],
    [own(0x80), 'expected 0x01 to 0x7f, got 0x80'],
    [ten(0x400), 'invalid ten-bit I2C address: expected 0 to 0x3ff, got 0x400'],
  ])('are not %i', (reg, sentence) => {
    expect(() => i2cAddresses(part(reg))).toThrow(sentence);
  });
});
