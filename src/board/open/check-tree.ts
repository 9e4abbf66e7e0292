import { checkBoard, checkOverlay, diagnosticText } from '../../devicetree/core.ts';
import type { Diagnostic, Node } from '../../devicetree/index.ts';
import { type BusKind, channelsBehind, clientsOf, isBus, type VirtioNode } from '../../frontend/index.ts';
import { busOf, knownCompatibles } from '../../parts/index.ts';
import { BoardError } from '../board-error.ts';
import { doubtfulFaults, type FaultDoubt } from './fault-texts.ts';
import type { BoardTree } from './load-tree.ts';

/** What is done about a tree that can be read and is doubtful as a board. */
export interface TreeCheckOptions {
  /**
   * What happens where the tree is doubtful: a property of ours that does not exist, an address that contradicts its
   * node's name, a mistyped compatible, a fragment of an overlay that was not applied. `warn` (default): `onWarning` is
   * told. `error`: the board does not open. `off`: nothing is checked.
   */
  readonly treeChecks?: 'warn' | 'error' | 'off';
}

/** A doubt, and the file that it is about where its own place is not known. */
export interface TreeDoubt {
  readonly file: string;
  readonly diagnostic: Diagnostic;
}

/** What is doubtful about a tree, and about the overlays that were applied to it. */
export function doubtsOf(
  file: string,
  { tree, overlays, compiled }: Pick<BoardTree, 'tree' | 'overlays' | 'compiled'>,
  devices: readonly VirtioNode[],
): readonly TreeDoubt[] {
  const buses = devices
    .filter(isBus)
    .flatMap(({ kind, node }) => [{ kind, node }, ...busesBehind(kind, node)]);
  const inTree = checkBoard(tree, { buses, compatibles: knownCompatibles(), busOf });
  return [
    ...[...inTree, ...doubtfulFaults(tree).map(asDiagnostic)].map((diagnostic) => ({
      file: compiled.get(diagnostic.node ?? '') ?? file,
      diagnostic,
    })),
    ...overlays.flatMap((overlay) =>
      checkOverlay(overlay.tree).map((diagnostic) => ({ file: overlay.file, diagnostic })),
    ),
  ];
}

function asDiagnostic({ node, property, message }: FaultDoubt): Diagnostic {
  return {
    severity: 'warning',
    code: 'dtbus_faults',
    message,
    hint: 'write FAULT OPTION=VALUE, as in "nack at=2 times=3"; dtbus inject --kinds lists them',
    span: node.property(property)?.span,
    excerpt: undefined,
    node: node.path,
    property,
    notes: [],
  };
}

/**
 * Does with what is doubtful what the option says. @param doubtsOfTree looks for it
 * @param warn is told one sentence for each
 * @throws {BoardError} with all of them, where they are errors
 */
export function checkTree(
  file: string,
  doubtsOfTree: () => readonly TreeDoubt[],
  { treeChecks = 'warn' }: TreeCheckOptions,
  warn: (sentence: string) => void,
): void {
  if (treeChecks === 'off') return;
  const doubts = doubtsOfTree();
  if (treeChecks === 'warn') for (const doubt of doubts) warn(doubtSentence(doubt));
  else if (doubts.length > 0) {
    const text = doubts.map((doubt) => diagnosticText(doubt.diagnostic, doubt.file)).join('');
    throw new BoardError(`${file} is doubtful as a board`, { more: text.trimEnd() });
  }
}

/** `board.dts:7:3: /i2c/temp@48: …; write …` */
function doubtSentence({ file, diagnostic }: TreeDoubt): string {
  const { span, message, hint } = diagnostic;
  const place = span === undefined ? file : `${span.file}:${span.line}:${span.column}`;
  return `${place}: ${message}${hint === undefined ? '' : `; ${hint}`}`;
}

/** The buses behind multiplexers on a bus, one behind another. */
function busesBehind(kind: BusKind, bus: Node): readonly { readonly kind: BusKind; readonly node: Node }[] {
  if (kind !== 'i2c') return [];
  return clientsOf(bus)
    .flatMap(channelsBehind)
    .flatMap((node) => [{ kind, node }, ...busesBehind(kind, node)]);
}
