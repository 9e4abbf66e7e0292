export type { BlobOptions } from './blob-writer.ts';
export type { Check, CheckContext, PhandleFormat } from './check.ts';
export type { CheckLevel } from './check-runner.ts';
export type { Diagnostic, Note, Severity } from './diagnostic.ts';
export type { Frame, Loc, Place, SourceMap, SourceText, Span } from './source.ts';
export * from './tree.ts';
