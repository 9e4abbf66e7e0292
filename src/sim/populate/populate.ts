import { resolve } from 'node:path';
import {
  type DeviceNode,
  isNodeError,
  NodeError,
  type NodeProblem,
  readTreeFile,
  wellFormed,
} from '../../bus/index.ts';
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
import { contentsFileOf, fileContents, volatileContents } from '../kit/contents.ts';
import { i2cAddresses } from '../wire/i2c-address.ts';
import { I2cWire } from '../wire/i2c-wire.ts';
import type { Part } from '../wire/part.ts';
import { SpiWire } from '../wire/spi-wire.ts';
import { Catalogue, compatiblesOf, type PartModel } from './catalogue.ts';
import { checkPart } from './check-part.ts';
import type { PartContext } from './context.ts';
import { applyPreset } from './preset.ts';
import { PartRegistry } from './registry.ts';

/** On a part or a bus: mistakes of a driver are told. */
const STRICT = 'dtbus,strict';

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
  const holder = bus.children.find(({ name }) => name === 'i2c-bus') ?? bus;
  const taken = new Map<number, DeviceNode>();
  const boundParts: BoundPart[] = [];
  for (const node of holder.children) {
    guarded(node, undefined, simulation, () => {
      if (!node.has('reg')) return;
      const reg = i2cAddresses(node);
      if (reg.length === 0) return;
      claim(node, reg, taken, (address) => `address 0x${(address & 0x3ff).toString(16)}`);
      const model = wanted(node) ? simulation.catalogue.find('i2c', compatiblesOf(node)) : undefined;
      const running = guarded(node, model, simulation, () => {
        if (model === undefined) return false;
        const part = checkPart('i2c', model.create(node, contextOf(node, simulation, wire)));
        wire.attach(part, node.path);
        register(simulation, node, model, part, {
          revive: () => wire.revive(part),
          fail: (error) => wire.fail(part, error),
        });
        return true;
      });
      boundParts.push(model === undefined || running !== true ? { node, reg } : { node, reg, model });
    });
  }
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
  const taken = new Map<number, DeviceNode>();
  const boundParts: BoundPart[] = [];
  for (const node of bus.children) {
    guarded(node, undefined, simulation, () => {
      const reg = node.u32s('reg');
      if (reg === undefined) return;
      if (reg.length === 0 || reg.some((chipSelect) => chipSelect > 0xff)) {
        throw new NodeError(node, 'reg', 'an SPI chip select is one cell from 0 to 255');
      }
      claim(node, reg, taken, (chipSelect) => `chip select ${chipSelect}`);
      const model = wanted(node) ? simulation.catalogue.find('spi', node.compatible) : undefined;
      const running = guarded(node, model, simulation, () => {
        if (model === undefined) return false;
        const part = checkPart('spi', model.create(node, contextOf(node, simulation, undefined)));
        wire.attach(reg[0] as number, part, node.path, (part.csHigh ?? false) || node.has('spi-cs-high'));
        register(simulation, node, model, part, {
          revive: () => wire.revive(part),
          fail: (error) => wire.fail(part, error),
        });
        return true;
      });
      boundParts.push(model === undefined || running !== true ? { node, reg } : { node, reg, model });
    });
  }
  return { wire, boundParts };
}

/** What goes wrong with one child is told, and the others go on. */
function guarded<T>(
  node: DeviceNode,
  model: PartModel | undefined,
  { complain }: Simulation,
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
    const reason = error instanceof Error ? error.message : String(error);
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

function contextOf(node: DeviceNode, simulation: Simulation, wire: I2cWire | undefined): PartContext {
  const { clock, directory, look } = simulation;
  const warn = (sentence: string) => simulation.warn(`${node.path}: ${sentence}`);
  return {
    clock,
    directory,
    strict: simulation.strict || node.has(STRICT),
    warn,
    readFile: (property) => {
      const name = look ? undefined : node.string(property);
      if (name === undefined) return undefined;
      const file = resolve(directory, name);
      try {
        return readTreeFile(file);
      } catch (error) {
        throw new NodeError(node, property, `cannot load ${file}: ${(error as Error).message}`);
      }
    },
    contents: (size, fill) => {
      const file = look ? undefined : contentsFileOf(node, directory);
      if (file === undefined) return volatileContents(size, fill);
      const contents = fileContents(file, size, fill, clock, warn);
      simulation.parts.keep(contents);
      return contents;
    },
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
  { revive, fail }: { readonly revive: () => void; readonly fail: (error: unknown) => void },
): void {
  simulation.parts.add({
    path: node.path,
    model,
    part,
    fail,
    reset(): void {
      part.reset();
      revive();
    },
  });
  applyPreset(node, simulation.parts, simulation.complain);
}
