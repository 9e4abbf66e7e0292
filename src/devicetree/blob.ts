/**
 * The smallest door of the room: reading blobs. A thread that gets its tree as a blob loads no language for it.
 */

export { readBlob } from './blob/blob-reader.ts';
export { diagnosticText } from './diagnostics/diagnostic-text.ts';
