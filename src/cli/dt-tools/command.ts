import { FdtError, FlatTree, ValueFormatError } from '../../board/devicetree.ts';
import { type Arguments, type OptionSpec, parseArguments, usageText } from './arguments.ts';
import { bytesOf, type DtIo, reasonOf } from './dt-io.ts';
import { VERSION_LINE } from './version.ts';

/** A command with the arguments of one of dtc's tools. `run` throws `UsageError` and `Failure`. */
export interface Command {
  readonly synopsis: string;
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
    { letter: 'h', long: 'help', help: 'say this' },
    { letter: versionLetter, long: 'version', help: 'say the version' },
  ];
  const args = parseArguments(argv, options);
  const usage = usageText(command.synopsis, options);
  try {
    for (const { letter } of args.options) {
      if (letter === 'h') {
        io.stdout.write(usage);
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
    if (error instanceof UsageError) io.stderr.write(`${usage}\nError: ${error.message}\n`);
    else if (error instanceof Failure) io.stderr.write(`${error.message}\n`);
    else throw error;
    return (error instanceof Failure ? error.exitCode : undefined) ?? failureCode;
  }
}

export function readFile(path: string, io: DtIo): Uint8Array {
  try {
    return io.readFile(path);
  } catch (error) {
    throw new Failure(`Couldn't open blob from '${path}': ${reasonOf(error)}`);
  }
}

export function openTree(path: string, io: DtIo): FlatTree {
  const bytes = readFile(path, io);
  return inTree(path, () => new FlatTree(bytes));
}

export function writeBlob(path: string, blob: Uint8Array, io: DtIo): void {
  try {
    io.writeFile(path, blob);
  } catch (error) {
    throw new Failure(`Couldn't write blob to '${path}': ${reasonOf(error)}`);
  }
}

/** Runs `work`, which may find that the tree has not what is asked for at `place`. */
export function inTree<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FdtError) throw new Failure(`Error at '${place}': ${error.code}: ${error.message}`);
    if (error instanceof ValueFormatError) throw new Failure(`Error at '${place}': ${error.message}`);
    throw error;
  }
}

/** Prints a line of text that has one character a byte. */
export function print(latin1: string, io: DtIo): void {
  io.stdout.write(bytesOf(`${latin1}\n`));
}
