export { Board, type BusListing, type GpioListing } from './board.ts';
export { BoardError } from './board-error.ts';
export type { GuestOptions, GuestResult } from './guest.ts';
export type { LineHandle } from './line-handle.ts';
export * from './nodes.ts';
export { type BoardOptions, openBoard, openBoardSync } from './open-board.ts';
export type { PartHandle } from './part-handle.ts';
export type {
  AnsweredBy,
  BusReport,
  ClientReport,
  DeviceProblem,
  LineReport,
  PartReport,
} from './protocol.ts';
export type { ServedBoard, ServedBus, ServeOptions, ServeSettings } from './serve.ts';
export type { ServePlace } from './serve-place.ts';
export { type BeginTrace, type TracedBus, type TracedPart, traceBoards } from './trace.ts';

/** The models of simulated parts; see `loadModels` in src/sim. Loaded when it is called. */
export const loadCatalogue: typeof import('../sim/index.ts').loadModels = async (compatibles) =>
  (await import('../sim/index.ts')).loadModels(compatibles);

/** Boots a real Linux on a board; see `runGuest` in guest.ts. Loaded when it is called. */
export const runGuest: typeof import('./guest.ts').runGuest = async (file, options) =>
  (await import('./guest.ts')).runGuest(file, options);

/** Serves a board's buses over vhost-user; see `ServedBoard` in serve.ts. Loaded when it is called. */
export const serveBoard: typeof import('./serve.ts').ServedBoard.open = async (file, options) =>
  (await import('./serve.ts')).ServedBoard.open(file, options);

/** Tells the service manager that started this process how it is. @returns why it could not */
export async function tellServiceManager(state: 'READY=1' | 'STOPPING=1'): Promise<string | undefined> {
  return (await import('./service-manager.ts')).tellServiceManager(state);
}

/** Makes a board's nodes real ones of this machine, by CUSE; see `exposeNodes` in src/dev. Loaded when it is called. */
export const exposeNodes: typeof import('../dev/index.ts').exposeNodes = async (nodes, options) =>
  (await import('../dev/index.ts')).exposeNodes(nodes, options);

/** Makes all nodes of a simulated board real ones, by the shortest way; see expose.ts. Loaded when it is called. */
export const exposeBoard: typeof import('./expose.ts').exposeBoard = async (file, options) =>
  (await import('./expose.ts')).exposeBoard(file, options);
