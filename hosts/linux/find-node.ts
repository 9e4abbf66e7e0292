import { join } from 'node:path';
import { BusFault } from '../../src/bus/index.ts';
import { namesIn, type Places, realPathOf } from '../../src/machine/index.ts';

/** Nodes with a number each, of one kind. */
export interface NumberedNodes {
  /** What a person calls one, and several: `I2C bus`, `I2C buses`. */
  readonly one: string;
  readonly several: string;
  /** What stands before the number in the names of nodes: `i2c-`. */
  readonly prefix: string;
  /** The number in a name of /dev or /sys: `i2c-1` is 1. */
  readonly numberOf: (name: string) => number | undefined;
  /** Those that there are, with the names that their drivers give them. */
  readonly all: () => readonly { readonly number: number; readonly name?: string | undefined }[];
}

/**
 * The node that `port` names: a path below /dev, what it is called there, its number, the name that its driver gives it, or a
 * path below /sys.
 * @throws {BusFault} `ENODEV`, with what there is
 */
export function findNode(port: string, nodes: NumberedNodes, { dev, sys }: Places): string {
  const { one, several, prefix, numberOf } = nodes;
  const node = (number: number): string => join(dev, `${prefix}${number}`);
  if (port.startsWith(`${dev}/`)) return port;
  const number = portNumber(port, numberOf);
  if (number !== undefined) return node(number);
  if (port.startsWith(`${sys}/`)) {
    const found = numberAt(port, numberOf);
    if (found !== undefined) return node(found);
    throw new BusFault('ENODEV', `no ${one} at ${port}; ${listed(nodes)}`);
  }
  const named = nodes.all().filter(({ name }) => name === port);
  const [only, ...more] = named;
  if (only === undefined) throw new BusFault('ENODEV', `not found: ${one} '${port}'; ${listed(nodes)}`);
  if (more.length > 0)
    throw new BusFault(
      'ENODEV',
      `${named.length} ${several} are named '${port}': name one by number; ${listed(nodes, named)}`,
    );
  return node(only.number);
}

/** `1` and, by `numberOf`, `i2c-1`. */
export function portNumber(port: string, numberOf: NumberedNodes['numberOf']): number | undefined {
  return numberOf(port) ?? (/^\d+$/.test(port) ? Number(port) : undefined);
}

/** The number at or above a place in /sys, or the only one right below it or its `folder`. */
export function numberAt(
  path: string,
  numberOf: NumberedNodes['numberOf'],
  folder?: string,
): number | undefined {
  const numbers = (names: readonly string[]) => names.map(numberOf).filter((number) => number !== undefined);
  const own = numbers(realPathOf(path)?.split('/') ?? []);
  if (own.length > 0) return own.at(-1);
  const below = numbers([...namesIn(path), ...(folder === undefined ? [] : namesIn(join(path, folder)))]);
  return below.length === 1 ? below[0] : undefined;
}

/** What there is, for messages. */
export function listed({ one, several, prefix, all }: NumberedNodes, some = all()): string {
  if (some.length === 0) return `this machine has no ${one}`;
  const named = some.map(({ number, name }) => `${prefix}${number}${name === undefined ? '' : ` (${name})`}`);
  return `${several}: ${named.join(', ')}`;
}
