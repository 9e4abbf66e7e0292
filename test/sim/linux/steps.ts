import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ServedBoard } from '../../../src/board/served.ts';
import { runGuest } from '../../../src/guest/index.ts';
import type { PropertyValue } from '../../../src/sim/index.ts';
import { UML_KERNEL } from '../../guest/boot.ts';

/**
 * A Linux and a test that take turns: the commands in the guest say which step they wait for, and the test sets what the
 * parts sense then, with their interrupt lines.
 */

/** What is set at each step, part by part. */
export type Steps = Readonly<
  Record<string, readonly (readonly [part: string, values: Readonly<Record<string, PropertyValue>>])[]>
>;

/** Shell: says that it waits for a step of the test, and waits until a command succeeds. */
export const step = (name: string, until: string): string => `
echo "step ${name}"; n=0
until ${until} || [ $n = 200 ]; do sleep 0.05; n=$((n+1)); done`;

export const propertyOf = (board: ServedBoard, part: string, property: string): PropertyValue =>
  (board.part(part) as unknown as Readonly<Record<string, PropertyValue>>)[property] as PropertyValue;

/**
 * @param look is called at each step before it is done, and when the commands have said `step look`
 * @returns what the commands printed
 */
export async function runSteps(
  tree: string,
  commands: string,
  steps: Steps,
  look: (board: ServedBoard, step: string) => void,
): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'dtbus-steps-'));
  try {
    const file = join(folder, 'board.dts');
    writeFileSync(file, tree);
    let board: ServedBoard | undefined;
    let output = '';
    let done = 0;
    const result = await runGuest(file, {
      kernel: UML_KERNEL,
      command: ['sh', '-c', commands],
      deadlineMs: 150_000,
      onWarning: () => {},
      onBoard: (opened) => {
        board = opened;
      },
      output: (bytes) => {
        output += Buffer.from(bytes).toString('latin1');
        const asked = [...output.matchAll(/^step (\w+)\r?\n/gm)];
        for (const [, name = ''] of asked.slice(done)) {
          if (board === undefined) continue;
          look(board, name);
          for (const [part, values] of steps[name] ?? []) Object.assign(board.part(part), values);
        }
        done = asked.length;
      },
    });
    expect(result.exitCode, output).toBe(0);
    if (process.env['DTBUS_TRACE']) console.log(output);
    return output;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
