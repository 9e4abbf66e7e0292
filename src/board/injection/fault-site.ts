import { wellFormed } from '../../bus/index.ts';
import type { Tree } from '../../devicetree/index.ts';
import {
  type FaultSite,
  type FaultyI2cController,
  type FaultySpiController,
  KINDS,
  whyNotCarried,
} from '../../faults/index.ts';
import { I2cWire, type PartRegistry, SpiWire } from '../../sim/index.ts';
import { type BusBinding, hostNodeOf } from '../assemble/bind-bus.ts';
import { unitsAt } from '../assemble/ownership.ts';
import type { FaultRequest } from '../thread/protocol.ts';

/** Where the faults of a bus act. */
export type FaultPoint =
  | { readonly on: 'i2c-wire'; readonly wire: I2cWire }
  | { readonly on: 'spi-wire'; readonly wire: SpiWire }
  | { readonly on: 'i2c-answers'; readonly adapter: FaultyI2cController }
  | { readonly on: 'spi-answers'; readonly adapter: FaultySpiController };

/** A fault's place on a bus. */
export interface BusPlace {
  readonly binding: BusBinding;
  readonly point: FaultPoint;
  readonly site: FaultSite;
  /** Of a multiplexer without an address on the bus that it switches: its path. */
  readonly muxPath: string | undefined;
}

/** What the tree and the board have of buses and parts. */
interface Known {
  readonly tree: Tree;
  readonly bindings: readonly BusBinding[];
  readonly parts: PartRegistry;
}

/**
 * Where a fault is to act.
 * @returns a sentence: what carries the bus cannot carry the fault @throws {Error} it cannot be there on any bus
 */
export function placeOfFault(known: Known, request: FaultRequest): BusPlace | string {
  const { path, kind, target, options } = request;
  const binding = bindingOf(known.bindings, path);
  if (binding === undefined) throw new Error(`not found: bus or part ${target}`);
  const { kind: bus } = binding.node;
  const { on, at } = KINDS[kind];
  if (!on.includes(bus))
    throw refusal(request, `it is for ${on.join(' and ')}${on.includes('gpio') ? ' lines' : ' buses'} only`);
  const host = hostNodeOf(binding.node.node)?.path;
  // An adapter with several buses has a node for each of them.
  const isBus = [binding.node.node.path, host, `${host}/${bus}`].includes(path);
  if (!isBus && at === 'bus')
    throw new Error(`invalid target of fault ${kind}: expected a bus, got the part ${target}`);
  if (isBus && at === 'part')
    throw new Error(`invalid target of fault ${kind}: expected a part, got the bus ${target}`);
  if (bus === 'spi' && options.direction !== undefined && kind !== 'flip')
    throw refusal(request, 'direction is for flip only on SPI');
  const isSimulated = simulatedPart(known, path);
  const isOwn = isSimulated && path.startsWith(`${binding.node.node.path}/`);
  // Only who asked knows which byte of a read is the last.
  const point =
    kind === 'pec' && binding.adapter !== undefined && !isOwn
      ? answersOf(binding.adapter)
      : pointOf(known, binding, isOwn);
  const why = point === undefined ? NOT_UP : whyNot(request, binding, point);
  if (why !== undefined || point === undefined) return `unsupported fault ${kind} on ${target}: ${why}`;
  const muxPath = isSwitch(known, path) ? path : undefined;
  return { binding, point, site: siteOf(known, request, binding, point, isBus, isSimulated), muxPath };
}

const NOT_UP = 'the bus is not up';

function refusal({ kind, target }: FaultRequest, why: string): Error {
  return new Error(`unsupported fault ${kind} on ${target}: ${why}`);
}

