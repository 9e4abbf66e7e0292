import { spawn, spawnSync } from 'node:child_process';
import { loadModels, PartRegistry, populateSpi, RealClock } from '../../src/sim/index.ts';
import { node } from '../sim/support.ts';

export const FLASHROM = spawnSync('flashrom', ['--version']).error === undefined;
if (!FLASHROM) console.info('flashrom is not installed (apt install flashrom): its tests do not run');

/** A bus in real time with one flash that programs and erases at once, and what that holds. */
export async function simulatedFlash(compatible = 'winbond,w25q80') {
  const bus = node({ name: 'spi', children: [{ name: 'flash@0', compatible, reg: 0 }] });
  const parts = new PartRegistry();
  const catalogue = await loadModels([compatible]);
  const { wire } = populateSpi(bus, { catalogue, clock: new RealClock(), parts });
  parts.set('/spi/flash@0', 'timeScale', 0);
  return { wire, contents: () => parts.get('/spi/flash@0', 'contents') as Uint8Array };
}

/** Runs a program beside this event loop, in which an emulator answers it. */
export function runBeside(
  limitS: number,
  ...words: readonly string[]
): Promise<{ status: number | null; output: string }> {
  const child = spawn('timeout', ['-s', 'KILL', String(limitS), ...words]);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output += text;
    });
  return new Promise((resolve) => child.on('close', (status) => resolve({ status, output })));
}
