import { vi } from 'vitest';
import { runProgram } from '../../src/cli/program.ts';

export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command in this process, what it writes caught. */
export function dtbusHere(...argv: string[]): Promise<Ended> {
  return caught(() => runProgram(['node', 'dtbus', ...argv]));
}

/** Runs a part of a command, what it writes caught. */
export async function caught(run: () => Promise<number>): Promise<Ended> {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const catching = (into: Buffer[]) => (data: string | Uint8Array) => {
    into.push(Buffer.from(data as Uint8Array));
    return true;
  };
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation(catching(out));
  const stderr = vi.spyOn(process.stderr, 'write').mockImplementation(catching(err));
  try {
    const status = await run();
    return { status, out: Buffer.concat(out).toString('latin1'), err: Buffer.concat(err).toString() };
  } finally {
    stdout.mockRestore();
    stderr.mockRestore();
  }
}
