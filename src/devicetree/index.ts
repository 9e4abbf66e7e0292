export { writeAsm } from './asm-writer.ts';
export type { BlobOptions } from './blob-writer.ts';
export type { Check, CheckContext, PhandleFormat } from './check.ts';
export type { CheckLevel } from './check-runner.ts';
export type { CheckSwitch } from './checks/table.ts';
export { checkLevels, dtcChecks } from './checks/table.ts';
export type { Diagnostic, Note, Severity } from './diagnostic.ts';
export { diagnosticText } from './diagnostic-text.ts';
export type { DirectoryEntry, DirectoryReader } from './directory-reader.ts';
export { readDirectory } from './directory-reader.ts';
export type { DtsOptions } from './dts-writer.ts';
export { propertyText, writeDts } from './dts-writer.ts';
export { DumpError, dumpBlob, findBlob, looksLikeBlob } from './fdt-tools/dump.ts';
export { createNode, createPath } from './fdt-tools/edit.ts';
export type { FdtErrorCode } from './fdt-tools/fdt-error.ts';
export { FdtError } from './fdt-tools/fdt-error.ts';
export type { NodeOffset, PropertyOffset } from './fdt-tools/flat-tree.ts';
export { FlatTree } from './fdt-tools/flat-tree.ts';
export type { ValueFormat } from './fdt-tools/value-format.ts';
export {
  ANY_FORMAT,
  formatValue,
  parseValue,
  parseValueFormat,
  ValueFormatError,
} from './fdt-tools/value-format.ts';
export { cachedReader, type ReadFile } from './files.ts';
export { formatDiagnostic, formatSpan } from './format-diagnostic.ts';
export {
  compile,
  fromBlob,
  type ParseOptions,
  type ParseResult,
  parse,
  parseFile,
  type SourceInput,
  toBlob,
} from './frontend.ts';
export { applyOverlay, applyOverlaysToBlob } from './overlay.ts';
export { applyOverlays } from './overlay-trees.ts';
export { preprocess } from './print-preprocessed.ts';
export { resolve } from './resolve.ts';
export type { Frame, Loc, Place, SourceMap, SourceText, Span } from './source.ts';
export { SourceCache } from './source-cache.ts';
export type { SourceToken, TokenGroup, TokenTree, TokenTreeItem } from './token-tree.ts';
export { tokenTree, tokenTreeText } from './token-tree.ts';
export * from './tree.ts';
export type { ChangeKind, NodeChange, PropertyChange, TreeDiff } from './tree-diff.ts';
export { diffTrees, formatDiff, isEmptyDiff } from './tree-diff.ts';
export { writeYaml } from './yaml-writer.ts';
