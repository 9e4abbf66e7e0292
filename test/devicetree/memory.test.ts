import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { HOSTILE } from './hostile.ts';

const MIB = 1024 * 1024;
const compiler = fileURLToPath(new URL('compile-stdin.mjs', import.meta.url));

/** Newer Nodes have more room for young objects, which is theirs: here as much as in Node 20. */
const YOUNG = '--max-semi-space-size=16';

/** The most memory, in bytes, that a process of its own has had to compile the text. */
function memoryFor(text: string): number {
  const { stdout, stderr } = spawnSync(process.execPath, [YOUNG, compiler], {
    input: Buffer.from(text, 'latin1'),
    encoding: 'utf8',
    timeout: 60_000,
  });
  const peak = Number(stdout);
  if (!(peak > 0)) throw new Error(stderr || 'the compiler did not come to an end');
  return peak;
}

const baseline = memoryFor('/dts-v1/; / { };');

test.each(Object.entries(HOSTILE))(
  '%s takes no more than 64 MiB above a hundred times the input',
  (_, make) => {
    const text = make();
    const allowed = 64 * MIB + 100 * text.length;
    expect((memoryFor(text) - baseline) / MIB).toBeLessThan(allowed / MIB);
  },
);
