import type { ReportDetails, Severity } from '../diagnostics/diagnostic.ts';
import type { LiveNode } from '../tree/live-node.ts';
import type { LiveProperty } from '../tree/live-property.ts';
import type { LiveTree } from '../tree/live-tree.ts';

/**
 * A check of the tree, or a step that changes it and may fail: dtc runs both from one table, in order, each
 * over every node before the next begins. A check whose prerequisite failed is not run.
 */
export interface Check {
  /** dtc's name of it; the `code` of what it reports. */
  readonly name: string;
  /** dtc's default. */
  readonly level: Severity | 'off';
  readonly requires: readonly string[];
  /**
   * Only nodes with this property are looked at, or with one whose name is meant. Not for properties that the steps before it
   * add: phandles.
   */
  readonly having?: string | ((name: string) => boolean) | undefined;
  /** Only the root, nodes with children, or nodes in which a property's name comes twice, are looked at. */
  readonly among?: 'root' | 'parents' | 'repeating';
  readonly run: (node: LiveNode, context: CheckContext) => void;
}

export interface CheckContext {
  readonly tree: LiveTree;
  /** `-@`: nodes with labels are kept, though unused. */
  readonly symbols: boolean;
  readonly phandles: PhandleNumbers;
  /** Nodes by the phandle that the source gave them, as far as `explicit_phandles` has come. */
  readonly explicit: Map<number, LiveNode>;
  /** Reports a failure of the running check at `node`, or at `property` of it, in dtc's words. */
  readonly fail: (
    node: LiveNode,
    property: LiveProperty | undefined,
    message: string,
    more?: ReportDetails,
  ) => void;
}

/** Which properties hold a phandle: dtc's `-H`. */
export type PhandleFormat = 'epapr' | 'legacy' | 'both';

/** Gives phandles to nodes that are referred to. */
export interface PhandleNumbers {
  /** The phandle of `node`; the lowest free number where it has none yet. */
  of(node: LiveNode): number;
}
