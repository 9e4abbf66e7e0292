import { expect, it } from 'vitest';
import { failureOf } from '../../../src/backend/devices/failure-of.ts';
import { BusFault } from '../../../src/bus/index.ts';

const OPEN = { openingReason: undefined };

// ENXIO is 6, EREMOTEIO 121 and ETIMEDOUT 110 in Linux's errno.h.
it.each([
  ['nothing', undefined, undefined],
  [
    'an address that nobody acknowledged',
    new BusFault('ENXIO', 'address 0x50 was not acknowledged'),
    undefined,
  ],
  [
    'a part that is busy, without its errno once more',
    new BusFault('ENXIO', 'address 0x50 was not acknowledged; busy: write cycle', {
      reason: 'busy: write cycle',
    }),
    { errno: 6, sentence: 'busy: write cycle' },
  ],
  [
    'data that was refused',
    new BusFault('EREMOTEIO', 'address 0x50 did not acknowledge byte 1 of 2'),
    { errno: 121, sentence: 'address 0x50 did not acknowledge byte 1 of 2' },
  ],
])('says of %s what the errno does not', (_, fault, told) => {
  expect(failureOf(fault, false, OPEN)).toEqual(told);
});

it('says what a transfer waits for that has not begun', () => {
  expect(failureOf(undefined, true, { openingReason: 'no answer yet' })).toEqual({
    errno: 110,
    sentence: 'no answer yet',
  });
});
