export {
  anyObject,
  bytesOrText,
  callback,
  checkOptions,
  flag,
  group,
  integer,
  invalid,
  listOf,
  type OptionCheck,
  type OptionChecks,
  oneOf,
  option,
  path,
  text,
} from './check-options.ts';
export { didYouMean } from './did-you-mean.ts';
export { type FilePath, filePath } from './file-path.ts';
export {
  absence,
  brokenLink,
  bytesAt,
  type FileTrouble,
  fileTrouble,
  readTrouble,
  systemReason,
  writeFault,
  writeReason,
} from './file-trouble.ts';
export { LinedError } from './lined-error.ts';
export { makeFolders } from './make-folders.ts';
export { writeNewFiles } from './new-files.ts';
export { neverEnds, statsAt } from './plain-file.ts';
export { goneFolder, presentFolder } from './present-folder.ts';
export { oneLine, plainJson, printable } from './printable.ts';
export { replaceFile } from './replace-file.ts';
export { shown } from './shown.ts';
export { strictObject } from './strict-object.ts';
export { temporaryFolder } from './temporary-folder.ts';
