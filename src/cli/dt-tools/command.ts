import { oneLine } from '../../input/index.ts';
import { type Arguments, type OptionSpec, parseArguments, usageText } from './arguments.ts';
import type { DtIo } from './dt-io.ts';
import { VERSION_LINE } from './version.ts';

/** A command with the arguments of one of dtc's tools. `run` throws `UsageError` and `Failure`. */
export interface Command {
  readonly synopsis: string;
  /** A call, as it is typed. */
  readonly example: string;
  readonly options: readonly OptionSpec[];
  /** The letter of `--version`; default `V`. */
  readonly versionLetter?: string;
  /** Exit code after a failure; default 1. */
  readonly failureCode?: number;
  /** Does the work. @returns the exit code, where it is not 0 */
  readonly run: (args: Arguments, io: DtIo) => number | undefined;
}

/** Ends a command; the message goes to stderr. */
export class Failure extends Error {
  /** Where it is another than the command's usual one. */
  readonly exitCode: number | undefined = undefined;
}

/** Ends a command with its help and what is wrong with its arguments. */
export class UsageError extends Error {}

/** Runs a command. @returns its exit code */
export function runCommand(command: Command, argv: readonly string[], io: DtIo): number {
  const { versionLetter = 'V', failureCode = 1 } = command;
  const options: OptionSpec[] = [
    ...command.options,
    { letter: 'h', long: 'help', help: 'print this help' },
    { letter: versionLetter, long: 'version', help: 'print the version' },
  ];
  const args = parseArguments(argv, options);
  const usage = usageText(command.synopsis, options);
  try {
    for (const { letter } of args.options) {
      if (letter === 'h') {
        io.stdout.write(`${usage}\nExample:\n  ${command.example}\n`);
        return 0;
      }
      if (letter === versionLetter) {
        io.stdout.write(VERSION_LINE);
        return 0;
      }
    }
    if (args.error !== undefined) throw new UsageError(args.error);
    return command.run(args, io) ?? 0;
  } catch (error) {
    if (error instanceof UsageError) io.stderr.write(`${usage}\nError: ${oneLine(error.message)}\n`);
    else if (error instanceof Failure) io.stderr.write(`${oneLine(error.message)}\n`);
    else throw error;
    return (error instanceof Failure ? error.exitCode : undefined) ?? failureCode;
  }
}
