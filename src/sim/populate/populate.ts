import { type DeviceNode, NodeError } from '../../bus/index.ts';
import { type Clock, RealClock } from '../kit/clock.ts';
import { contentsOf } from '../kit/contents.ts';
import { i2cAddresses } from '../wire/i2c-address.ts';
import { I2cWire } from '../wire/i2c-wire.ts';
import type { Part } from '../wire/part.ts';
import { SpiWire } from '../wire/spi-wire.ts';
import { type Catalogue, compatiblesOf, type PartModel } from './catalogue.ts';
import type { PartContext } from './context.ts';
import { applyPreset } from './preset.ts';
import { PartRegistry } from './registry.ts';

/** What simulated parts need to run: the same for a whole board. */
export interface SimulationOptions {
  readonly catalogue: Catalogue;
  /** Where the parts that were made are noted. */
  readonly parts?: PartRegistry;
  readonly clock?: Clock;
  /** Folder that relative file names of the tree start from. Default: the present one. */
  readonly directory?: string;
  warn?(sentence: string): void;
}

/** A child of a bus node and what answers for it. */
export interface BoundPart {
  readonly node: DeviceNode;
  /** I2C addresses (with `TEN_BIT_ADDRESS`) or chip selects of `reg`. */
  readonly reg: readonly number[];
  /** Nothing simulates it when this is missing. */
  readonly model?: PartModel;
}

interface Filled {
  readonly wire: I2cWire | SpiWire;
}

/** An I2C bus with the parts of the tree on it. */
export interface FilledI2c extends Filled {
  readonly wire: I2cWire;
  readonly boundParts: readonly BoundPart[];
}

/** An SPI bus with the parts of the tree on it. */
export interface FilledSpi extends Filled {
  readonly wire: SpiWire;
  readonly boundParts: readonly BoundPart[];
}

/**
 * Makes the I2C bus that `bus` describes: each child that `wanted` accepts and that has a model answers.
 * @throws {NodeError} a bad `reg`, an address given twice, a property a model cannot work with.
 */
export function populateI2c(
  bus: DeviceNode,
  options: SimulationOptions,
  wanted: (child: DeviceNode) => boolean = () => true,
): FilledI2c {
  const simulation = withDefaults(options);
  const wire = new I2cWire(simulation);
  const holder = bus.children.find(({ name }) => name === 'i2c-bus') ?? bus;
  const taken = new Map<number, DeviceNode>();
  const boundParts: BoundPart[] = [];
  for (const node of holder.children) {
    if (!node.has('reg')) continue;
    const reg = i2cAddresses(node);
    if (reg.length === 0) continue;
    claim(node, reg, taken, (address) => `address 0x${(address & 0x3ff).toString(16)}`);
    const model = wanted(node) ? simulation.catalogue.find('i2c', compatiblesOf(node)) : undefined;
    boundParts.push(model === undefined ? { node, reg } : { node, reg, model });
    if (model === undefined) continue;
    const part = model.create(node, contextOf(node, simulation, wire));
    wire.attach(part, node.path);
    register(simulation, node, model, part, () => wire.revive(part));
  }
  return { wire, boundParts };
}

/** Makes the SPI bus that `bus` describes; see `populateI2c`. @throws {NodeError} */
export function populateSpi(
  bus: DeviceNode,
  options: SimulationOptions,
  wanted: (child: DeviceNode) => boolean = () => true,
): FilledSpi {
  const simulation = withDefaults(options);
  const wire = new SpiWire(simulation);
  const taken = new Map<number, DeviceNode>();
  const boundParts: BoundPart[] = [];
  for (const node of bus.children) {
    const reg = node.u32s('reg');
    if (reg === undefined) continue;
    if (reg.length === 0 || reg.some((chipSelect) => chipSelect > 0xff)) {
      throw new NodeError(node, 'reg', 'an SPI chip select is one cell from 0 to 255');
    }
    claim(node, reg, taken, (chipSelect) => `chip select ${chipSelect}`);
    const model = wanted(node) ? simulation.catalogue.find('spi', node.compatible) : undefined;
    boundParts.push(model === undefined ? { node, reg } : { node, reg, model });
    if (model === undefined) continue;
    const part = model.create(node, contextOf(node, simulation, undefined));
    wire.attach(reg[0] as number, part, node.path, (part.csHigh ?? false) || node.has('spi-cs-high'));
    register(simulation, node, model, part, () => wire.revive(part));
  }
  return { wire, boundParts };
}

function claim(
  node: DeviceNode,
  reg: readonly number[],
  taken: Map<number, DeviceNode>,
  describe: (value: number) => string,
): void {
  for (const value of reg) {
    const other = taken.get(value);
    if (other !== undefined) {
      throw new NodeError(
        node,
        'reg',
        `${describe(value)} is already taken by ${other.path}: give one of them another`,
      );
    }
    taken.set(value, node);
  }
}

type Simulation = Required<SimulationOptions>;

function withDefaults(options: SimulationOptions): Simulation {
  return {
    catalogue: options.catalogue,
    parts: options.parts ?? new PartRegistry(),
    clock: options.clock ?? new RealClock(),
    directory: options.directory ?? '.',
    warn: options.warn ?? ((sentence) => process.emitWarning(sentence)),
  };
}

function contextOf(node: DeviceNode, simulation: Simulation, wire: I2cWire | undefined): PartContext {
  const { clock, directory } = simulation;
  const warn = (sentence: string) => simulation.warn(`${node.path}: ${sentence}`);
  return {
    clock,
    directory,
    warn,
    contents: (size, fill) => contentsOf(node, directory, size, fill, clock, warn),
    readdress: () => wire?.readdress(),
    segment: (channel) => populateI2c(channel, simulation).wire,
    emptySegment: () => new I2cWire(simulation),
  };
}

function register(
  simulation: Simulation,
  node: DeviceNode,
  model: PartModel,
  part: Part,
  revive: () => void,
): void {
  simulation.parts.add({
    path: node.path,
    model,
    part,
    reset(): void {
      part.reset();
      revive();
    },
  });
  applyPreset(node, simulation.parts);
}
