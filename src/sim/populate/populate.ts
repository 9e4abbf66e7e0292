import { resolve } from 'node:path';
import { type DeviceNode, isNodeError, NodeError, type NodeProblem, wellFormed } from '../../bus/index.ts';
import {
  anyObject,
  callback,
  checkOptions,
  flag,
  type OptionChecks,
  option,
  text,
} from '../../input/index.ts';
import { type Clock, RealClock } from '../kit/clock.ts';
import { placeInModel } from '../own/model-place.ts';
import { limitedClock } from '../own/time-limit.ts';
import { i2cAddresses } from '../wire/i2c-address.ts';
import { I2cWire } from '../wire/i2c-wire.ts';
import type { I2cPart, Part, SpiPart } from '../wire/part.ts';
import { SpiWire } from '../wire/spi-wire.ts';
import { Catalogue, compatiblesOf, type PartModel } from './catalogue.ts';
import { checkPart } from './check-part.ts';
import type { PartContext } from './context.ts';
import { type BusContext, NodeContext, STRICT } from './node-context.ts';
import { applyPreset } from './preset.ts';
import { PartRegistry } from './registry.ts';
import { type PlaceOf, SimulatedPart } from './simulated-part.ts';

/** What simulated parts need to run: the same for a whole board. */
export interface SimulationOptions {
  readonly catalogue: Catalogue;
  /** Where the parts that were made are noted. */
  readonly parts?: PartRegistry;
  readonly clock?: Clock;
  /** Folder that relative file names of the tree start from. Default: the present one. */
  readonly directory?: string;
  /** The board is only looked at: no file that the tree names is opened. */
  readonly look?: boolean;
  /** Tells what a driver does that the data sheet forbids; for one node or bus, `dtbus,strict`. */
  readonly strict?: boolean;
  warn?(sentence: string): void;
  /**
   * Told of a child that is left out, while the others live, and of a setting that is; without it such a thing is
   * thrown.
   */
  complain?(problem: NodeProblem): void;
}

const checks: OptionChecks<SimulationOptions> = {
  catalogue: option('a Catalogue, as loadModels() gives it', (value) => value instanceof Catalogue),
  parts: option('a PartRegistry', (value) => value instanceof PartRegistry),
  clock: anyObject,
  directory: text,
  look: flag,
  strict: flag,
  warn: callback,
  complain: callback,
};

/** A child of a bus node and what answers for it. */
export interface BoundPart {
  readonly node: DeviceNode;
  /** I2C addresses (with `TEN_BIT_ADDRESS`) or chip selects of `reg`. */
  readonly reg: readonly number[];
  /** Nothing simulates it when this is missing. */
  readonly model?: PartModel;
}

/** An I2C bus with the parts of the tree on it. */
export interface FilledI2c {
  readonly wire: I2cWire;
  readonly boundParts: readonly BoundPart[];
}

/** An SPI bus with the parts of the tree on it. */
export interface FilledSpi {
  readonly wire: SpiWire;
  readonly boundParts: readonly BoundPart[];
}

/**
 * Makes the I2C bus that `bus` describes: each child that `wanted` accepts and that has a model answers.
 * @throws {NodeError} a bad `reg`, an address given twice, a property a model cannot work with, a model that fails;
 * of these only the child is left out, as in Linux, where `complain` is given.
 */
export function populateI2c(
  bus: DeviceNode,
  options: SimulationOptions,
  wanted: (child: DeviceNode) => boolean = () => true,
): FilledI2c {
  const simulation = withDefaults(options, bus);
  const wire = new I2cWire({ ...simulation, clockHz: wellFormed(() => bus.u32('clock-frequency')) });
  simulation.parts.addWire(bus.path, wire);
  const holder = bus.children.find(({ name }) => name === 'i2c-bus') ?? bus;
  const boundParts = fill<I2cPart>(holder.children, simulation, wanted, {
    kind: 'i2c',
    wire,
    slots: wire.slots,
    regOf: i2cAddresses,
    describe: (address) => `address 0x${(address & 0x3ff).toString(16)}`,
    find: (compatible) => simulation.catalogue.find('i2c', compatible),
    attach: (part, { path }) => wire.attach(part, path),
    readdress: () => wire.slots.readdress(),
  });
  return { wire, boundParts };
}

/** Makes the SPI bus that `bus` describes; see `populateI2c`. @throws {NodeError} */
export function populateSpi(
  bus: DeviceNode,
  options: SimulationOptions,
  wanted: (child: DeviceNode) => boolean = () => true,
): FilledSpi {
  const simulation = withDefaults(options, bus);
  const wire = new SpiWire(simulation);
  simulation.parts.addWire(bus.path, wire);
  const boundParts = fill<SpiPart>(bus.children, simulation, wanted, {
    kind: 'spi',
    wire,
    slots: wire,
    regOf: chipSelects,
    describe: (chipSelect) => `chip select ${chipSelect}`,
    find: (compatible) => simulation.catalogue.find('spi', compatible),
    attach(part, node, [chipSelect]) {
      const csHigh = part.csHigh || node.has('spi-cs-high');
      wire.attach(chipSelect as number, part, node.path, csHigh);
    },
  });
  return { wire, boundParts };
}

