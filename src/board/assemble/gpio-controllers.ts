import { GpioLines, type LineSource, VirtioGpioDevice } from '../../backend/gpio.ts';
import type { Client } from '../../backend/index.ts';
import { BusFault, NodeError, wellFormed } from '../../bus/index.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import type { LineFaults } from '../../faults/index.ts';
import { clientsOf, type GpioDescription } from '../../frontend/index.ts';
import type { Line, Part, PartRegistry } from '../../sim/index.ts';
import type { EdgeRecord } from '../../trace/index.ts';
import type { VirtioDevice } from '../../virtio/index.ts';
import type { LineReport } from '../thread/protocol.ts';
import { hostNodeOf } from './bind-bus.ts';
import { interruptsOf, switchesOf } from './interrupts.ts';
import { ownerOf } from './ownership.ts';

/** Lines of a controller whose node has no `ngpios`. */
const DEFAULT_LINES = 8;
/** Far below the 65535 of the format; nobody looks through so many. */
const MOST_LINES = 1024;

/** Who drives a line in the name of scripts and tests. */
const OUTSIDE = { name: 'outside' };

/** Something in the tree that could not be done, and where. */
interface GpioFault {
  readonly node: Node;
  readonly error: unknown;
}

/**
 * The GPIO controllers of a board and what is wired to their lines: the interrupt outputs of simulated parts,
 * by the standard properties of the parts' nodes.
 */
export class GpioControllers {
  readonly faults: GpioFault[] = [];
  readonly #lines: readonly (GpioLines | undefined)[];
  readonly #byPath = new Map<string, GpioLines>();
  /** By controller and line: what is wired to it. */
  readonly #wired = new Map<string, string[]>();
  readonly #watched = new Set<string>();
  /** Controllers that are to be on an adapter and could not be put there. */
  readonly #down = new Set<string>();
  /** Told of every change of level, of whatever line. */
  observer: ((edge: Omit<EdgeRecord, 'startedMs'>, atNs: bigint | undefined) => void) | undefined;

  readonly #injected = new Map<string, LineFaults>();

