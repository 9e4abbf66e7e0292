import type { Command } from 'commander';
import type { DtIo } from '../dt-tools/dt-io.ts';
import { expectShortRun } from '../terminal/expected-run.ts';

type TreeTool = (argv: readonly string[], io: DtIo) => number;

/** Tools with the command lines of the dtc package; each parses its own arguments. */
const TOOLS: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<TreeTool> }>> =
  {
    dtc: {
      summary: 'compile, check and convert device trees (dtc)',
      load: async () => (await import('../dt-tools/run-dtc.ts')).runDtc,
    },
    fdtoverlay: {
      summary: 'apply overlays to a blob (dtc)',
      load: async () => (await import('../dt-tools/run-fdt-tool.ts')).runFdtoverlay,
    },
    fdtget: {
      summary: 'read properties of a blob (dtc)',
      load: async () => (await import('../dt-tools/run-fdt-tool.ts')).runFdtget,
    },
    fdtput: {
      summary: 'write properties of a blob (dtc)',
      load: async () => (await import('../dt-tools/run-fdt-tool.ts')).runFdtput,
    },
    fdtdump: {
      summary: 'show a blob as it lies in memory (dtc)',
      load: async () => (await import('../dt-tools/run-fdt-tool.ts')).runFdtdump,
    },
    dtdiff: {
      summary: 'show what changed between two trees',
      load: async () => (await import('../dt-tools/run-dtc.ts')).runDtdiff,
    },
  };

/** Names the tools in the help. They never get here by their own name: see `runTreeTool`. */
export function addTreeCommands(program: Command): void {
  for (const [name, { summary }] of Object.entries(TOOLS)) {
    program.command(name).summary(summary).argument('[arguments...]').helpOption(false).allowUnknownOption();
  }
}

/**
 * Runs a tool that is to stand in for the original in a Makefile: all arguments behind its name are its own.
 * @returns its exit code; undefined when `name` is no such tool
 */
export async function runTreeTool(
  name: string | undefined,
  argv: readonly string[],
): Promise<number | undefined> {
  const tool = name !== undefined && Object.hasOwn(TOOLS, name) ? TOOLS[name] : undefined;
  if (tool === undefined) return undefined;
  expectShortRun();
  const run = await tool.load();
  const { processIo } = await import('../dt-tools/dt-io.ts');
  return run(argv, processIo());
}
