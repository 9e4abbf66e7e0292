import { createSimulatedI2c, createSimulatedSpi } from '../../hosts/simulated/index.ts';
import { BusFault, type DeviceNode, type Errno, I2C_M } from '../../src/bus/index.ts';
import { loadModels, PartRegistry, type PropertyValue, SteppedClock } from '../../src/sim/index.ts';
import { spiTransfer } from '../support/spi.ts';

type NodeValue = boolean | number | readonly number[] | string | readonly string[] | Uint8Array;

/** A device-tree node as a literal: `{ compatible: 'national,lm75', reg: 0x48 }`. */
export interface NodeLiteral {
  readonly name?: string;
  readonly children?: readonly NodeLiteral[];
  readonly properties?: Readonly<Record<string, NodeValue>>;
  readonly compatible?: string | readonly string[];
  readonly reg?: number | readonly number[];
}

export function node(literal: NodeLiteral, parent = ''): DeviceNode {
  const { compatible = [], reg, name = 'node' } = literal;
  const values = new Map<string, NodeValue>(Object.entries(literal.properties ?? {}));
  if (reg !== undefined) values.set('reg', reg);
  const path = `${parent}/${name}`;
  const get = <T>(property: string, is: (value: NodeValue) => value is NodeValue & T): T | undefined => {
    const value = values.get(property);
    if (value === undefined) return undefined;
    if (!is(value)) throw new Error(`${path}: ${property} has the wrong form`);
    return value;
  };
  return {
    name,
    path,
    compatible: typeof compatible === 'string' ? [compatible] : compatible,
    children: (literal.children ?? []).map((child) => node(child, path)),
    has: (property) => values.has(property),
    u32: (property) => get(property, (value): value is number => typeof value === 'number'),
    u32s(property) {
      const value = values.get(property);
      if (typeof value === 'number') return [value];
      return get(property, (cells): cells is readonly number[] => Array.isArray(cells));
    },
    string: (property) => get(property, (value): value is string => typeof value === 'string'),
    strings: (property) => get(property, (value): value is readonly string[] => Array.isArray(value)),
    bytes: (property) => get(property, (value): value is Uint8Array => value instanceof Uint8Array),
  };
}

function compatiblesBelow(tree: DeviceNode): string[] {
  return [...tree.compatible, ...tree.children.flatMap(compatiblesBelow)];
}

/** What a fault's errno is, or `undefined` when `body` succeeds. */
export function faultOf(body: () => void): Errno | undefined {
  try {
    body();
  } catch (error) {
    if (error instanceof BusFault) return error.code;
    throw error;
  }
  return undefined;
}

/** A simulated bus on a stepped clock. Only `advance` moves it: what a data sheet says is exact to the nanosecond. */
async function bench(bus: DeviceNode) {
  const clock = new SteppedClock(Date.UTC(2024, 1, 28, 23, 59, 58), false);
  const warnings: string[] = [];
  const parts = new PartRegistry();
  const catalogue = await loadModels(compatiblesBelow(bus));
  const options = { catalogue, clock, parts, warn: (sentence: string) => warnings.push(sentence) };
  const only = () => parts.list()[0]?.path ?? '';
  return {
    clock,
    warnings,
    parts,
    options,
    /** Sets a property of the first part. */
    set: (property: string, value: PropertyValue) => parts.set(only(), property, value),
    get: (property: string) => parts.get(only(), property),
    /** Level of a line of the first part. */
    line(name: string) {
      const found = parts.at(only()).part.lines?.find((line) => line.name === name);
      if (found === undefined) throw new Error(`the part has no line ${name}`);
      return found;
    },
    drivePin: (pin: number, high: boolean | undefined) => parts.drivePin(only(), pin, high),
    reset: () => parts.at(only()).reset(),
  };
}

/** An I2C bus with the parts of `children`. Addresses default to the first child's. */
export async function i2cBench(...children: NodeLiteral[]) {
  const bus = node({
    name: 'i2c',
    children: children.map((child, index) => ({ name: `part${index}`, ...child })),
  });
  const common = await bench(bus);
  const { i2c, boundParts } = createSimulatedI2c(bus, common.options);
  const first = [children[0]?.reg ?? 0].flat()[0] ?? 0;
  const flagsOf = (address: number) => (address > 0x7f ? I2C_M.TEN : 0);
  return {
    ...common,
    i2c,
    boundParts,
    write(bytes: readonly number[], address = first): void {
      i2c.transfer([{ addr: address & 0x3ff, flags: flagsOf(address), buf: Uint8Array.from(bytes) }]);
    },
    read(count: number, address = first): number[] {
      const buf = new Uint8Array(count);
      i2c.transfer([{ addr: address & 0x3ff, flags: flagsOf(address) | I2C_M.RD, buf }]);
      return [...buf];
    },
    writeRead(bytes: readonly number[], count: number, address = first): number[] {
      const buf = new Uint8Array(count);
      i2c.transfer([
        { addr: address, flags: 0, buf: Uint8Array.from(bytes) },
        { addr: address, flags: I2C_M.RD, buf },
      ]);
      return [...buf];
    },
  };
}

/** An SPI bus with the parts of `children`. */
export async function spiBench(...children: NodeLiteral[]) {
  const bus = node({
    name: 'spi',
    children: children.map((child, index) => ({ name: `part${index}`, reg: index, ...child })),
  });
  const common = await bench(bus);
  const { spi, boundParts } = createSimulatedSpi(bus, common.options);
  return {
    ...common,
    spi,
    boundParts,
    /** Sends `bytes`, then receives `count` more while the chip stays selected. */
    exchange(bytes: readonly number[], count = 0, mode = 0, chipSelect = 0): number[] {
      const rx = new Uint8Array(count);
      spi.transfer(chipSelect, mode, [spiTransfer({ tx: Uint8Array.from(bytes) }), spiTransfer({ rx })]);
      return [...rx];
    },
    /** Full duplex. */
    duplex(bytes: readonly number[], mode = 0, chipSelect = 0): number[] {
      const rx = new Uint8Array(bytes.length);
      spi.transfer(chipSelect, mode, [spiTransfer({ tx: Uint8Array.from(bytes), rx })]);
      return [...rx];
    },
  };
}
