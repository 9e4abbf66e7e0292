// Compares this build with another: the machine's own swing is larger than what is looked for, so the two are measured
// in turn, and what counts is the median of the ratios of the pairs.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './report.mjs';

const here = fileURLToPath(new URL('../../', import.meta.url));
const LIMIT = 1.05;
/** How the aim of a row begins that compares both builds by itself. */
export const OF_BOTH = 'of both';

/** The rows of one run of a bench on the build in `checkout`, by what they are. `compared`: the other build, for some rows of both. */
function rows(bench, checkout, compared) {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-bench-'));
  const file = join(folder, 'rows');
  const other = compared === undefined ? {} : { DTBUS_BENCH_COMPARED: compared };
  const env = { ...process.env, DTBUS_BENCH_CHECKOUT: checkout, DTBUS_BENCH_ROWS: file, ...other };
  try {
    const { status, stderr } = spawnSync(process.execPath, [bench], { env, encoding: 'utf8' });
    if (status !== 0) console.error(`${bench} ended with ${status} on ${checkout}:\n${stderr}`);
    const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    return new Map(lines.map((line) => JSON.parse(line)).map((row) => [row.what, row]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The columns of one row of the report, from its [base, now] in each pair. */
function compareRow(found) {
  const { what, unit, aim } = found[0][1];
  const higherIsBetter = unit === 'GB/s' || aim.startsWith('at least');
  const worse = ([base, now]) => (base === now ? 1 : higherIsBetter ? base / now : now / base);
  const values = found.map((pair) => pair.map((row) => row.value));
  const ratios = values.map(worse).sort((a, b) => a - b);
  const sides = [0, 1].map((i) => values.map((pair) => pair[i]));
  const best = worse(sides.map((side) => (higherIsBetter ? Math.max(...side) : Math.min(...side))));
  const middle = median(ratios);
  const number = (value) => value.toFixed(Math.abs(value) < 10 ? 2 : 1).padStart(8);
  const columns = [
    what.padEnd(62),
    ...sides.map((side) => number(median(side))),
    unit.padEnd(5),
    middle.toFixed(3),
    `(${ratios[0].toFixed(2)} to ${ratios.at(-1).toFixed(2)})`.padEnd(16),
    best.toFixed(3),
    middle > LIMIT ? `ABOVE ${LIMIT}` : '',
  ];
  return { middle, line: columns.join(' ').trimEnd() };
}

/**
 * Runs a bench of this checkout in so many pairs, on the build in the folder `against` and on this one, and prints for
 * each row the median of the ratios, the lowest and the highest, and the ratio of the best values, which a busy machine
 * disturbs least. False when a median is above 1.05.
 */
export function compare(bench, against, count) {
  const base = `${resolve(against)}/`;
  const pairs = Array.from({ length: count }, (_, i) => {
    // Whichever is second finds a warmer machine.
    const order = i % 2 === 0 ? [base, here] : [here, base];
    const both = new Map(
      order.map((checkout) => [checkout, rows(bench, checkout, checkout === here ? base : undefined)]),
    );
    return [both.get(base), both.get(here)];
  });
  console.log(
    `${'median of each, ratio (lowest to highest), ratio of the best'.padEnd(62)}     base      now`,
  );
  let held = true;
  for (const what of pairs[0][1].keys()) {
    const found = pairs.map((both) => both.map((each) => each.get(what)));
    // A run that failed has said so; a row of one side only has nothing to be compared with.
    const whole = found.filter((both) => !both.includes(undefined));
    if (whole.length === 0) continue;
    const { middle, line } = compareRow(whole);
    console.log(line);
    held &&= middle <= LIMIT;
  }
  for (const [what, { unit, aim }] of pairs[0][1]) {
    if (!aim.startsWith(OF_BOTH)) continue;
    const values = pairs.map(([, now]) => now.get(what)?.value ?? Number.NaN);
    console.log(`${what.padEnd(62)} ${median(values).toFixed(3).padStart(17)} ${unit.padEnd(5)} ${aim}`);
  }
  return held;
}
