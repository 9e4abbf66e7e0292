/**
 * What can go wrong while a flattened tree is read or edited in place, under the names that every
 * user of `fdtget`, `fdtput`, `fdtoverlay` and of boot loaders knows from their logs.
 */
const MEANING = {
  FDT_ERR_NOTFOUND: 'node or property not found',
  FDT_ERR_EXISTS: 'a node of that name exists already',
  FDT_ERR_BADOFFSET: 'an offset points outside of its block',
  FDT_ERR_BADPATH: 'the path must start with "/" or with an alias from /aliases',
  FDT_ERR_BADPHANDLE: 'a phandle is malformed, or no node has it',
  FDT_ERR_TRUNCATED: 'the blob ends too early',
  FDT_ERR_BADMAGIC: 'this is not a device tree blob',
  FDT_ERR_BADVERSION: 'this version of the blob format is not supported',
  FDT_ERR_BADSTRUCTURE: 'the structure block is malformed',
  FDT_ERR_BADVALUE: 'a property has an invalid value',
  FDT_ERR_BADOVERLAY: 'the overlay is malformed',
  FDT_ERR_NOPHANDLES: 'no free phandle is left',
  FDT_ERR_NOSPACE: 'a reference lies outside of its property',
} as const;

export type FdtErrorCode = keyof typeof MEANING;

/** A node, or a property of it. */
export interface PlaceInTree {
  readonly path: string;
  readonly property?: string;
}

/**
 * A flattened tree that cannot be read or edited as asked. `code` is what a program tests, `message` is what a
 * person reads: the meaning of the code, then what was being looked at.
 */
export class FdtError extends Error {
  readonly code: FdtErrorCode;
  /** Where in an overlay that cannot be applied, where that is known. */
  at: PlaceInTree | undefined;

  constructor(code: FdtErrorCode, detail?: string, at?: PlaceInTree) {
    super(detail === undefined ? MEANING[code] : `${MEANING[code]}: ${detail}`);
    this.name = 'FdtError';
    this.code = code;
    this.at = at;
  }
}
