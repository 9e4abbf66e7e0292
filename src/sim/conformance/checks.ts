import { deepStrictEqual } from 'node:assert';
import { SECOND } from '../kit/clock.ts';
import type { PropertyDeclaration } from '../wire/property.ts';
import { type Given, told } from './given.ts';
import { Random } from './random.ts';
import { type Runs, SINGLE, WHOLE } from './specimen.ts';
import { type Step, stepText } from './traffic.ts';

/** Something that must hold, and of which parts. */
export interface Check {
  /** `goes on from a snapshot`: goes on behind the part's name. */
  readonly name: string;
  /** @throws {Error} it does not hold */
  readonly check: (given: Given) => void;
  /** Default: all. */
  readonly applies?: (given: Given) => boolean;
}

const HOURS = 3 * 3600 * SECOND;

/** What must hold for every part. */
export const CHECKS: readonly Check[] = [
  { name: 'takes whatever a driver sends', check: takesAnything },
  {
    name: 'answers at its addresses and no others',
    check: answersAtItsAddresses,
    applies: ({ model }) => model.bus === 'i2c',
  },
  { name: 'means the same by bytes in runs of any length', check: runsMeanTheSame },
  { name: 'goes on from a snapshot as if no time had passed', check: goesOnFromSnapshot },
  { name: 'is as new after a power-on reset', check: isAsNew, applies: ({ keeps }) => !keeps },
  { name: 'is silent without power, and as after power-on with it again', check: isSilentWithoutPower },
  { name: 'takes the values that its properties allow', check: takesItsValues },
  { name: 'does the same while mistakes are told', check: strictDoesTheSame },
];

function takesAnything(given: Given): void {
  const part = given.fresh();
  for (const step of given.traffic(1)) given.did(part, step);
}

/** Those below 8 and above 77h are the bus's own. A shared one need not be heard always: an alert's is not. */
function answersAtItsAddresses(given: Given): void {
  const part = given.fresh();
  const { own, shared } = part.addresses;
  const found = part.acknowledged();
  const silent = own.filter((address) => address >= 8 && address < 0x78 && !found.includes(address));
  const strange = found.filter((address) => !own.includes(address) && !shared.includes(address));
  if (silent.length === 0 && strange.length === 0) return;
  const list = (all: readonly number[]) => all.map((one) => `0x${one.toString(16)}`).join(', ') || 'none';
  throw new Error(`it says that it has ${list([...own, ...shared])}, and acknowledges ${list(found)}`);
}

function runsMeanTheSame(given: Given): void {
  const random = new Random(given.seed + 2);
  const some: Runs = (bytes) => {
    const lengths: number[] = [];
    for (let left = bytes; left > 0; left -= lengths.at(-1) as number) lengths.push(1 + random.below(left));
    return lengths;
  };
  for (const [runs, how] of [
    [SINGLE, 'byte by byte'],
    [some, 'in several runs'],
  ] as const) {
    const [one, other] = [given.fresh(), given.fresh()];
    eachSame(given.traffic(3), [
      ['in one run', (step) => given.did(one, step, WHOLE)],
      [how, (step) => given.did(other, step, runs)],
    ]);
    same(one.snapshot(), other.snapshot(), `the state after transfers in one run and ${how}`);
  }
}

function goesOnFromSnapshot(given: Given): void {
  const part = given.fresh();
  for (const step of given.traffic(4)) given.did(part, step);
  const kept = part.snapshot();
  const later = given.traffic(5);
  const before = later.map((step) => given.did(part, step));
  const end = part.snapshot();
  given.did(part, { kind: 'wait', ns: HOURS });
  part.restore(kept);
  same(kept, part.snapshot(), 'a snapshot that was put back and the snapshot after it');
  let index = 0;
  eachSame(later, [
    ['after a snapshot', () => before[index++] as string],
    ['after it was put back', (step) => given.did(part, step)],
  ]);
  same(end, part.snapshot(), 'the state after the same transfers, from a snapshot and after it was put back');
}

