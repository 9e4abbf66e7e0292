import type { Command } from 'commander';

/** Adds `dtbus parts`. */
export function addPartsCommand(program: Command, end: (exitCode: number) => void): void {
  program
    .command('parts')
    .summary('list the simulated parts, and what can be set on them')
    .description(
      'Lists the parts that dtbus has models of; with a name, shows what it is in the tree, what can be set on it with unit and range, and an example node.',
    )
    .argument('[name]', 'a part or a word of its name: lm75, ti,tmp102, eeprom, clock')
    .option('--json', 'as JSON, for scripts', false)
    .addHelpText(
      'after',
      '\nExample:\n  dtbus parts\n  dtbus parts tmp102\n  dtbus parts --json | jq .[].name\n',
    )
    .action(async (name: string | undefined, { json }: { json: boolean }) => {
      const { showParts } = await import('../parts/parts.ts');
      end(await showParts(name, json));
    });
}
