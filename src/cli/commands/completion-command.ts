import type { Command } from 'commander';
import { invalidChoice } from '../terminal/usage-error.ts';

/** What the scripts ask for. */
const WORDS = 'words';

/** Adds `dtbus completion`. */
export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .summary('print a script that lets a shell complete dtbus commands')
    .description(
      "Prints a script for bash, zsh or fish. With it the shell completes commands, options, files, and the board's buses, addresses and labels.",
    )
    .argument('<shell>', 'bash, zsh or fish')
    .argument('[words...]', 'the words typed so far; used by the scripts')
    .addHelpText(
      'after',
      `
Example:
  source <(dtbus completion bash)    in ~/.bashrc
  source <(dtbus completion zsh)     in ~/.zshrc, after compinit
  dtbus completion fish > ~/.config/fish/completions/dtbus.fish
`,
    )
    .action(async (shell: string, words: string[]) => {
      if (shell === WORDS) {
        const { complete } = await import('../completion/candidates.ts');
        const { candidates, files } = await complete(program, words);
        for (const { value, what } of candidates) process.stdout.write(`${value}\t${what.split('\n')[0]}\n`);
        if (files.length > 0) process.stdout.write(`:files:${files.join(',')}\n`);
        return;
      }
      const { SCRIPTS } = await import('../completion/scripts.ts');
      const script = Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
      if (script === undefined) throw invalidChoice('shell', Object.keys(SCRIPTS), shell);
      process.stdout.write(script);
    });
}
