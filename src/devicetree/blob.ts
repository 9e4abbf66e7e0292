/**
 * The smallest door of the room: reading blobs. A thread that gets its tree as a blob loads no language for it.
 */

export { readBlob } from './blob-reader.ts';
export { diagnosticText } from './diagnostic-text.ts';
