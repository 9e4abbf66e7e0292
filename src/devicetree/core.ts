/**
 * The small door of the room: reading, writing and overlays, without the checks, writers and tools that only
 * the command line needs. A board comes in here because it starts more often than `dtc`.
 */

export { checkBoard, checkOverlay } from './checks/board/check-board.ts';
export { DELETION_IN_OVERLAY } from './checks/board/fragments.ts';
export { parse, toBlob } from './compile.ts';
export { diagnosticText } from './diagnostics/diagnostic-text.ts';
export { FdtError, type PlaceInTree } from './fdt-tools/fdt-error.ts';
export { hostFiles } from './host-files.ts';
export { placeMerged } from './overlay/merged-places.ts';
export { applyOverlaysToBlob, type MergedFragment } from './overlay/overlay.ts';
export { isPlainOverlay } from './overlay/plain-overlay.ts';
export type { ParseOptions } from './parse-options.ts';
export { formOf, type TreeForm, treeOf } from './tree/kept-form.ts';
export { wasChanged } from './tree/resolve.ts';
export type { Tree } from './tree/tree.ts';
