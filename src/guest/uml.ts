import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ServedBus } from '../board/served.ts';
import type { GuestMachine } from './guest-process.ts';
import { guestTree } from './guest-tree.ts';
import { nameUnbound } from './unbound.ts';

const MEMORY = '256M';

export interface UmlPlan {
  /** Where its device tree is put. */
  readonly folder: string;
  readonly kernel: string;
  /** What it has of a board. */
  readonly buses: readonly ServedBus[];
  /** Where its clock is; undefined: it has the machine's. */
  readonly timeSocket: string | undefined;
  /** Writes process 1, which begins with these shell lines. @returns its path */
  readonly init: (prepare: string) => string;
  readonly onWarning: (sentence: string) => void;
}

/** A User-Mode Linux with buses of a board, as a program and its arguments. */
export function umlMachine(plan: UmlPlan): GuestMachine {
  const { folder, kernel, buses, timeSocket, init, onWarning } = plan;
  const dtb = join(folder, 'guest.dtb');
  const { blob, leftOut, places } = guestTree(buses);
  for (const sentence of leftOut) onWarning(sentence);
  writeFileSync(dtb, blob);
  const argv = [
    `mem=${MEMORY}`,
    ...['root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro', `init=${init(nameUnbound(places))}`],
    ...['con0=fd:0,fd:1', 'con=null', 'quiet', `dtb=${dtb}`],
    // Its programs start about twice as fast where the machine allows it; older kernels do not know the word.
    'seccomp=auto',
    ...(timeSocket === undefined ? [] : [`time-travel=ext:${timeSocket}`]),
  ];
  return { program: resolve(kernel), argv };
}
