import type { DeviceNode } from '../../src/bus/index.ts';

type Value = number | readonly number[] | string | readonly string[] | Uint8Array | true;

/** A device-tree node as tests write it: `node('temp@48', { compatible: 'national,lm75', reg: 0x48 })`. */
export function node(
  name: string,
  properties: Readonly<Record<string, Value>> = {},
  children: readonly DeviceNode[] = [],
  path = `/${name}`,
): DeviceNode {
  const get = (property: string): Value | undefined => properties[property];
  const list = (property: string): readonly (number | string)[] | undefined => {
    const value = get(property);
    if (value === undefined) return undefined;
    if (value === true || value instanceof Uint8Array) return [];
    return typeof value === 'object' ? value : [value];
  };
  return {
    name,
    path,
    children,
    compatible: (list('compatible') ?? []) as readonly string[],
    has: (property) => get(property) !== undefined,
    u32: (property) => list(property)?.[0] as number | undefined,
    u32s: (property) => list(property) as readonly number[] | undefined,
    string: (property) => list(property)?.[0] as string | undefined,
    strings: (property) => list(property) as readonly string[] | undefined,
    bytes: (property) => get(property) as Uint8Array | undefined,
  };
}
