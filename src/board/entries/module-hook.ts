/**
 * `node --import dtbus/register script.js`: i2c-bus and spi-device, wherever the script or what it uses gets
 * them from, work on the board that DTBUS_BOARD names. `dtbus run` starts scripts this way.
 */
import { takeOverPackages } from '../../dev/index.ts';
import { BoardError } from '../board-error.ts';
import { environmentBoard } from './drop-ins.ts';

try {
  environmentBoard();
} catch (thrown) {
  if (!(thrown instanceof BoardError)) throw thrown;
  process.stderr.write(`dtbus: ${thrown.message}\n`);
  process.exit(1);
}
takeOverPackages();
