import { busName } from '../../trace/decode.ts';
import type { TracedBus } from '../../trace/index.ts';
import type { Captured } from '../captured.ts';

/** A wire that is drawn. */
export interface Lane {
  /** `i2c-1.SCL`, `spi-0.CS1`, `button` */
  readonly name: string;
  /** Its level before anything happens. */
  readonly idle: boolean;
}

/** The wires of a bus, as places among all lanes. */
export interface I2cLanes {
  readonly kind: 'i2c';
  readonly scl: number;
  readonly sda: number;
}

export interface SpiLanes {
  readonly kind: 'spi';
  readonly sck: number;
  readonly mosi: number;
  readonly miso: number;
  /** By chip select. */
  readonly selects: ReadonlyMap<number, number>;
}

/** All that is drawn of a trace. */
export interface Lanes {
  readonly all: readonly Lane[];
  /** By the bus's place. */
  readonly buses: readonly (I2cLanes | SpiLanes | undefined)[];
  /** By controller and line. */
  readonly lines: ReadonlyMap<string, number>;
}

/** `/gpio 3`: what a line is known by. */
export function lineKey({
  controller,
  line,
}: {
  readonly controller: string;
  readonly line: number;
}): string {
  return `${controller} ${line}`;
}

/** The lanes of the buses and lines on which something happens. */
export function lanesOf(captured: Captured): Lanes {
  const selects = captured.buses.map(() => new Set<number>());
  const lines = new Map<string, { readonly name: string; readonly idle: boolean }>();
  const names = new Set<string>();
  for (const { what } of captured.events) {
    if (what.kind === 'transfer') {
      for (const { target } of what.segments) selects[what.bus]?.add(target);
    } else if (what.kind === 'edge' && !lines.has(lineKey(what))) {
      lines.set(lineKey(what), { name: freeName(what.name || `line${what.line}`, names), idle: !what.high });
    }
  }
  const all: Lane[] = [];
  const add = (name: string, idle: boolean) => all.push({ name, idle }) - 1;
  const buses = captured.buses.map((bus, place) => {
    const used = [...(selects[place] ?? [])].sort((a, b) => a - b);
    return used.length === 0 ? undefined : busLanes(bus, used, add);
  });
  return { all, buses, lines: new Map([...lines].map(([key, { name, idle }]) => [key, add(name, idle)])) };
}

/** The lanes of a bus. `add` takes one among all, and returns its place. */
export function busLanes(
  bus: TracedBus,
  selects: readonly number[],
  add: (name: string, idle: boolean) => number,
): I2cLanes | SpiLanes {
  const name = busName(bus);
  if (bus.kind === 'i2c')
    return { kind: 'i2c', scl: add(`${name}.SCL`, true), sda: add(`${name}.SDA`, true) };
  return {
    kind: 'spi',
    sck: add(`${name}.SCK`, false),
    mosi: add(`${name}.MOSI`, false),
    miso: add(`${name}.MISO`, true),
    selects: new Map(selects.map((select) => [select, add(`${name}.CS${select}`, true)])),
  };
}

function freeName(name: string, taken: Set<string>): string {
  let free = name;
  for (let more = 2; taken.has(free); more++) free = `${name}-${more}`;
  taken.add(free);
  return free;
}
