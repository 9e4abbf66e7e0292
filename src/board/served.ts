/** The door for what puts a guest on a served board: the board itself, and what its tree says of owners and interrupts. */
export { interruptsOf } from './assemble/interrupts.ts';
export { isOwnedBy } from './assemble/ownership.ts';
export { BoardError } from './board-error.ts';
export { ServedBoard, type ServedBus, type ServeSettings, settingChecks } from './serve/served-board.ts';
