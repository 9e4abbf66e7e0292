/**
 * The door for what puts a guest on a served board: the board itself, and what its tree says of owners and interrupts; and
 * for what emulates adapters for other programs.
 */
export { interruptsOf } from './assemble/interrupts.ts';
export { isOwnedBy } from './assemble/ownership.ts';
export { BoardError } from './board-error.ts';
export { EMULATED_KINDS, type EmulatedKind, type EmulatedKindName } from './emulate/kinds.ts';
export type { ServedBus } from './serve/board-sockets.ts';
export { type ServeSettings, settingChecks } from './serve/serve-options.ts';
export { checkSocketPath } from './serve/serve-place.ts';
export { ServedBoard } from './serve/served-board.ts';
export { SharedTime } from './serve/shared-time.ts';

/** Emulates an adapter for other programs, with a board's parts behind it. Loaded when it is called. */
export const emulateAdapter: typeof import('./emulate/emulate-adapter.ts').emulateAdapter = async (...args) =>
  (await import('./emulate/emulate-adapter.ts')).emulateAdapter(...args);
