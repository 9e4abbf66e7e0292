import { expect, it } from 'vitest';
import { checkPart } from '../../../src/sim/populate/check-part.ts';
import type { I2cPart, SpiPart } from '../../../src/sim/wire/part.ts';

const nothing = () => {};
const i2c = {
  state: {},
  addresses: [0x10, 0x11],
  start: nothing,
  write: nothing,
  read: nothing,
  stop: nothing,
  reset: nothing,
};
const spi = { state: {}, select: nothing, transfer: nothing, deselect: nothing, reset: nothing };
const check = (bus: 'i2c' | 'spi', part: unknown) => checkPart(bus, part as I2cPart & SpiPart);

it('what a wire calls is all that a part must have', () => {
  expect([check('i2c', i2c), check('spi', spi)]).toEqual([i2c, spi]);
});

it.each([undefined, null, 5, 'part'])('%s is no part', (part) => {
  expect(() => check('spi', part)).toThrow('create() returned no part');
});

it.each([
  ['i2c', i2c, ['start', 'write', 'read', 'stop', 'reset']],
  ['spi', spi, ['select', 'transfer', 'deselect', 'reset']],
] as const)('on %s each missing method is named', (bus, part, methods) => {
  for (const method of methods)
    expect(() => check(bus, { ...part, [method]: 1 })).toThrow(`the part has no method ${method}()`);
});

it.each([undefined, 0x10, ['0x10'], [0x10, 0.5]])('the addresses %j are none', (addresses) => {
  expect(() => check('i2c', { ...i2c, addresses })).toThrow('the part has no list "addresses" of numbers');
});
