import type { Node, Tree } from '../../devicetree/index.ts';
import { type BusKind, channelsBehind, clientsOf, findDevices, isBus } from '../../frontend/index.ts';

/** A part that a tree describes on a bus of a vendor's or of ours. */
export interface TreeClient {
  readonly bus: BusKind;
  readonly path: string;
  /** The most specific name first; never empty. */
  readonly compatible: readonly string[];
}

/**
 * Every client of a tree's I2C and SPI buses, a vendor's as it is (`adopt`): what is available, with all its parents, and
 * has `compatible` and `reg`, on a bus or behind a multiplexer.
 */
export function clientsIn(tree: Tree): readonly TreeClient[] {
  const buses = findDevices(tree, { adopt: true }).filter(isBus);
  return buses.flatMap(({ node, kind }) => clientsBelow(node, kind));
}

function clientsBelow(bus: Node, kind: BusKind): readonly TreeClient[] {
  return clientsOf(bus).flatMap((node) => [
    ...(node.has('reg') && node.compatible.length > 0
      ? [{ bus: kind, path: node.path, compatible: node.compatible }]
      : []),
    ...channelsBehind(node).flatMap((channel) => clientsBelow(channel, 'i2c')),
  ]);
}
