import type { Command } from 'commander';
import { oneLine, plainJson } from '../../../input/index.ts';
import { errorText } from '../../terminal/error-text.ts';
import { warn } from '../../terminal/warn.ts';

interface DiffArguments {
  readonly time: boolean;
  readonly json: boolean;
}

/** As diff has them. */
const EXIT = { SAME: 0, DIFFERENT: 1, TROUBLE: 2 } as const;

/** Adds `dtbus diff`. */
export function addDiffCommand(program: Command, end: (exitCode: number) => void): void {
  program
    .command('diff')
    .summary('compare two recordings or other traces, part by part')
    .description(
      `Compares what happened in two recordings, or other traces that dtbus convert reads, part by part: transfers of different parts may come in any order. Times do not count, unless --time says so. Wildcards (??, *) and masked bytes fit what the other one has there.

- is what only the first has, + what only the second has, each with its line and what it means by the data sheet of the part.

Exit code: 0 they are alike, 1 they differ, 2 one of them cannot be read.`,
    )
    .argument('<a>', 'a recording (.bus), or a trace by its ending')
    .argument('<b>', 'the one to compare it with')
    .option('--time', 'times count too', false)
    .option('--json', 'one line of JSON per difference, for scripts', false)
    .addHelpText(
      'after',
      `
Examples:
  dtbus diff before.bus after.bus
  dtbus diff golden.bus field.pcapng
`,
    )
    .action(async (a: string, b: string, args: DiffArguments) => {
      end(await diff(a, b, args));
    });
}

async function diff(a: string, b: string, { time, json }: DiffArguments): Promise<number> {
  const { compareTraces } = await import('../../../replay/index.ts');
  let found: Awaited<ReturnType<typeof compareTraces>>;
  try {
    found = await compareTraces(a, b, { times: time });
  } catch (thrown) {
    if ((thrown as Error).name !== 'RecordingError') throw thrown;
    warn(errorText(thrown));
    return EXIT.TROUBLE;
  }
  let part = '';
  for (const each of found) {
    if (json) {
      process.stdout.write(`${plainJson(each)}\n`);
      continue;
    }
    if (each.part !== part) process.stdout.write(`${oneLine(each.part)}\n`);
    part = each.part;
    process.stdout.write(`${each.side} ${oneLine(`${each.where}: ${each.text}`)}\n`);
  }
  return found.length === 0 ? EXIT.SAME : EXIT.DIFFERENT;
}