function isAsNew(given: Given): void {
  const [used, fresh] = [given.fresh(), given.fresh()];
  for (const step of given.traffic(6, false)) given.did(used, step);
  used.reset();
  for (const part of [used, fresh]) given.did(part, { kind: 'wait', ns: given.startUpNs });
  eachSame(given.traffic(7, false), [
    ['of a fresh part', (step) => given.did(fresh, step)],
    ['after a power-on reset', (step) => given.did(used, step)],
  ]);
}

function isSilentWithoutPower(given: Given): void {
  const [used, fresh] = [given.fresh(), given.fresh()];
  for (const step of given.traffic(9, false)) given.did(used, step);
  const { contents } = used;
  used.power(false);
  for (const step of given.traffic(10, false)) {
    const seen = used.do(step);
    const { driven } = used;
    if (driven.length > 0) throw new Error(`without power it drives ${driven.join(', ')}`);
    if (step.kind === 'transfer' && !isSilence(given, seen))
      throw new Error(`without power it answers ${stepText(step)}: ${seen}`);
  }
  used.power(true);
  told(used, 'its power was switched');
  same(contents, used.contents, 'the memory before it was without power and after it');
  for (const part of [used, fresh]) given.did(part, { kind: 'wait', ns: given.startUpNs });
  if (given.keeps) return;
  eachSame(given.traffic(11, false), [
    ['of a fresh part', (step) => given.did(fresh, step)],
    ['after it was without power', (step) => given.did(used, step)],
  ]);
}

/** Nobody acknowledges; on SPI the pulled-up MISO comes in. */
function isSilence({ model }: Given, seen: string): boolean {
  const [first = ''] = seen.split(/, [A-Z]/);
  return model.bus === 'i2c' ? seen.startsWith('no acknowledge of the address') : /^[f, ]*$/.test(first);
}

function takesItsValues(given: Given): void {
  const part = given.fresh();
  for (const { name, range, kind, readOnly } of given.model.properties) {
    part.get(name);
    if (readOnly === true || range === undefined || kind === 'bytes' || kind === 'text') continue;
    for (const value of range.filter(Number.isFinite)) {
      part.set(name, value);
      const got = part.get(name);
      if (typeof got !== 'number' || Math.abs(got - value) > tolerance({ range }))
        throw new Error(`${name} was set to ${value}, and is ${got}`);
    }
  }
  told(part, 'its properties were set');
}

/** What a part may round a value to that it is told: a hundredth of what it can sense. */
function tolerance({ range: [low, high] = [0, 0] }: Pick<PropertyDeclaration, 'range'>): number {
  return Number.isFinite(high - low) ? (high - low) / 100 : 0;
}

function strictDoesTheSame(given: Given): void {
  const [plain, strict] = [given.fresh(), given.fresh(true)];
  eachSame(given.traffic(8), [
    ['usually', (step) => given.did(plain, step)],
    ['with dtbus,strict', (step) => strict.do(step)],
  ]);
  same(plain.snapshot(), strict.snapshot(), 'the state after transfers, usually and with dtbus,strict');
}

/** What happens in a step, told by what is different in how it is done. */
type Way = readonly [how: string, does: (step: Step) => string];

/** @throws {Error} the step of which something else came, and what */
export function eachSame(
  steps: readonly Step[],
  [[how, does], [other, doesOther]]: readonly [Way, Way],
): void {
  for (const [index, step] of steps.entries()) {
    const [expected, seen] = [does(step), doesOther(step)];
    if (expected !== seen)
      throw new Error(`step ${index + 1} (${stepText(step)}) ${how}: ${expected}; ${other}: ${seen}`);
  }
}

function same(expected: object, actual: object, what: string): void {
  try {
    deepStrictEqual(actual, expected);
  } catch (error) {
    throw new Error(`${what} differ: ${(error as Error).message}`, { cause: error });
  }
}
