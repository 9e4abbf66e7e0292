/**
 * What the stand-ins for npm's i2c-bus and spi-device load. The board is the one that DTBUS_BOARD names, with
 * the overlays of DTBUS_OVERLAYS (colons between them); it comes up when the first node is opened.
 */
import { i2cBus, setBoardProvider, spiDevice } from '../dev/index.ts';
import { type Board, openBoardSync } from './board.ts';

let board: Board | undefined;

/** The board of this process. @throws {BoardError} */
export function environmentBoard(): Board {
  board ??= openBoardSync(undefined, {
    overlays: (process.env['DTBUS_OVERLAYS'] ?? '').split(':').filter((file) => file !== ''),
    adopt: process.env['DTBUS_ADOPT'] === '1',
    onWarning: (sentence) => process.stderr.write(`dtbus: ${sentence}\n`),
  });
  return board;
}

setBoardProvider(() => environmentBoard().nodes);

export { i2cBus, spiDevice };
