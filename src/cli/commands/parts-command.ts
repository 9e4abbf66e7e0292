import type { Command } from 'commander';
import { UsageError } from '../terminal/usage-error.ts';

interface PartsOptions {
  readonly board?: string;
  readonly coverage?: string;
  readonly json: boolean;
}

/** Adds `dtbus parts`. */
export function addPartsCommand(program: Command, end: (exitCode: number) => void): void {
  const parts = program
    .command('parts')
    .summary('list the parts that can be simulated')
    .description(
      'Lists the parts that dtbus can simulate. With a name, shows what its data sheet says: compatibles, bus, what can be set on it (unit and range), registers with fields, instructions, pins, what is not modelled, and an example node.',
    )
    .argument('[words...]', 'a part, or words that describe it: lm75, ti,tmp102, oled, eeprom 32k')
    .option('-b, --board <file>', 'only the simulated parts of this board, with their labels and paths')
    .option('--coverage <folder>', 'how much of the clients of all boards in a folder is simulated')
    .option('--json', 'as JSON, for scripts', false)
    .addHelpText(
      'after',
      '\nExample:\n  dtbus parts\n  dtbus parts tmp102\n  dtbus parts eeprom 32k\n  dtbus parts -b board.dts\n  dtbus parts --json | jq .[].name\n  dtbus parts --coverage linux/arch/arm64/boot/dts\n',
    )
    .action(async (words: string[], { board, coverage, json }: PartsOptions) => {
      if (coverage !== undefined) {
        if (board !== undefined || words.length > 0)
          throw new UsageError('--coverage counts the parts of all boards: leave out --board and words');
        const { showCoverage } = await import('../parts/coverage.ts');
        end(await showCoverage(coverage, json));
        return;
      }
      const { showParts } = await import('../parts/parts.ts');
      end(await showParts(words.length === 0 ? undefined : words.join(' '), json, board));
    });
  parts
    .command('new')
    .summary('write a part of your own: its model, a board that has it, and a test')
    .description(
      'Writes NAME.mjs (data sheet and model), NAME.dts (a board that has it) and NAME.test.mjs (a test that passes, with the checks that hold for every part). Files that exist are not touched.',
    )
    .argument('<name>', 'its name, or compatible: thermometer, acme,thermometer')
    .option('--typescript', 'NAME.mts and NAME.test.mts', false)
    .option('--folder <folder>', 'where to write them', '.')
    .addHelpText(
      'after',
      '\nExample:\n  dtbus parts new thermometer\n  dtbus parts new acme,thermometer --typescript --folder parts\n',
    )
    .action(async (name: string, options: { typescript: boolean; folder: string }) => {
      const { newPart } = await import('../parts/new-part.ts');
      end(newPart(name, options));
    });
}
