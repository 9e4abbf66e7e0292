import { wellFormed } from '../../bus/index.ts';
import type { Tree } from '../../devicetree/index.ts';
import { type FaultyBus, I2cFaults, KINDS, LineFaults, PlacedFault, SpiFaults } from '../../faults/index.ts';
import { oneLine } from '../../input/index.ts';
import type { Clock, PartRegistry } from '../../sim/index.ts';
import type { BusBinding } from '../assemble/bind-bus.ts';
import type { GpioControllers } from '../assemble/gpio-controllers.ts';
import type { FaultReport, FaultRequest } from '../thread/protocol.ts';
import { type BusPlace, type FaultPoint, placeOfFault } from './fault-site.ts';
import { SensedFaults } from './sensed-faults.ts';

const DEFAULT_TIMEOUT_MS = 1000;

/** What a board has that faults can be injected into. */
interface Injectable {
  readonly tree: Tree;
  readonly bindings: readonly BusBinding[];
  readonly parts: PartRegistry;
  readonly gpio: GpioControllers | undefined;
  readonly clock: Clock;
}

interface OnBoard {
  readonly fault: PlacedFault;
  /** Missing where it is on a line of a GPIO controller. */
  readonly place?: BusPlace;
  /** Path of the controller. */
  readonly controller?: string;
}

/** The injected faults of a board. */
export class Injection {
  readonly #board: Injectable;
  readonly #faults = new Map<number, OnBoard>();
  readonly #sensed: SensedFaults;

  constructor(board: Injectable) {
    this.#board = board;
    this.#sensed = new SensedFaults(board.parts);
  }

  /**
   * @param id a number of the caller's
   * @returns why what carries the bus cannot carry the fault; undefined where it does
   * @throws {Error} the fault cannot be there on any bus, in a sentence
   */
  inject(id: number, request: FaultRequest): string | undefined {
    try {
      return KINDS[request.kind].on.includes('gpio') ? this.#onLine(id, request) : this.#onBus(id, request);
    } catch (error) {
      throw new Error(oneLine((error as Error).message));
    }
  }

  #onBus(id: number, request: FaultRequest): string | undefined {
    const place = placeOfFault(this.#board, request);
    if (typeof place === 'string') return oneLine(place);
    const fault = new PlacedFault(request, place.site, this.#clockOf(place.point).now());
    if (KINDS[request.kind].acts === 'sense') this.#sensed.add(fault, request.target);
    this.#faults.set(id, { fault, place });
    this.#arm(place.point);
    this.#stick();
    return undefined;
  }

  #onLine(id: number, request: FaultRequest): string | undefined {
    const { path, kind, target, options } = request;
    const found = this.#board.gpio?.lineNamed(path, options.line ?? '');
    if (found === undefined)
      throw new Error(`unsupported fault ${kind} on ${target}: it is for lines of GPIO controllers only`);
    if (typeof found === 'string') return `unsupported fault ${kind} on ${target}: ${found}`;
    const site = { part: undefined, units: () => [found.line] };
    this.#faults.set(id, {
      fault: new PlacedFault(request, site, this.#board.clock.now()),
      controller: path,
    });
    this.#armLines(path);
    return undefined;
  }

  /** Takes a fault away. @returns what became of it */
  remove(id: number): FaultReport {
    const report = this.report(id);
    const placed = this.#faults.get(id);
    this.#faults.delete(id);
    if (placed === undefined) return report;
    const { fault, place, controller } = placed;
    this.#sensed.remove(fault);
    if (place !== undefined) this.#arm(place.point);
    if (controller !== undefined) this.#armLines(controller);
    this.#stick();
    return report;
  }

  report(id: number): FaultReport {
    const { fired = 0, chances = 0, strikes = [] } = this.#faults.get(id)?.fault ?? {};
    return { fired, chances, strikes: [...strikes] };
  }

  /** The faults of a bus, where its wire or adapter looks for them; nothing is there while there are none. */
  #arm(point: FaultPoint): void {
    const placed = new Set<PlacedFault>();
    let timeoutMs = DEFAULT_TIMEOUT_MS;
    for (const { fault, place } of this.#faults.values()) {
      if (place === undefined || subjectOf(place.point) !== subjectOf(point)) continue;
      placed.add(fault);
      timeoutMs = timeoutOf(place.binding);
    }
    const armed = placed.size > 0;
    const bus = this.#busOf(point, timeoutMs);
    switch (point.on) {
      case 'i2c-wire':
        point.wire.injected.faults = armed ? new I2cFaults(bus, placed) : undefined;
        for (const { place } of this.#faults.values())
          if (place?.point.on === 'i2c-wire' && place.point.wire === point.wire)
            tellAdapter(place.binding, point.wire.injected);
        break;
      case 'i2c-answers':
        point.adapter.answers = armed ? new I2cFaults(bus, placed) : undefined;
        break;
      case 'spi-wire':
        point.wire.faults = armed ? new SpiFaults(bus, placed) : undefined;
        for (const { place } of this.#faults.values())
          if (place?.point.on === 'spi-wire' && place.point.wire === point.wire)
            tellAdapter(place.binding, point.wire);
        break;
      case 'spi-answers':
        point.adapter.answers = armed ? new SpiFaults(bus, placed) : undefined;
    }
  }

  #busOf(point: FaultPoint, timeoutMs: number): FaultyBus {
    const clock = this.#clockOf(point);
    return {
      nowNs: () => clock.now(),
      pass: (ns) => clock.pass(ns),
      reset: (path) => this.#board.parts.at(path).reset(),
      sense: (fault, nowNs) => this.#sensed.sense(fault, nowNs),
      timeoutMs,
      abandon: (target, read) => (point.on === 'i2c-wire' ? point.wire.abandon(target, read) : 0),
    };
  }

  #clockOf(point: FaultPoint): Clock {
    return 'wire' in point ? point.wire.clock : this.#board.clock;
  }

  #armLines(controller: string): void {
    const { gpio, clock } = this.#board;
    const placed = [...this.#faults.values()]
      .filter((each) => each.controller === controller)
      .map(({ fault }) => fault);
    const time = {
      nowNs: () => clock.now(),
      after: (ns: number, callback: () => void) => void clock.after(ns, callback),
    };
    gpio?.inject(controller, placed.length > 0 ? new LineFaults(time, placed) : undefined);
  }

  /** A multiplexer that its controller switches without a byte on the wire is stuck in itself. */
  #stick(): void {
    for (const { simulatedI2c } of this.#board.bindings) {
      for (const [path, mux] of simulatedI2c?.switches ?? []) {
        const stuck = [...this.#faults.values()].flatMap(({ fault, place }) =>
          fault.kind === 'muxStuck' && place?.muxPath === path ? fault : [],
        );
        const now = () => this.#board.clock.now();
        mux.isStuck =
          stuck.length === 0 ? undefined : () => stuck.some((fault) => fault.strikesAt(now(), 'switch'));
      }
    }
  }
}

/** An adapter tells nothing of the wire behind its emulator. */
function tellAdapter({ adapter }: BusBinding, wire: object): void {
  if (adapter !== undefined) adapter.wire = wire as never;
}

function subjectOf(point: FaultPoint): object {
  return 'wire' in point ? point.wire : point.adapter;
}

function timeoutOf({ node, simulated, abilities }: BusBinding): number {
  // Behind an emulated adapter that waits for ever, who asks gives up, and not the wire.
  if (simulated === undefined) return abilities?.sclTimeoutMs ?? Number.POSITIVE_INFINITY;
  return wellFormed(() => node.node.u32('dtbus,timeout-ms')) ?? DEFAULT_TIMEOUT_MS;
}
