import { type SimulatedI2cController, SimulatedSpiController } from '../../../hosts/simulated/index.ts';
import { wellFormed } from '../../bus/index.ts';
import type { Tree } from '../../devicetree/index.ts';
import { I2cFaults, KINDS, PlacedFault, SpiFaults } from '../../faults/index.ts';
import { oneLine } from '../../input/index.ts';
import type { PartRegistry } from '../../sim/index.ts';
import type { FaultReport, FaultRequest } from '../thread/protocol.ts';
import type { BusBinding } from './bind-bus.ts';
import { withParents } from './i2c-channels.ts';
import { unitsAt } from './ownership.ts';

const DEFAULT_TIMEOUT_MS = 1000;

/** The injected faults of a board. */
export class Injection {
  readonly #tree: Tree;
  readonly #bindings: readonly BusBinding[];
  readonly #parts: PartRegistry;
  readonly #faults = new Map<number, { readonly binding: BusBinding; readonly fault: PlacedFault }>();

  constructor(tree: Tree, bindings: readonly BusBinding[], parts: PartRegistry) {
    this.#tree = tree;
    this.#bindings = bindings;
    this.#parts = parts;
  }

  /**
   * @param id a number of the caller's
   * @returns why what carries the bus cannot carry the fault; undefined where it does
   * @throws {Error} the fault cannot be there on any bus, in a sentence
   */
  inject(id: number, request: FaultRequest): string | undefined {
    const { path, kind, target, options } = request;
    const binding = this.#bindings.find(
      ({ node: { node } }) => path === node.path || path.startsWith(`${node.path}/`),
    );
    if (binding === undefined) throw new Error(oneLine(`not found: bus or part ${target}`));
    const { simulated, node } = binding;
    if (simulated === undefined)
      return `unsupported fault ${kind} on ${target}: only a bus that is simulated as a whole carries faults`;
    if (!KINDS[kind].on.includes(node.kind))
      throw new Error(
        `unsupported fault ${kind} on ${target}: it is for ${KINDS[kind].on.join(' and ')} buses only`,
      );
    const part = path === node.node.path ? undefined : path;
    if (part !== undefined && KINDS[kind].bus)
      throw new Error(`invalid target of fault ${kind}: expected a bus, got the part ${target}`);
    const client = part === undefined ? undefined : this.#tree.byPath(part);
    const units = () => client && (wellFormed(() => unitsAt(node.kind, client, this.#parts.list())) ?? []);
    if (client !== undefined && units()?.length === 0)
      throw new Error(`${target} has no address to inject a fault at`);
    if (node.kind === 'spi' && (options.direction !== undefined || options.register !== undefined))
      throw new Error(`unsupported fault ${kind} on ${target}: direction and register are for I2C only`);
    const fault = new PlacedFault(request, part, units, simulated.wire.clock.now());
    this.#faults.set(id, { binding, fault });
    this.#armAll(binding);
    return undefined;
  }

  /** Takes a fault away. @returns what became of it */
  remove(id: number): FaultReport {
    const report = this.report(id);
    const placed = this.#faults.get(id);
    this.#faults.delete(id);
    if (placed !== undefined) this.#armAll(placed.binding);
    return report;
  }

  report(id: number): FaultReport {
    const { fired = 0, chances = 0, strikes = [] } = this.#faults.get(id)?.fault ?? {};
    return { fired, chances, strikes: [...strikes] };
  }

  /** A channel of a bus has the faults of that bus, too: its transfers are on its wire. */
  #armAll(changed: BusBinding): void {
    const buses = this.#bindings.map((binding) => ({ binding, node: binding.node.node }));
    for (const bus of buses) {
      const above = withParents(bus, buses).map(({ binding }) => binding);
      if (above.includes(changed)) this.#arm(bus.binding, above);
    }
  }

  /** The faults of a bus, where its wire looks for them; nothing is there while there are none. */
  #arm(binding: BusBinding, above: readonly BusBinding[]): void {
    const { simulated, node } = binding;
    if (simulated === undefined) return;
    const placed = new Set(
      [...this.#faults.values()].flatMap((each) => (above.includes(each.binding) ? each.fault : [])),
    );
    const { clock } = simulated.wire;
    const bus = {
      nowNs: () => clock.now(),
      pass: (ns: number) => clock.pass(ns),
      reset: (path: string) => this.#parts.at(path).reset(),
      timeoutMs: wellFormed(() => node.node.u32('dtbus,timeout-ms')) ?? DEFAULT_TIMEOUT_MS,
    };
    const armed = placed.size > 0;
    if (simulated instanceof SimulatedSpiController)
      simulated.faults = armed ? new SpiFaults(bus, placed) : undefined;
    else (simulated as SimulatedI2cController).faults = armed ? new I2cFaults(bus, placed) : undefined;
  }
}
