import { BusFault, type I2cAdapter, type SpiAdapter } from '../bus/index.ts';
import { checkOptions, integer, type OptionChecks } from '../input/index.ts';
import type { I2cDev } from './i2c-dev.ts';
import { I2cNode, type I2cNodeOptions } from './i2c-node.ts';
import type { SpiDev } from './spi-dev.ts';
import { SpiNode, type SpiNodeOptions } from './spi-node.ts';
import type { SpiOpenOptions } from './spi-settings.ts';

/** A node that can be opened: of an I2C bus, or of a chip select of an SPI bus. */
export type DevNode = I2cNode | SpiNode;

/** An I2C bus by its number. */
export type I2cPath = `/dev/i2c-${number}`;
/** An SPI device by bus and chip select. */
export type SpiPath = `/dev/spidev${number}.${number}`;

function byPath(a: DevNode, b: DevNode): number {
  // Not localeCompare: the first use loads the tables of languages, 7 ms of each start.
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return (
    a.adapter.number - b.adapter.number ||
    (a.kind === 'spi' && b.kind === 'spi' ? a.chipSelect - b.chipSelect : 0)
  );
}

/** Most that `bufsiz` and `dmaAlign` of a kernel can be. */
const LIMIT = 2 ** 31 - 1;
const OPEN_CHECKS: OptionChecks<SpiOpenOptions> = {
  bufsiz: integer(1, LIMIT, 'bytes'),
  dmaAlign: integer(1, LIMIT),
};

/** The `/dev` of a board: which node stands for which bus or device. */
export class NodeRegistry {
  readonly #nodes = new Map<string, DevNode>();
  readonly #whyMissing: (path: string) => string | undefined;

  /** @param whyMissing why a node that the tree describes does not exist; undefined where it describes none */
  constructor(whyMissing: (path: string) => string | undefined = () => undefined) {
    this.#whyMissing = whyMissing;
  }

  /** Adds the node of an I2C bus. @throws {BusFault} `EBUSY` the number is taken. */
  addI2c(adapter: I2cAdapter, options: I2cNodeOptions = {}): I2cNode {
    return this.#add(new I2cNode(adapter, options));
  }

  /** Adds the node of a chip select. @throws {BusFault} `EBUSY` the node exists, `EINVAL` the controller cannot do what the options say. */
  addSpi(adapter: SpiAdapter, chipSelect: number, options: SpiNodeOptions = {}): SpiNode {
    return this.#add(new SpiNode(adapter, chipSelect, options));
  }

  /** Whether there was such a node. What is open goes on until its adapter fails. */
  remove(path: string): boolean {
    return this.#nodes.delete(path);
  }

  /** The node, whether or not it can be opened; undefined where there is none. */
  get(path: string): DevNode | undefined {
    return this.#nodes.get(path);
  }

  /** All nodes, I2C before SPI, by number. */
  list(): readonly DevNode[] {
    return [...this.#nodes.values()].sort(byPath);
  }

  /**
   * Opens a node.
   * @throws {BusFault} `ENOENT` with the names that there are. @throws {TypeError} an option that is not known
   */
  open(path: I2cPath): I2cDev;
  open(path: SpiPath, options?: SpiOpenOptions): SpiDev;
  open(path: string): I2cDev | SpiDev;
  open(path: string, options: SpiOpenOptions = {}): I2cDev | SpiDev {
    const node = this.#nodes.get(path);
    if (node === undefined) {
      const reason = this.#whyMissing(path);
      if (reason !== undefined)
        throw new BusFault('ENOENT', `${path} did not come up: ${reason}`, { cause: new Error(reason) });
      const known = this.list().map((other) => other.path);
      const there = known.length === 0 ? 'the board has no nodes' : `the board has ${known.join(', ')}`;
      throw new BusFault('ENOENT', `not found: ${path}; ${there}`);
    }
    if (node.kind === 'i2c') {
      checkOptions<object>(path, options, {});
      return node.open();
    }
    checkOptions<SpiOpenOptions>(path, options, OPEN_CHECKS);
    return node.open(options);
  }

  #add<Node extends DevNode>(node: Node): Node {
    const taken = this.#nodes.get(node.path);
    if (taken !== undefined)
      throw new BusFault(
        'EBUSY',
        `${node.path} is taken by ${taken.adapter.name}; give the bus another alias`,
      );
    this.#nodes.set(node.path, node);
    return node;
  }
}