  /** @param onLine told of changes of the lines that are watched */
  constructor(
    nodes: readonly GpioDescription[],
    onLine: (path: string, line: number, high: boolean) => void = () => {},
  ) {
    this.#lines = nodes.map(({ node }) =>
      this.#guard(node, () => {
        const lines = new GpioLines(node.path, namesOf(node));
        this.#byPath.set(node.path, lines);
        lines.listen((line, high, atNs) => {
          this.observer?.({ controller: node.path, line, name: lines.names[line] ?? '', high }, atNs);
          if (this.#watched.has(`${node.path} ${line}`)) onLine(node.path, line, high);
        });
        return lines;
      }),
    );
  }

  /** The lines of the controller at this path; undefined: it could not be made. */
  linesAt(path: string): GpioLines | undefined {
    return this.#down.has(path) ? undefined : this.#byPath.get(path);
  }

  /** Puts the lines of a controller on those of an adapter; what cannot be is noted. */
  async putOnAdapter(node: Node, make: (lines: GpioLines) => Promise<LineSource>): Promise<void> {
    const lines = this.#byPath.get(node.path);
    if (lines === undefined) return;
    try {
      lines.source = await make(lines);
    } catch (error) {
      this.faults.push({ node, error });
      this.#down.add(node.path);
    }
  }

  /**
   * A device model for one controller and one client; undefined for a controller that could not be made.
   * @param isPatient see `VirtioGpioDevice`
   */
  deviceFor(index: number, client: Client, isPatient: boolean): VirtioDevice | undefined {
    const lines = this.#lines[index];
    return lines && new VirtioGpioDevice(lines, client, isPatient);
  }

  /**
   * Lets a client reach only the lines that the clients of `owner` (`dtbus,owner`) interrupt by; who is no owner
   * has the lines that no owner's clients do. Nothing is confined where no client names an owner.
   */
  confine(index: number, client: Client, owner: string | undefined, buses: readonly Node[]): void {
    const lines = this.#lines[index];
    const clients = buses.flatMap((bus) => clientsOf(bus));
    if (lines === undefined || !clients.some((each) => ownerOf(each) !== undefined)) return;
    const used = new Map<number, Set<string | undefined>>();
    for (const each of clients) {
      for (const line of linesBelow(each, lines.path)) {
        used.set(line, (used.get(line) ?? new Set()).add(ownerOf(each)));
      }
    }
    const may = (line: number) => used.get(line)?.has(owner) ?? owner === undefined;
    client.confine(
      lines.path,
      lines.names.map((_, line) => line).filter((line) => may(line)),
    );
  }

  /**
   * Connects the interrupt outputs of parts, and their switches. A part's output is found by `interrupt-names`, where
   * that is the name of a pin, else by its place.
   */
  wire(tree: Tree, parts: PartRegistry): void {
    for (const { path, part } of parts.list()) {
      const node = tree.byPath(path);
      if (node !== undefined) this.#guard(node, () => this.#wirePart(node, part, parts));
    }
  }

  /** Where nothing leads to its outputs, a part is not asked for them: it may rest. */
  #wirePart(node: Node, part: Part, parts: PartRegistry): void {
    const connect = (output: Line | undefined, controller: Node, line: number, inverted = false): void => {
      const drive = output && this.#inputOf(controller, line, node, output, parts);
      if (output === undefined || drive === undefined) return;
      const follow = inverted ? (high: boolean) => drive(!high) : drive;
      follow(output.high);
      output.listen(follow);
    };
    const names = node.strings('interrupt-names') ?? [];
    interruptsOf(node).forEach(({ controller, cells }, index) => {
      connect(outputOf(part.lines ?? [], names[index], index), controller, cells[0] ?? 0);
    });
    switchesOf(node).forEach(({ controller, line, inverted }, index) => {
      connect(part.lines?.[index], controller, line, inverted);
    });
  }

  /** How `output` drives what it is wired to; undefined for a controller that is none of ours. */
  #inputOf(
    controller: Node,
    line: number,
    node: Node,
    output: Line,
    parts: PartRegistry,
  ): ((high: boolean) => void) | undefined {
    const lines = this.#byPath.get(controller.path);
    if (lines === undefined) return inputOfExpander(parts, controller.path, line);
    if (line < lines.count) {
      const key = `${lines.path} ${line}`;
      const driver = { name: `${node.path} ${output.name}` };
      this.#wired.set(key, [...(this.#wired.get(key) ?? []), driver.name]);
      return (high) => this.#drive(lines, line, driver, high);
    }
    const sentence = `${controller.path} has no line ${line}; its lines are 0 to ${lines.count - 1}`;
    throw new NodeError(node, 'interrupts', sentence);
  }

  /** What goes wrong with one node is noted, and the others go on. */
  #guard<T>(node: Node, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.faults.push({ node, error });
      return undefined;
    }
  }

  reports(): LineReport[] {
    return [...this.#byPath.values()].flatMap((lines) =>
      lines.names.map((name, line) => {
        const { path } = lines;
        const wired = this.#wired.get(`${path} ${line}`) ?? [];
        const direction = lines.outputOf(line) === undefined ? 'in' : 'out';
        return {
          path,
          line,
          name,
          direction,
          high: lines.lastLevel(line),
          wired,
          drivers: lines.driversOf(line),
        };
      }),
    );
  }

  /** Calls `listener` at every change of level of a line of the controller at this path, where there is one. */
  listen(path: string, line: number, listener: (high: boolean) => void): void {
    this.#byPath.get(path)?.listen((changed, high) => {
      if (changed === line) listener(high);
    });
  }

  /** What the world outside does to a line; undefined: nothing. */
  drive(path: string, line: number, high: boolean | undefined): void {
    const lines = this.#byPath.get(path);
    if (lines !== undefined) this.#drive(lines, line, OUTSIDE, high);
  }

  /** The same for a line that no front-end has made an output. */
  driveInput(path: string, line: number, high: boolean): void {
    const lines = this.#byPath.get(path);
    if (lines !== undefined && line < lines.count && lines.outputOf(line) === undefined)
      this.#drive(lines, line, OUTSIDE, high);
  }

  /** An adapter tells of an edge of an input, with its injected faults. */
  heard(path: string, line: number, high: boolean, atNs: bigint | undefined): void {
    const lines = this.#byPath.get(path);
    const faults = this.#injected.get(path);
    if (faults === undefined || lines?.outputOf(line) !== undefined) lines?.heard(line, high, atNs);
    else if (lines !== undefined)
      faults.drive(line, lines.lastLevel(line), high, (level) => lines.heard(line, level ?? true));
  }

  /** What is driven from outside the controller, with its injected faults. */
  #drive(lines: GpioLines, line: number, driver: { readonly name: string }, high: boolean | undefined): void {
    const faults = this.#injected.get(lines.path);
    if (faults === undefined || line >= lines.count) lines.drive(line, driver, high);
    else faults.drive(line, lines.lastLevel(line), high, (level) => lines.drive(line, driver, level));
  }

  /** The faults of the lines of a controller; undefined: none any more. */
  inject(path: string, faults: LineFaults | undefined): void {
    if (faults === undefined) this.#injected.delete(path);
    else this.#injected.set(path, faults);
  }

  /**
   * A line of the controller at this path, by its name or number, where faults can be injected.
   * @returns undefined: no such controller; a sentence: why no fault can be there @throws {Error} no such line
   */
  lineNamed(path: string, wanted: number | string): { readonly line: number } | string | undefined {
    const lines = this.#byPath.get(path);
    if (lines === undefined) return undefined;
    const named = lines.names.indexOf(String(wanted));
    const line = named >= 0 && wanted !== '' ? named : Number(wanted === '' ? Number.NaN : wanted);
    if (!Number.isInteger(line) || line < 0 || line >= lines.count) {
      const known = lines.names.map((name, index) => name || index).join(', ');
      throw new Error(`not found: line ${wanted} of ${path}; use one of: ${known}`);
    }
    if (this.#down.has(path)) return 'the lines could not be put on their adapter';
    return { line };
  }

  /** From now on `onLine` is told of this line. */
  watch(path: string, line: number): void {
    this.#watched.add(`${path} ${line}`);
    try {
      this.#byPath.get(path)?.watch(line, this, true);
    } catch (error) {
      // Its adapter cannot, which was told.
      if (!(error instanceof BusFault)) throw error;
    }
  }
}

