import type { Command } from 'commander';

/** Adds `dtbus adapters`. */
export function addAdaptersCommand(program: Command, end: (exitCode: number) => void): void {
  program
    .command('adapters')
    .summary('list the adapters and buses of this machine')
    .description(
      "Lists what is plugged into this machine: serial ports, USB adapters that are known, and Linux's own I2C, SPI and GPIO; who may open each, what gives you the right, and the nodes to paste into a tree. Nothing is opened.",
    )
    .option('--json', 'as JSON, for scripts', false)
    .addHelpText('after', '\nExample:\n  dtbus adapters\n  dtbus adapters --json | jq .[].path\n')
    .action(async ({ json }: { json: boolean }) => {
      const { showAdapters } = await import('../adapters/adapters.ts');
      end(await showAdapters(json));
    });
}
