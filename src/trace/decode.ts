export type { PartAccess } from './decode/access.ts';
export { LONG_MS, notesText } from './decode/notes.ts';
export {
  type NamedKind,
  type PartReader,
  partReaders,
  unknownI2c,
  unknownSpi,
} from './decode/part-reader.ts';
export { busName, type WatchedTransfer, watched } from './decode/watched.ts';
