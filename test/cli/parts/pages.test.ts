import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { loadCatalogue } from '../../../src/board/index.ts';
import { JUDGES } from '../../../src/cli/parts/judges.ts';
import { listParts } from '../../../src/cli/parts/part-listing.ts';
import { readJudges } from '../../support/part-table.ts';
import { dtbusHere } from '../run-here.ts';

const parts = listParts((await loadCatalogue()).models);
/** They stand for whatever the tree describes. */
const GENERIC = ['register-map', 'spi-loopback-test'];

it('the page of every part has its source, its registers or commands, and what is not modelled', () => {
  expect(parts.length).toBeGreaterThan(300);
  const lacking = parts
    .filter(({ name }) => !GENERIC.includes(name))
    .filter(({ sheet }) => {
      if (sheet?.source === undefined || sheet.notModelled.length === 0) return true;
      const { registers, instructions, memory, forms } = sheet;
      const isBusOnly =
        forms.i2c?.form === 'other' || forms.i2c?.form === 'commands' || forms.spi?.form === 'other';
      return registers.length === 0 && instructions.length === 0 && memory === undefined && !isBusOnly;
    })
    .map(({ name }) => name);
  expect(lacking).toEqual([]);
});

it('a part that behaves has something to set or to look at, or a memory, or a bus', () => {
  const idle = parts
    .filter(
      ({ level, properties, sheet }) => level === 'behaves' && properties.length === 0 && !sheet?.memory,
    )
    .map(({ name }) => name);
  expect(idle).toEqual(['spi-loopback-test']);
});

it('who judged a part is told as the table of the tests has it, and nobody where nobody did', async () => {
  const readme = readFileSync(new URL('../../../src/sim/README.md', import.meta.url), 'utf8');
  expect(JUDGES).toEqual(readJudges(readme));
  expect((await dtbusHere('parts', 'national,lm75')).out).toMatch(/^ {2}judged by {3}Linux: lm75$/m);
  expect(parts.filter(({ judges }) => judges.length > 0).length).toBeGreaterThan(150);
  const unjudged = parts.find(({ judges }) => judges.length === 0);
  const { out } = await dtbusHere('parts', unjudged?.compatible[0] ?? '');
  expect(out).toMatch(/^ {2}judged by {3}no driver of others: only by the tests of its data sheet$/m);
});
