import { wellFormed } from '../../bus/index.ts';
import type { Node, Tree } from '../../devicetree/index.ts';
import type { PartRegistry, RunningPart } from '../../sim/index.ts';
import type { GpioControllers } from './gpio-controllers.ts';

/** Supplies without which a part does not answer: of its logic and of its bus. Others (`vref`, `vbus`, `led`) are not. */
const SUPPLIES =
  /^(vcc|vdd|avcc|avdd|vdda|dvcc|dvdd|vddd|iovcc|iovdd|dovdd|vdd-?io|vdd-?i2c|vcc-?io|vcc-?i2c|vddl|vs|vio|vlogic|vana|vdig|power)-supply$/i;
/** Lines that hold a part while they are asserted. */
const RESETS = /^(n?reset|rst|xshut|xshutdown|shutdown|power-?down|pwdn|pdn?)-gpios?$/;
/** Lines that hold a part while they are not. */
const ENABLES = /^(enable|en|power|power-?on|chip-enable)-gpios?$/;

/**
 * Bindings whose drivers set the line that is called reset to 1 to let the part run: imx219 ("must be released (set
 * high)"), and the drivers of the others end a reset so.
 */
const RUNS_AT_1: readonly string[] = ['sony,imx219', 'analogix,anx7625', 'lontium,lt9611'];
const RUNS_AT_1_FAMILY = /^goodix,gt9|^goodix,gt1/;

/** `GPIO_ACTIVE_LOW` of dt-bindings/gpio/gpio.h. */
const ACTIVE_LOW = 1;

/** What a part hangs on, so that it has power or not. */
interface Source {
  /** Who holds the part, for the registry. */
  readonly name: string;
  /** Whether it holds it now; undefined: as before. */
  held(): boolean | undefined;
  /** Lets `changed` be called whenever that may have changed. */
  watch(changed: () => void): void;
}

/**
 * Connects the supplies and the reset, shutdown and enable lines of simulated parts, by the standard properties of their
 * nodes, to what drives them here: GPIO lines, pins of expanders, regulators that a line or another part switches. What
 * nobody has driven since the board came up holds nothing: a script that knows of no regulator has its parts.
 */
export class PowerLines {
  readonly #tree: Tree;
  readonly #parts: PartRegistry;
  readonly #gpio: GpioControllers | undefined;
  readonly #warn: (sentence: string) => void;
  readonly #watchers = new Map<string, (() => void)[]>();

  constructor(board: {
    readonly tree: Tree;
    readonly parts: PartRegistry;
    readonly gpio: GpioControllers | undefined;
    readonly warn: (sentence: string) => void;
  }) {
    this.#tree = board.tree;
    this.#parts = board.parts;
    this.#gpio = board.gpio;
    this.#warn = board.warn;
  }

  connect(): void {
    for (const part of this.#parts.list()) {
      const node = this.#tree.byPath(part.path);
      if (node === undefined) continue;
      for (const source of this.#sourcesOf(node)) this.#connect(part, source);
    }
  }

  #connect({ path }: RunningPart, source: Source): void {
    source.watch(() => {
      const held = source.held();
      if (held === undefined) return;
      try {
        this.#parts.hold(path, source.name, held);
      } catch (error) {
        this.#warn(`${path}: failed when ${source.name} switched it: ${String(error)}`);
      }
    });
  }

