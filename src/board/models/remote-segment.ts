import { isUint8Array } from 'node:util/types';
import type { DeviceNode } from '../../bus/index.ts';
import type { I2cPart, I2cWire } from '../../sim/index.ts';
import type { ModelCall, ModelCalls, SegmentRequest } from './protocol.ts';

/** The arguments behind the path. */
export type Rest<F> = F extends (path: string, ...rest: infer R) => unknown ? R : never;

export type RemoteCall = <Name extends ModelCall>(
  name: Name,
  ...args: Rest<ModelCalls[Name]>
) => ReturnType<ModelCalls[Name]>;

/** A chip in the package of a part whose model runs in another thread, as a part of a segment behind it. */
export function remoteChip(addresses: readonly number[], call: RemoteCall): I2cPart {
  return {
    state: {},
    addresses,
    reset() {},
    start: (address, read) => call('start', address, read) === true,
    write: (data) => call('write', new Uint8Array(data)),
    read: (into) => received(call('read', into.length), into),
    stop: () => call('stop'),
  };
}

/** What a part does as the master of a segment; its bits take no time. What is asked for may be anything: it is not ours. */
export function onWire(wire: I2cWire, name: SegmentRequest['name'], args: SegmentRequest['args']): unknown {
  const { timed } = wire;
  wire.timed = false;
  try {
    const [first, second] = args;
    if (name === 'startTo') return wire.startTo(Number(first), second === true);
    if (name === 'write') return isUint8Array(first) ? wire.write(first) : 0;
    if (name === 'stop') return wire.stop();
    const into = new Uint8Array(Math.min(Number(first) || 0, READ_MAX));
    wire.read(into);
    return into;
  } finally {
    wire.timed = timed;
  }
}

/** Longest read of a master behind a part. */
const READ_MAX = 1 << 16;

/** The node below another that has this path. */
export function nodeBelow(node: DeviceNode, path: string): DeviceNode | undefined {
  for (const child of node.children) {
    const found = child.path === path ? child : nodeBelow(child, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a model says may be anything: it is not ours. */
export function received(bytes: unknown, into: Uint8Array): void {
  if (isUint8Array(bytes) && bytes.length === into.length) into.set(bytes);
  else throw new TypeError('the model returned no bytes');
}
