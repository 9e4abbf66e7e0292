import type { BoardDevices } from '../assemble/board-devices.ts';
import type { Board } from './board.ts';

const devices = new WeakMap<Board, BoardDevices>();

/** Keeps what a board without a thread of its own consists of, for those who serve it. */
export function noteInline(board: Board, backEnd: BoardDevices | undefined): void {
  if (backEnd !== undefined) devices.set(board, backEnd);
}

/** Undefined where the board has a thread of its own, or is elsewhere. */
export function inlineDevices(board: Board): BoardDevices | undefined {
  return devices.get(board);
}
