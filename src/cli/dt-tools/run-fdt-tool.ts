import { runCommand } from './command.ts';
import type { DtIo } from './dt-io.ts';
import { FDTDUMP } from './fdtdump.ts';
import { FDTGET } from './fdtget.ts';
import { FDTOVERLAY } from './fdtoverlay.ts';
import { FDTPUT } from './fdtput.ts';

/** dtc's smaller tools, with their arguments, output and exit codes; `argv` is without the command's name. */

/** Prints values of a blob's properties. @returns the exit code: 0, or 1 after a message on stderr */
export const runFdtget = (argv: readonly string[], io: DtIo): number => runCommand(FDTGET, argv, io);

/** Changes a blob's properties and nodes. @returns the exit code, as `runFdtget` */
export const runFdtput = (argv: readonly string[], io: DtIo): number => runCommand(FDTPUT, argv, io);

/** Prints a blob token by token. @returns the exit code, as `runFdtget` */
export const runFdtdump = (argv: readonly string[], io: DtIo): number => runCommand(FDTDUMP, argv, io);

/** Merges overlays into a blob. @returns the exit code, as `runFdtget` */
export const runFdtoverlay = (argv: readonly string[], io: DtIo): number => runCommand(FDTOVERLAY, argv, io);
