/**
 * What the stand-ins for npm's i2c-bus, onoff and spi-device load. The board is the one that DTBUS_BOARD names, with
 * the overlays of DTBUS_OVERLAYS (between them what stands between the folders of PATH); it comes up when the first
 * node or line is opened.
 */
import { i2cBus, onoff, type SpiPath, setBoardProvider, spiDevice } from '../../dev/index.ts';
import type { Board } from '../handles/board.ts';
import { openBoardSync } from '../open/open-board.ts';

let board: Board | undefined;

/** The board of this process; what is wrong with it is said when it comes up. @throws {BoardError} */
export function environmentBoard(): Board {
  if (board !== undefined) return board;
  const say = (sentence: string) => process.stderr.write(`dtbus: ${sentence}\n`);
  board = openBoardSync(undefined, { onWarning: say });
  return board;
}

setBoardProvider(() => {
  const there = environmentBoard();
  return {
    open: (path, options) => there.open(path as SpiPath, options),
    gpioChips: () => there.gpioDrivers(),
  };
});

/** The stand-ins by the packages' names; who takes one here has the board, too. */
export const STAND_INS = { 'i2c-bus': i2cBus, onoff, 'spi-device': spiDevice } as const;

export { i2cBus, onoff, spiDevice };
