/**
 * `node --import dtbus/register script.js`: i2c-bus, onoff and spi-device, wherever the script or what it uses gets
 * them from, work on the board that DTBUS_BOARD names. `dtbus run` starts scripts this way.
 *
 * By NODE_OPTIONS it stands in every Node process there is, npm and test runners among them: the board then comes
 * up in the one that opens a node, and adapters stay free for it.
 */
import { deniedSentence } from '../../bus/words.ts';
import { pretendMachine, takeOverPackages } from '../../dev/index.ts';
import { BoardError } from '../board-error.ts';
import { environmentBoard } from './drop-ins.ts';

/** Whether this process was told on its own command line, and not by NODE_OPTIONS. Test runners have modules of their own there. */
const named = process.execArgv.some((word) => /dtbus\/register|\/board\/entries\/module-hook\.js/.test(word));

if (!named) {
  // The board of a script's child process is not the one that `dtbus set` and `watch` look for; of a command that has no board
  // itself it is (`children`).
  if (process.env['DTBUS_CONTROL'] === '1') delete process.env['DTBUS_CONTROL'];
} else if (process.env['DTBUS_CONTROL'] === '1') {
  // `dtbus run`: Node programs that the script starts find the packages too. Not set before this process began: Node
  // takes NODE_OPTIONS first, and whoever watches must come before the board.
  process.env['NODE_OPTIONS'] = `${process.env['NODE_OPTIONS'] ?? ''} --import=${import.meta.url}`.trim();
}
pretend(process.env['DTBUS_PRETEND'] ?? '');
if (named) orEnd(environmentBoard);
orEnd(takeOverPackages);

/** `dtbus run --pretend`: packages that look for a machine find its files. */
function pretend(machine: string): void {
  if (machine === '') return;
  try {
    pretendMachine(machine);
  } catch (error) {
    process.stderr.write(`dtbus: DTBUS_PRETEND: ${(error as Error).message}\n`);
    process.exit(2);
  }
}

/** What is wrong with the board, or denied to this process, is said before the script begins. */
function orEnd(begin: () => unknown): void {
  try {
    begin();
  } catch (error) {
    const sentence = error instanceof BoardError ? error.message : deniedSentence(error);
    if (sentence === undefined) throw error;
    process.stderr.write(`dtbus: ${sentence}\n`);
    process.exit(1);
  }
}
