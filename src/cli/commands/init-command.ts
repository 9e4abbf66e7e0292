import type { Command } from 'commander';

/** Adds `dtbus init`. */
export function addInitCommand(program: Command, end: (exitCode: number) => void): void {
  program
    .command('init')
    .summary('make a folder with a board, a script and a test')
    .description(
      'Writes a board, a driver, a script and a test that passes. Files that exist are not touched.',
    )
    .argument('[folder]', 'where to write them', '.')
    .addHelpText('after', '\nExample:\n  dtbus init my-board\n')
    .action(async (folder: string) => {
      const { init } = await import('../init/init.ts');
      end(init(folder));
    });
}
