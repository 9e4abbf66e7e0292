import type { DeviceNode } from '../../bus/index.ts';

/** Properties of a node as a device tree has them: a flag, cells, strings or bytes. */
export type NodeProperties = Readonly<
  Record<string, boolean | number | readonly number[] | string | readonly string[] | Uint8Array>
>;

/** A node without a tree around it. */
export function literalNode(
  path: string,
  compatible: readonly string[],
  properties: NodeProperties,
  children: readonly DeviceNode[] = [],
): DeviceNode {
  const cells = (name: string): readonly number[] | undefined => {
    const value = properties[name];
    if (typeof value === 'number') return [value];
    return isListOf(value, 'number') ? (value as readonly number[]) : undefined;
  };
  const texts = (name: string): readonly string[] | undefined => {
    const value = properties[name];
    if (typeof value === 'string') return [value];
    return isListOf(value, 'string') ? (value as readonly string[]) : undefined;
  };
  return {
    name: path.slice(path.lastIndexOf('/') + 1),
    path,
    compatible,
    children,
    has: (name) => properties[name] !== undefined && properties[name] !== false,
    u32: (name) => cells(name)?.[0],
    u32s: cells,
    string: (name) => texts(name)?.[0],
    strings: texts,
    bytes(name) {
      const value = properties[name];
      return value instanceof Uint8Array ? value : undefined;
    },
  };
}

function isListOf(value: unknown, type: 'number' | 'string'): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === type);
}
