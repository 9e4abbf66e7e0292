import { runCommand } from './command.ts';
import type { DtIo } from './dt-io.ts';
import { DTC } from './dtc.ts';
import { DTDIFF } from './dtdiff.ts';

/**
 * dtc, with its options and exit codes (0; 1 for what cannot be read or written; 2 for a tree that checks refuse) and
 * messages on stderr. `argv` is without the command's name. @returns the exit code
 */
export const runDtc = (argv: readonly string[], io: DtIo): number => runCommand(DTC, argv, io);

/** Says what changed between two trees. @returns the exit code, as diff's: 0, 1, or 2 for an error */
export const runDtdiff = (argv: readonly string[], io: DtIo): number => runCommand(DTDIFF, argv, io);
