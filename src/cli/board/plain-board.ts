import type { BoardArguments } from './named-board.ts';

/** What a command line without options says of the board. */
const PLAIN: Omit<BoardArguments, 'board' | 'connect' | 'isChosen'> = {
  overlay: [],
  include: [],
  adopt: false,
  trust: [],
  strict: false,
};

/** The board of a call whose words name `board`, or none: that of the environment, or of this folder. */
export function plainBoard(board: string | undefined): BoardArguments {
  const { DTBUS_BOARD: usual = 'board.dts', DTBUS_CONNECT: place } = process.env;
  // A board that is named wins over the environment.
  const connect = board === undefined && place ? { connect: place } : {};
  return { ...PLAIN, board: board ?? usual, isChosen: board !== undefined, ...connect };
}
