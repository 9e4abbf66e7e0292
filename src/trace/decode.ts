export { notesText } from './decode/notes.ts';
export { type PartReader, partReaders, unknownI2c, unknownSpi } from './decode/part-reader.ts';
