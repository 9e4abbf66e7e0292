import type { LineFault } from '../bus/index.ts';
import { KINDS } from './kinds.ts';
import type { FaultKind } from './options.ts';

/** What carries a bus, as far as faults go. */
export interface FaultHost {
  /** A simulated bus, an adapter that is emulated, or a real one. */
  readonly world: 'simulated' | 'emulated' | 'real';
  /** Of an emulated one: the faults of the lines that its emulator shows. */
  readonly lineFaults: readonly LineFault[];
}

/** What the adapter of a sheet is; a bus without one is simulated. */
export function worldOf(compatible: string | undefined): FaultHost['world'] {
  if (compatible === undefined || compatible.startsWith('platform,')) return 'simulated';
  return compatible.endsWith('-emulator') ? 'emulated' : 'real';
}

/** Why a host cannot carry a kind of fault; undefined where it does. That a kind is for another bus is not asked here. */
export function whyNotCarried(kind: FaultKind, { world, lineFaults }: FaultHost): string | undefined {
  const { acts } = KINDS[kind];
  if (world === 'simulated') return undefined;
  if (world === 'real')
    return acts === 'answer'
      ? undefined
      : 'a real adapter carries what is on its wires: only its answers can be changed';
  if (acts !== 'lines' || lineFaults.includes(kind as LineFault)) return undefined;
  const has = lineFaults.length === 0 ? 'none' : lineFaults.join(', ');
  return `the emulator of this adapter does not have it (of faults of the lines: ${has}); use a simulated bus, or an adapter that has it in hosts/README.md`;
}
