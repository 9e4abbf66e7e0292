export { didYouMean } from '../input/index.ts';
export type { BlobOptions } from './blob/blob-writer.ts';
export type { DirectoryEntry, DirectoryReader } from './blob/directory-reader.ts';
export { readDirectory } from './blob/directory-reader.ts';
export { type BoardCheckOptions, checkBoard, checkOverlay } from './checks/board/check-board.ts';
export type { Check, CheckContext, PhandleFormat } from './checks/check.ts';
export type { CheckLevel } from './checks/check-runner.ts';
export type { CheckSwitch } from './checks/table.ts';
export { checkLevels, dtcChecks } from './checks/table.ts';
export {
  compile,
  fromBlob,
  type ParseResult,
  parse,
  parseFile,
  toBlob,
} from './compile.ts';
export type { Diagnostic, Note, Severity } from './diagnostics/diagnostic.ts';
export { diagnosticText } from './diagnostics/diagnostic-text.ts';
export { formatDiagnostic, formatSpan } from './diagnostics/format-diagnostic.ts';
export { DumpError, dumpBlob, findBlob, looksLikeBlob } from './fdt-tools/dump.ts';
export { createNode, createPath } from './fdt-tools/edit.ts';
export type { FdtErrorCode } from './fdt-tools/fdt-error.ts';
export { FdtError } from './fdt-tools/fdt-error.ts';
export type { FlatNode, FlatProperty } from './fdt-tools/flat-tree.ts';
export { FlatTree } from './fdt-tools/flat-tree.ts';
export type { ValueFormat } from './fdt-tools/value-format.ts';
export {
  ANY_FORMAT,
  formatValue,
  parseValue,
  parseValueFormat,
  ValueFormatError,
} from './fdt-tools/value-format.ts';
export { hostFiles } from './host-files.ts';
export { applyOverlay, applyOverlaysToBlob } from './overlay/overlay.ts';
export { applyOverlays } from './overlay/overlay-trees.ts';
export { isPlainOverlay } from './overlay/plain-overlay.ts';
export type { ParseOptions, SourceInput } from './parse-options.ts';
export { preprocess } from './preprocess/print-preprocessed.ts';
export { SourceCache } from './preprocess/source-cache.ts';
export { cachedReader, type FileRange, FileRefused, type ReadFile, type ReadRange } from './text/files.ts';
export type { Frame, Loc, Place, SourceMap, SourceText, Span } from './text/source.ts';
export type { SourceClock } from './text/source-clock.ts';
export type { SourceToken, TokenGroup, TokenTree, TokenTreeItem } from './tokens/token-tree.ts';
export { tokenTree, tokenTreeText } from './tokens/token-tree.ts';
export { resolve } from './tree/resolve.ts';
export * from './tree/tree.ts';
export type { ChangeKind, NodeChange, PropertyChange, TreeDiff } from './tree/tree-diff.ts';
export { diffTrees, formatDiff, isEmptyDiff } from './tree/tree-diff.ts';
export { writeAsm } from './write/asm-writer.ts';
export type { DtsOptions } from './write/dts-writer.ts';
export { propertyText, writeDts } from './write/dts-writer.ts';
export { writeYaml } from './write/yaml-writer.ts';