/** The lines of a controller that a node, or one below it, interrupts or switches. */
function linesBelow(node: Node, controllerPath: string): number[] {
  const own = (wellFormed(() => interruptsOf(node)) ?? []).flatMap(({ controller, cells }) =>
    controller.path === controllerPath ? (cells[0] ?? []) : [],
  );
  const switched = (wellFormed(() => switchesOf(node)) ?? []).flatMap(({ controller, line }) =>
    controller.path === controllerPath ? line : [],
  );
  return [...own, ...switched, ...node.children.flatMap((child) => linesBelow(child, controllerPath))];
}

/** @throws {NodeError} {PropertyError} */
function namesOf(node: Node): string[] {
  const onAdapter = wellFormed(() => hostNodeOf(node)?.strings('dtbus,lines'));
  const count = node.u32('ngpios') ?? onAdapter?.length ?? DEFAULT_LINES;
  if (count < 1 || count > MOST_LINES) {
    throw new NodeError(node, 'ngpios', `invalid ngpios: expected 1 to ${MOST_LINES}, got ${count}`);
  }
  const names = node.strings('gpio-line-names') ?? onAdapter?.map(nameOnAdapter) ?? [];
  if (names.length > count) {
    throw new NodeError(
      node,
      'gpio-line-names',
      `gpio-line-names has ${names.length} names for ${count} lines (ngpios): remove some, or raise ngpios`,
    );
  }
  const twice = names.find((name, line) => name !== '' && names.indexOf(name) < line);
  if (twice !== undefined) {
    throw new NodeError(
      node,
      'gpio-line-names',
      `gpio-line-names has "${twice}" twice: rename one of the lines`,
    );
  }
  const strange = names.find((name) => !/^[ -~]*$/.test(name));
  if (strange !== undefined) {
    throw new NodeError(node, 'gpio-line-names', `invalid name "${strange}" in gpio-line-names: use ASCII`);
  }
  return Array.from({ length: count }, (_, line) => names[line] ?? '');
}

/** A line that is named by its number has no name. */
function nameOnAdapter(line: string): string {
  return /^\d+$/.test(line) ? '' : line;
}

/** A GPIO expander may handle the interrupts of other parts: they are wired to its pins. */
function inputOfExpander(
  parts: PartRegistry,
  path: string,
  pin: number,
): ((high: boolean) => void) | undefined {
  return parts.isExpander(path) ? (high) => parts.drivePin(path, pin, high) : undefined;
}

function outputOf(lines: readonly Line[], name: string | undefined, index: number): Line | undefined {
  const named = lines.find((line) => line.name.toLowerCase() === name?.toLowerCase());
  return named ?? lines[index];
}
