import type { Board, BusListing, SingleUse } from '../../board/index.ts';
import { didYouMean } from '../../input/index.ts';
import { UsageError } from '../terminal/usage-error.ts';

type TreeNode = NonNullable<ReturnType<Board['tree']['byPath']>>;

/** A part on a bus, as a person named it. */
export interface Target {
  readonly kind: 'i2c' | 'spi';
  /** `/dev/i2c-1`, `/dev/spidev0.0` */
  readonly nodePath: string;
  /** I2C address, or chip select. */
  readonly unit: number;
  /** `/i2c/eeprom@50`; undefined for a part that was named by bus and address. */
  readonly path: string | undefined;
  /** Compatibles of its node, or the type that was named: `24c32`. */
  readonly types: readonly string[];
  /** A number of its node's, by name. */
  property(name: string): number | undefined;
  readonly readOnly: boolean;
}

const FORMS = 'a label (eeprom), a path (/i2c/eeprom@50), BUS:ADDRESS:TYPE (1:0x50:24c32) or /dev/spidevB.C';

/** Bus, chip select or address, and type of a part. */
const SPI = /^(?:\/dev\/)?spidev(\d+)\.(\d+)(?::(.+))?$/;
const I2C = /^(?:(?:\/dev\/)?i2c-)?(\d+):(0x[0-9a-f]+|\d+)(?::(.+))?$/i;

/**
 * The part that `text` names. @throws {UsageError} for a name that cannot be one, {Error} for a part that the board
 * does not have or that cannot be reached
 */
export function findTarget(board: Board, text: string): Target {
  const spi = SPI.exec(text);
  if (spi !== null) return spiTarget(board, Number(spi[1]), Number(spi[2]), spi[3]);
  const i2c = I2C.exec(text);
  if (i2c !== null) return i2cTarget(board, Number(i2c[1]), Number(i2c[2]), i2c[3]);
  const node = nodeNamed(board.tree, text);
  if (node === undefined)
    throw new Error(`not found: ${text}${nearest(board, text)}; use ${FORMS}; \`dtbus ls\` shows the board`);
  return targetOf(board, node);
}

/** What the board must have for that part: a node of Linux's, or what finds the part in a tree. */
export function nodeOf(text: string): SingleUse['node'] {
  const [, spi] = SPI.exec(text) ?? [];
  const [, i2c] = I2C.exec(text) ?? [];
  if (spi !== undefined) return `/dev/spidev${spi}`;
  return i2c === undefined ? (tree) => nodeNamed(tree, text) : `/dev/i2c-${i2c}`;
}

/** ` (did you mean eeprom)`: a label of the tree. */
function nearest({ tree }: Board, text: string): string {
  const near = didYouMean(
    text.replace(/^&/, ''),
    [...tree.nodes()].flatMap(({ labels }) => labels),
  );
  return near === undefined ? '' : ` (did you mean ${near})`;
}

function nodeNamed(tree: Board['tree'], text: string): TreeNode | undefined {
  if (text.startsWith('/')) return tree.byPath(text);
  const label = text.replace(/^&/, '');
  const symbols = tree.byPath('/__symbols__');
  const symbol = symbols?.has(label) ? symbols.string(label) : undefined;
  return (
    tree.byLabel(label) ?? (symbol === undefined ? undefined : tree.byPath(symbol)) ?? tree.byPath(label)
  );
}

function targetOf(board: Board, node: TreeNode): Target {
  const buses = board.buses();
  const bus = buses.find(({ path }) => path === node.parent?.path);
  const unit = node.u32s('reg')?.[0];
  if (bus === undefined || unit === undefined) {
    const above = buses.find(({ path }) => node.path.startsWith(`${path}/`));
    throw new Error(
      above === undefined
        ? `${node.path} is not on a bus of the board; \`dtbus ls\` shows the buses`
        : `${node.path} is behind another part of ${above.path}; select its channel with i2ctransfer and use ${above.number}:ADDRESS:TYPE`,
    );
  }
  const nodePath = bus.kind === 'i2c' ? bus.nodes[0] : bus.nodes.find((path) => path.endsWith(`.${unit}`));
  if (nodePath === undefined) throw new Error(`${node.path}: ${notUp(bus)}`);
  return {
    kind: bus.kind,
    nodePath,
    unit,
    path: node.path,
    types: node.compatible,
    property: (name) => node.u32(name),
    readOnly: node.has('read-only'),
  };
}

function notUp({ path, fault }: BusListing): string {
  return `its bus ${path} did not come up${fault === undefined ? '' : `: ${fault}`}`;
}

/** A node of the tree at that place, where there is one, so that its properties count. */
function nodeAt(board: Board, kind: 'i2c' | 'spi', number: number, unit: number): TreeNode | undefined {
  const bus = board.buses().find((candidate) => candidate.kind === kind && candidate.number === number);
  const peripheral = bus?.peripherals.find(({ reg }) => reg[0] === unit);
  return peripheral === undefined ? undefined : board.tree.byPath(peripheral.path);
}

function i2cTarget(board: Board, number: number, unit: number, type: string | undefined): Target {
  if (unit > 0x7f)
    throw new UsageError(`invalid I2C address: expected 0x00 to 0x7f, got 0x${unit.toString(16)}`);
  const node = nodeAt(board, 'i2c', number, unit);
  if (type === undefined && node !== undefined) return targetOf(board, node);
  return named('i2c', `/dev/i2c-${number}`, unit, type);
}

function spiTarget(board: Board, number: number, chipSelect: number, type: string | undefined): Target {
  const node = nodeAt(board, 'spi', number, chipSelect);
  if (type === undefined && node !== undefined) return targetOf(board, node);
  return named('spi', `/dev/spidev${number}.${chipSelect}`, chipSelect, type);
}

function named(kind: 'i2c' | 'spi', nodePath: string, unit: number, type: string | undefined): Target {
  return {
    kind,
    nodePath,
    unit,
    path: undefined,
    types: type === undefined ? [] : [type],
    property: () => undefined,
    readOnly: false,
  };
}
