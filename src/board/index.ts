export { Board, type BoardOptions, type BusListing, openBoard, openBoardSync } from './board.ts';
export { type GuestOptions, type GuestResult, runGuest } from './guest.ts';
export { BoardError } from './load-tree.ts';
export * from './nodes.ts';
export type { PartHandle } from './part-handle.ts';
export type { AnsweredBy, BusReport, ClientReport, DeviceProblem, PartReport } from './protocol.ts';
export { ServedBoard, type ServedBus, type ServeOptions } from './serve.ts';
