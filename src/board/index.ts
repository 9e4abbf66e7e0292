// What those who work on a board's nodes need of the rooms below.
export { BusFault, type Errno, I2C_FUNC, I2C_M, type NackPlace, SPI_MODE } from '../bus/index.ts';
export {
  type DevNode,
  I2C_MAX_MESSAGES,
  type I2cDev,
  type I2cNode,
  type I2cSegment,
  type NodeRegistry,
  type SpiDev,
  type SpiNode,
  type SpiSegment,
  strerror,
} from '../dev/core.ts';
export type { FaultKind, FaultOptions } from '../faults/index.ts';
export { disabledControllers } from '../frontend/index.ts';
export type { PartTypes } from '../parts/index.ts';
export { PART_DISABLED, PartError } from '../sim/property.ts';
export {
  type TracedBoard,
  type TracedBus,
  type TracedBytes,
  type TracedEdge,
  type TracedPart,
  type TracedSegment,
  type TracedTransfer,
  type TraceEvent,
  TraceReader,
  traceMemory,
} from '../trace/index.ts';
export { ADAPTER_CLOSED } from './adapter-closed.ts';
export { BoardError, RealHardwareError } from './board-error.ts';
export { drained } from './control/drained.ts';
export type { ControlFault } from './control/injected.ts';
export type { PageNews, PageStart } from './control/page-thread.ts';
export type { PastWish } from './control/past/past.ts';
export { controlSocketOf, forgetControl, processesOf } from './control/place.ts';
export type {
  BoardControl,
  ControlBus,
  ControlChip,
  ControlDescription,
  ControlEvent,
  ControlPart,
  ControlRequest,
  ControlWatch,
  WireValue,
} from './control/protocol.ts';
export { Board, type BusListing, type GpioListing } from './handles/board.ts';
export type { BoardTrace } from './handles/board-trace.ts';
export type { CurveOptions, CurveSource } from './handles/curve-source.ts';
export { type FaultArguments, type FaultHandle, FaultUnsupportedError } from './handles/fault-handle.ts';
export type { LineHandle } from './handles/line-handle.ts';
export { type CurveHandle, type PartHandle, pathOf } from './handles/part-handle.ts';
export type { TraceFilter } from './handles/traced-paths.ts';
export type { KeptFacts, SingleUse } from './known/known-board.ts';
export type { BoardOptions, SyncBoardOptions } from './open/board-options.ts';
export type { TreeDoubt } from './open/check-tree.ts';
export { clientsIn, type TreeClient } from './open/clients.ts';
export { loadTree } from './open/load-tree.ts';
export { openBoard, openBoardFor, openBoardSync } from './open/open-board.ts';
export { watchOpened } from './open/opened.ts';
export type { PageOptions } from './open/page-option.ts';
export { type BeginTrace, traceBoards } from './open/trace.ts';
export type { ServedBus } from './serve/board-sockets.ts';
export { twoTrees } from './serve/published-tree.ts';
export type { ServeOptions, ServeSettings } from './serve/serve-options.ts';
export type { ServePlace } from './serve/serve-place.ts';
export type { ServedBoard } from './serve/served-board.ts';
export type {
  AnsweredBy,
  BusReport,
  ChannelReport,
  DeviceProblem,
  LineReport,
  PartReport,
  PeripheralReport,
  WaitingAdapter,
} from './thread/protocol.ts';

/** The models of simulated parts; see `loadModels` in src/sim. Loaded when it is called. */
export const loadCatalogue: typeof import('../sim/index.ts').loadModels = async (compatibles) =>
  (await import('../sim/index.ts')).loadModels(compatibles);

/** The right to use a file, as `FILE.lock` beside it; see `FileLock` in src/sim. Loaded when it is called. */
export const lockOf = async (file: string): Promise<import('../sim/index.ts').FileLock> =>
  new (await import('../sim/index.ts')).FileLock(file);

/** Serves a board's buses over vhost-user; see `ServedBoard`. Loaded when it is called. */
export const serveBoard: typeof import('./served.ts').ServedBoard.open = async (file, options) =>
  (await import('./served.ts')).ServedBoard.open(file, options);

/** Tells the service manager that started this process how it is. @returns why it could not */
export async function tellServiceManager(state: 'READY=1' | 'STOPPING=1'): Promise<string | undefined> {
  return (await import('./serve/service-manager.ts')).tellServiceManager(state);
}

/** Makes a board's nodes real ones of this machine, by CUSE; see `exposeNodes` in src/dev. Loaded when it is called. */
export const exposeNodes: typeof import('../dev/index.ts').exposeNodes = async (nodes, options) =>
  (await import('../dev/index.ts')).exposeNodes(nodes, options);

/** Makes all nodes of a simulated board real ones, by the shortest way; see expose.ts. Loaded when it is called. */
export const exposeBoard: typeof import('./serve/expose.ts').exposeBoard = async (file, options) =>
  (await import('./serve/expose.ts')).exposeBoard(file, options);

/** Finds the process that runs a board, to look at its parts and to set them. Loaded when it is called. */
export const findControl: typeof import('./control/client.ts').findControl = async (...args) =>
  (await import('./control/client.ts')).findControl(...args);

/** Lets other processes look at a board of this one and touch it. Loaded when it is called. @returns what ends it */
export async function shareBoard(
  board: import('./handles/board.ts').Board,
  file: string,
): Promise<() => void> {
  return (await import('./control/board-control.ts')).shareBoard(board, file);
}

/** Serves the page of a board that others may look at. Loaded when it is called. */
export const startPage: typeof import('./control/page-thread.ts').startPage = async (...args) =>
  (await import('./control/page-thread.ts')).startPage(...args);
