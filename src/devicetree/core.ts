/**
 * The small door of the room: reading, writing and overlays, without the checks, writers and tools that only
 * the command line needs. A board comes in here because it starts more often than `dtc`.
 */
export { diagnosticText } from './diagnostic-text.ts';
export { FdtError } from './fdt-tools/fdt-error.ts';
export { type ParseResult, parse, toBlob } from './frontend.ts';
export { applyOverlaysToBlob } from './overlay.ts';
export type { Tree } from './tree.ts';