/** The bus that a path is on: the one nearest above it, or the one whose emulated adapter has it. */
function bindingOf(bindings: readonly BusBinding[], path: string): BusBinding | undefined {
  const isBelow = (above: string | undefined) =>
    above !== undefined && (path === above || path.startsWith(`${above}/`));
  const own = bindings.filter(({ node }) => isBelow(node.node.path));
  if (own.length > 0)
    return own.reduce((a, b) => (b.node.node.path.length > a.node.node.path.length ? b : a));
  const hosted = bindings.filter(({ node }) => isBelow(hostNodeOf(node.node)?.path));
  return hosted.find(({ node }) => `${path}/`.includes(`/${node.kind}/`)) ?? hosted[0];
}

/** Whether a model answers for the part at this path. */
function simulatedPart({ parts }: Known, path: string): boolean {
  return parts.list().some((running) => running.path === path);
}

function pointOf({ parts }: Known, binding: BusBinding, isSimulated: boolean): FaultPoint | undefined {
  const { simulated, node, adapter } = binding;
  const own = parts.wireAt(node.node.path);
  // On a bus that is partly real, its own wire has the simulated parts.
  const wire = simulated?.wire ?? (isSimulated && own !== undefined ? own : emulatedWire(parts, binding));
  if (wire instanceof I2cWire) return { on: 'i2c-wire', wire };
  if (wire instanceof SpiWire) return { on: 'spi-wire', wire };
  if (adapter === undefined) return undefined;
  return answersOf(adapter);
}

function answersOf(adapter: FaultyI2cController | FaultySpiController): FaultPoint {
  return 'functionality' in adapter ? { on: 'i2c-answers', adapter } : { on: 'spi-answers', adapter };
}

/** The wire behind the emulated adapter that carries a bus. */
function emulatedWire(
  parts: PartRegistry,
  { node }: Pick<BusBinding, 'node'>,
): I2cWire | SpiWire | undefined {
  const host = hostNodeOf(node.node);
  if (host === undefined) return undefined;
  const child = host.children.find(({ name }) => name === node.kind);
  const wire = parts.wireAt((child ?? host).path);
  return wire instanceof (node.kind === 'i2c' ? I2cWire : SpiWire) ? wire : undefined;
}

function whyNot(
  { kind, options }: FaultRequest,
  binding: BusBinding,
  { on }: FaultPoint,
): string | undefined {
  if (on.endsWith('answers')) {
    if (options.direction === 'write') return 'a real adapter carries what is written as it is';
    return whyNotCarried(kind, { world: 'real', lineFaults: [] });
  }
  if (binding.simulated !== undefined) return undefined;
  return whyNotCarried(kind, { world: 'emulated', lineFaults: binding.abilities?.lineFaults ?? [] });
}

function siteOf(
  known: Known,
  { path, target }: FaultRequest,
  binding: BusBinding,
  point: FaultPoint,
  isBus: boolean,
  isSimulated: boolean,
): FaultSite {
  const { parts, tree } = known;
  const client = isBus ? undefined : tree.byPath(path);
  const units = () => client && (wellFormed(() => unitsAt(binding.node.kind, client, parts.list())) ?? []);
  if (client !== undefined && units()?.length === 0 && !isSwitch(known, path))
    throw new Error(`${target} has no address to inject a fault at`);
  const part = isSimulated ? path : partAt(parts, point, units()?.[0]);
  // A bus on an adapter has no wire of its own.
  const segment = isBus && binding.simulated === undefined ? undefined : parts.wireOf(part ?? path);
  if (point.on !== 'i2c-wire' || !(segment instanceof I2cWire)) return { part, units };
  const { wire } = point;
  return { part, units, isReached: () => wire.slots.reaches(segment.slots) };
}

/** Whether it is a multiplexer without an address on the bus that it switches. */
function isSwitch({ bindings }: Known, path: string): boolean {
  return bindings.some((each) => each.simulatedI2c?.switches.has(path));
}

/** Of a part that the tree has on a bus, and an emulated adapter at the same address: the simulated one. */
function partAt(parts: PartRegistry, point: FaultPoint, unit: number | undefined): string | undefined {
  if (unit === undefined || !('wire' in point)) return undefined;
  const part = point.wire.partAt(unit);
  return parts.list().find((running) => running.part === part)?.path;
}
