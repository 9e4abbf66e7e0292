import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { FenceCounter } from '../../src/remote/index.ts';

function place(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-fence-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'state', 'fence');
}

const never = (sentence: string): void => {
  throw new Error(sentence);
};

it('grows over a restart with a clock that was set back, and over 10,000 leases that were not written down', () => {
  const file = place();
  const first = new FenceCounter(file, never, 1_000_000);
  let last = 0;
  for (let n = 0; n < 10_500; n++) last = first.next();
  expect(last).toBe(1_010_500);
  expect(new FenceCounter(file, never, 5).next()).toBeGreaterThan(last);
  expect(Number(readFileSync(file, 'utf8'))).toBeGreaterThan(last);
});

it('begins at the time where its file was lost', () => {
  expect(new FenceCounter(place(), never, 1_700_000_000_000).next()).toBe(1_700_000_000_001);
});

it('goes on where nothing can be written, and says so once', () => {
  const told: string[] = [];
  const counter = new FenceCounter('/dev/full/fence', (sentence) => told.push(sentence), 7);
  let last = 0;
  for (let n = 0; n < 30_000; n++) last = counter.next();
  expect(last).toBe(30_007);
  expect(told).toHaveLength(1);
  expect(told[0]).toMatch(/^cannot write \/dev\/full\/fence: .*is a file and not a folder; leases/);
});
