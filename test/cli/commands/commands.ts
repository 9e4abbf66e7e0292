import { spawnSync } from 'node:child_process';
import { dtbusHere, type Ended } from '../run-here.ts';

/** Runs a command; those of the dtc package never come as far as the program. */
export async function dtbus(...argv: string[]): Promise<Ended> {
  if (!/^(fdt|dt)/.test(argv[0] as string)) return dtbusHere(...argv);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/dtbus.js', ...argv]);
  return { status: status as number, out: stdout.toString('latin1'), err: stderr.toString() };
}

/** The commands that a help lists below its headings. */
function commandsIn(help: string): string[] {
  let listing = false;
  return help.split('\n').flatMap((line) => {
    if (/^\S.*:$/.test(line)) listing = !/^(Options|Arguments|Examples?):$/.test(line);
    const [, name] = /^ {2}([a-z][\w-]*)/.exec(line) ?? [];
    return listing && name !== undefined && name !== 'help' ? [name] : [];
  });
}

/** Every command, and every command of a group, as the help lists them. */
export async function commandsOf(): Promise<string[]> {
  const commands: string[] = [];
  for (const name of commandsIn((await dtbus('--help')).out)) {
    const { out } = await dtbus(name, '--help');
    const below = /^Usage: \S+ \S+ \[options\] \[command\]/.test(out) ? commandsIn(out) : [];
    commands.push(name, ...below.map((each) => `${name} ${each}`));
  }
  return commands;
}
