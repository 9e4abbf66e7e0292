import type { Command } from 'commander';

/** Adds `dtbus parts`. */
export function addPartsCommand(program: Command, end: (exitCode: number) => void): void {
  program
    .command('parts')
    .summary('list the parts that can be simulated')
    .description(
      'Lists the parts that dtbus can simulate. With a name, shows what its data sheet says: compatibles, bus, what can be set on it (unit and range), registers with fields, instructions, pins, what is not modelled, and an example node.',
    )
    .argument('[words...]', 'a part, or words that describe it: lm75, ti,tmp102, oled, eeprom 32k')
    .option('-b, --board <file>', 'only the simulated parts of this board, with their labels and paths')
    .option('--json', 'as JSON, for scripts', false)
    .addHelpText(
      'after',
      '\nExample:\n  dtbus parts\n  dtbus parts tmp102\n  dtbus parts eeprom 32k\n  dtbus parts -b board.dts\n  dtbus parts --json | jq .[].name\n',
    )
    .action(async (words: string[], { board, json }: { board?: string; json: boolean }) => {
      const { showParts } = await import('../parts/parts.ts');
      end(await showParts(words.length === 0 ? undefined : words.join(' '), json, board));
    });
}