  #sourcesOf(node: Node): Source[] {
    return node.properties.flatMap(({ name }) => {
      if (!name.endsWith('-supply') && !name.includes('-gpio')) return [];
      if (SUPPLIES.test(name)) return this.#regulatorsOf(node, name, new Set());
      if (RESETS.test(name)) return this.#lineOf(node, name, runsAt1(node) ? 0 : 1);
      if (ENABLES.test(name)) return this.#lineOf(node, name, 0);
      return [];
    });
  }

  /** What switches the regulator that a property names. */
  #regulatorsOf(node: Node, property: string, seen: Set<Node>): Source[] {
    const regulator = wellFormed(() => node.target(property));
    if (regulator === undefined || seen.has(regulator)) return [];
    seen.add(regulator);
    const lines = regulator.properties.flatMap(({ name }) =>
      /^(gpios?|enable-gpios?)$/.test(name) ? this.#enableOf(regulator, name) : [],
    );
    const above = regulator.properties.flatMap(({ name }) =>
      /^vin\d*-supply$/.test(name) ? this.#regulatorsOf(regulator, name, seen) : [],
    );
    return [...lines, ...above, ...this.#outputOf(regulator)];
  }

  /** Linux's regulator-fixed takes the polarity from `enable-active-high`, and not from the flags. */
  #enableOf(regulator: Node, property: string): Source[] {
    const isFixed = regulator.compatible.includes('regulator-fixed') && property !== 'enable-gpios';
    const isHigh = regulator.has('enable-active-high');
    return this.#lineOf(regulator, property, 0, isFixed ? isHigh : undefined);
  }

  /** A regulator that is, or belongs to, a part of the board: without power itself, or switched off by its registers. */
  #outputOf(regulator: Node): Source[] {
    let at: Node | undefined = regulator;
    while (at !== undefined && !this.#parts.has(at.path)) at = at.parent;
    if (at === undefined) return [];
    const [path, parts] = [at.path, this.#parts];
    const isItself = at === regulator;
    const wanted = isItself ? 'output' : regulator.name.replace(/@.*$/, '').toLowerCase();
    const shown = parts
      .at(path)
      .model.properties.find(
        ({ name, kind, readOnly, unit }) =>
          readOnly === true && kind === 'number' && unit === 'V' && name.toLowerCase() === wanted,
      );
    let wasOn = false;
    const isOn = () => {
      if (parts.get(path, 'powered') !== true) return false;
      return shown === undefined || (parts.get(path, shown.name) as number) > 0;
    };
    return [
      {
        name: regulator.path,
        held: () => {
          const on = isOn();
          wasOn ||= on;
          return on ? false : wasOn || undefined;
        },
        watch: (changed) => {
          wasOn = isOn();
          this.#watchPart(path, changed);
        },
      },
    ];
  }

  /** @param holds the logical value that holds the part @param activeHigh in the place of the flags */
  #lineOf(node: Node, property: string, holds: 0 | 1, activeHigh?: boolean): Source[] {
    const entries = wellFormed(() => node.phandles(property, '#gpio-cells')) ?? [];
    return entries.flatMap(({ node: controller, args }): Source[] => {
      const [line = 0] = args;
      if (controller === undefined) return [];
      const isHigh = activeHigh ?? ((args.at(-1) ?? 0) & ACTIVE_LOW) === 0;
      const holdsHigh = isHigh === (holds === 1);
      return [this.#levelOf(controller.path, line, `${node.path} ${property}`, holdsHigh)];
    });
  }

  #levelOf(controller: string, line: number, name: string, holdsHigh: boolean): Source {
    let level: boolean | undefined;
    const parts = this.#parts;
    const isExpander = parts.isExpander(controller);
    const bit = 2 ** line;
    const onExpander = () => Math.floor((parts.get(controller, 'pins') as number) / bit) % 2 === 1;
    return {
      name,
      held: () => (level === undefined ? undefined : level === holdsHigh),
      watch: (changed) => {
        if (!isExpander) {
          this.#gpio?.listen(controller, line, (high) => {
            level = high;
            changed();
          });
          return;
        }
        let before = onExpander();
        this.#watchPart(controller, () => {
          const now = onExpander();
          if (now === before) return;
          before = now;
          level = now;
          changed();
        });
      },
    };
  }

  /** A part is watched by all that hang on it. */
  #watchPart(path: string, changed: () => void): void {
    const all = this.#watchers.get(path) ?? [];
    all.push(changed);
    if (this.#watchers.has(path)) return;
    this.#watchers.set(path, all);
    this.#parts.at(path).watch?.(() => {
      for (const each of all) each();
    });
  }
}

function runsAt1(node: Node): boolean {
  return node.compatible.some((name) => RUNS_AT_1.includes(name) || RUNS_AT_1_FAMILY.test(name));
}