/** The chip selects in an SPI child's `reg`. @throws {NodeError} */
function chipSelects(node: DeviceNode): readonly number[] {
  const reg = node.u32s('reg') ?? [];
  if (reg.length === 0 || reg.some((chipSelect) => chipSelect > 0xff)) {
    throw new NodeError(node, 'reg', 'an SPI chip select is one cell from 0 to 255');
  }
  return reg;
}

/** What filling an I2C and an SPI bus differ in. */
interface BusOf<P extends Part> extends PlaceOf<P> {
  readonly kind: PartModel['bus'];
  /** What the node's `reg` says; none: it is not on the bus. @throws {NodeError} */
  regOf(node: DeviceNode): readonly number[];
  /** One value of `reg`, for errors. */
  describe(value: number): string;
  find(compatible: readonly string[]): (Maker<P> & PartModel) | undefined;
  attach(part: P, node: DeviceNode, reg: readonly number[]): void;
  /** A part has changed its addresses. */
  readdress?(): void;
}

interface Maker<P extends Part> {
  create(node: DeviceNode, context: PartContext): P;
}

/** Puts a part on the bus for each child that has a model and that `wanted` accepts. @returns the children that are on the bus */
function fill<P extends I2cPart | SpiPart>(
  children: readonly DeviceNode[],
  simulation: Simulation,
  wanted: (child: DeviceNode) => boolean,
  bus: BusOf<P>,
): readonly BoundPart[] {
  const taken = new Map<number, DeviceNode>();
  const boundParts: BoundPart[] = [];
  const shared = sharedOn(bus, simulation);
  for (const node of children) {
    guarded(node, undefined, simulation, () => {
      if (!node.has('reg')) return;
      const reg = bus.regOf(node);
      if (reg.length === 0) return;
      claim(node, reg, taken, bus.describe);
      const model = wanted(node) ? bus.find(compatiblesOf(node)) : undefined;
      const running = guarded(node, model, simulation, () => {
        if (model === undefined) return false;
        const made = new SimulatedPart<P>(node, model, bus);
        const context = new NodeContext(node, shared, clockOf(made, simulation));
        made.by(() => checkPart(bus.kind, model.create(node, context)));
        bus.attach(made.onWire, node, reg);
        simulation.parts.add(made);
        applyPreset(node, simulation.parts, simulation.complain);
        return true;
      });
      boundParts.push(model === undefined || running !== true ? { node, reg } : { node, reg, model });
    });
  }
  return boundParts;
}

/** What goes wrong with one child is told, and the others go on. */
function guarded<T>(
  node: DeviceNode,
  model: PartModel | undefined,
  { complain, directory = '.' }: Simulation,
  work: () => T,
): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isNodeError(error) || model === undefined) {
      complain(error as NodeProblem);
      return undefined;
    }
    const own = node.has('dtbus,model') ? node.string('dtbus,model') : undefined;
    const place = own === undefined ? undefined : placeInModel(resolve(directory, own), error);
    const reason = `${error instanceof Error ? error.message : error}${place === undefined ? '' : ` (${place})`}`;
    const property = own === undefined ? undefined : 'dtbus,model';
    complain(new NodeError(node, property, `the model ${own ?? `"${model.title}"`} failed: ${reason}`));
    return undefined;
  }
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

function withDefaults(options: SimulationOptions, bus: DeviceNode): Simulation {
  checkOptions(bus.path, options, checks);
  checks.catalogue('catalogue', options.catalogue);
  return {
    catalogue: options.catalogue,
    parts: options.parts ?? new PartRegistry(),
    clock: options.clock ?? new RealClock(),
    directory: options.directory ?? '.',
    look: options.look ?? false,
    strict: options.strict === true || bus.has(STRICT),
    warn: options.warn ?? ((sentence) => process.emitWarning(sentence)),
    complain:
      options.complain ??
      ((problem) => {
        throw problem;
      }),
  };
}

function sharedOn(bus: { readdress?(): void }, simulation: Simulation): BusContext {
  return {
    ...simulation,
    readdress: () => bus.readdress?.(),
    segment: (channel) => populateI2c(channel, simulation).wire,
    emptySegment: () => new I2cWire(simulation),
  };
}

function clockOf(made: SimulatedPart<Part>, { clock }: Simulation): Clock {
  return made.limited ? limitedClock(clock, (error) => made.fail(error)) : clock;
}
