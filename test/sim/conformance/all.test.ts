import { describe, expect, it } from 'vitest';
import { loadParts } from '../../../src/parts/index.ts';
import { partChecks } from '../../../src/sim/authors.ts';
import { modelsOf } from '../../../src/sim/index.ts';
import { EXCEPTIONS } from './exceptions.ts';

/**
 * Beyond this, copies of the memory are all that a check does: a larger memory has the same model, and differs in its
 * size, and these in what goes with four bytes of address.
 */
const LARGEST_MEMORY = 1 << 20;
const LARGER_TOO = ['winbond,w25q256jvm', 'micron,n25q256a', 'spansion,s25fl256s1'];

const STEPS = 60;
const all = await loadParts();
/** Parts that are registers and no more differ in their bus form only: one of each form is checked. */
const formOf = ({ bus: { i2c, spi } }: (typeof all)[number]) =>
  JSON.stringify([{ ...i2c, address: 0 }, { ...spi }]);
const isOneOfMany = (part: (typeof all)[number]) =>
  part.level === 'answers' &&
  part !== all.find((other) => other.level === 'answers' && formOf(other) === formOf(part));
const isChecked = (part: (typeof all)[number]) => {
  const {
    memory,
    compatible: [name = ''],
  } = part;
  if (isOneOfMany(part)) return false;
  return memory === undefined || memory.size <= LARGEST_MEMORY || LARGER_TOO.includes(name);
};
const checked = all.filter(isChecked);

it('every part is checked, but for larger memories of the same models', () => {
  const names = checked.map(({ compatible }) => compatible[0]);
  for (const name of [...Object.keys(EXCEPTIONS), ...LARGER_TOO]) expect(names).toContain(name);
  const others = all.filter((part) => !isChecked(part) && !isOneOfMany(part));
  expect(others.every(({ bus }) => bus.spi?.form === 'instructions')).toBe(true);
  expect(new Set(checked.filter(({ level }) => level === 'answers').map(formOf)).size).toBeGreaterThan(5);
  expect(checked.length).toBeGreaterThan(150);
});

describe.each(checked.map((part) => [part.compatible[0] as string, part] as const))(
  '%s',
  (compatible, part) => {
    for (const model of modelsOf(part)) {
      const { options = {} } = EXCEPTIONS[compatible] ?? {};
      for (const { name, check } of partChecks(model, { steps: STEPS, ...options }))
        it(name, () => expect(check).not.toThrow());
    }
  },
);
