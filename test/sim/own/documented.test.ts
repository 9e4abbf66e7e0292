import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openBoard } from '../../../src/board/index.ts';
import { ownParts } from '../../../src/sim/own-part.ts';
import { failureOf } from './running.ts';

/*
 * Whoever writes a part has the package's README files alone. What there is, the errors list.
 */

const PARTS = readFileSync('src/parts/README.md', 'utf8');
const README = readFileSync('README.md', 'utf8');
const NOTHING = 'qqqqqqqqqqqq';

/** What a sentence lists behind `expected one of` or `the options are`. */
function listedIn(sentence: string | undefined): readonly string[] {
  const [, list = ''] = /(?:expected one of|the options are) (.*)$/.exec(sentence ?? '') ?? [];
  return list.split(', ');
}

/** Those of `names` that no code in `text` has. */
function untold(text: string, names: readonly string[]): readonly string[] {
  const code = [...text.matchAll(/`[^`]+`|```[\s\S]*?```/g)].map(([part]) => part).join(' ');
  return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(code));
}

it.each<[string, number, () => string | undefined]>([
  ['key of a data sheet', 15, () => ownParts({ parts: [{ [NOTHING]: 1 }] }).faults[0]],
  [
    'key of a register',
    6,
    () =>
      ownParts({
        parts: [
          {
            compatible: ['a'],
            title: 'a',
            bus: { i2c: { form: 'byte registers', address: 1 } },
            registers: { A: { at: 0, [NOTHING]: 1 } },
          },
        ],
      }).faults[0],
  ],
  ['member of the kit', 28, () => failureOf((_, kit) => kit[NOTHING])],
  ['member of what a model returns', 25, () => failureOf(() => ({ [NOTHING]: 1 }))],
  ['method of i2c', 4, () => failureOf(() => ({ i2c: { write() {}, read() {}, [NOTHING]: 1 } }))],
  ['method of spi', 3, () => failureOf(() => ({ spi: { transfer() {}, [NOTHING]: 1 } }))],
  [
    'method of instruction',
    8,
    () => failureOf(() => ({ instruction: { send() {}, take() {}, execute() {}, [NOTHING]: 1 } })),
  ],
])('every %s is told', (_what, least, sentence) => {
  const names = listedIn(sentence());
  expect(names.length).toBeGreaterThanOrEqual(least);
  expect(untold(PARTS, names)).toEqual([]);
});

it('every option of openBoard is told', async () => {
  const error = await openBoard({ [NOTHING]: 1 } as never).catch(String);
  const names = listedIn(error as string);
  expect(names.length).toBeGreaterThan(12);
  expect(untold(README, names)).toEqual([]);
});
