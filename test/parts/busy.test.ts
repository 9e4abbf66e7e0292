import { expect, it } from 'vitest';
import { busyWith } from '../../src/parts/busy.ts';

it('says what a part is busy with, and for how many milliseconds; nothing once it is ready', () => {
  expect(busyWith('write cycle', 3_249_000)).toBe('busy: write cycle, 3.2 ms left');
  expect(busyWith('write cycle', 1)).toBe('busy: write cycle, 0.0 ms left');
  expect(busyWith('write cycle', 0)).toBeUndefined();
  expect(busyWith('write cycle', -1)).toBeUndefined();
});
