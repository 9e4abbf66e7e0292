import {
  type Board,
  type BusListing,
  disabledControllers,
  type GpioListing,
  type PeripheralReport,
} from '../../board/index.ts';
import { hexByte } from '../../bus/words.ts';
import type { Paint } from '../terminal/style.ts';

/** A line of a drawing and what hangs below it. */
interface Branch {
  readonly text: string;
  readonly below: readonly Branch[];
}

/** The board as a drawing: its buses, their nodes and drivers, and what answers on them; its GPIO lines. */
export function drawBoard(board: Board, paint: Paint): string {
  const title = board.tree.root.has('model') ? board.tree.root.string('model') : undefined;
  const buses = board.buses();
  const lines = [paint('bold', title ?? 'a board without a model name')];
  draw(
    [
      ...buses.map((bus) => busBranch(bus, paint)),
      ...board.gpioChips().map((chip) => gpioBranch(chip, paint)),
    ],
    '',
    lines,
  );
  if (buses.length === 0) lines.push(`└─ ${withoutBus(board.tree)}`);
  return `${lines.join('\n')}\n`;
}

/** Why there is no bus: the tree switches its controllers off, or they are a vendor's that nobody asked for. */
function withoutBus(tree: Board['tree']): string {
  const disabled = disabledControllers(tree).map(({ path }) => path);
  if (disabled.length === 0) return 'no bus: see --adopt, or `dtbus help up`';
  const named = disabled.slice(0, 3).join(', ') + (disabled.length > 3 ? ', …' : '');
  const count = disabled.length === 1 ? '1 controller is' : `${disabled.length} controllers are`;
  return `no bus: ${count} disabled by status (${named}); enable with an overlay: status = "okay"`;
}

function draw(branches: readonly Branch[], indent: string, lines: string[]): void {
  branches.forEach(({ text, below }, index) => {
    const last = index === branches.length - 1;
    lines.push(`${indent}${last ? '└─' : '├─'} ${text}`);
    draw(below, `${indent}${last ? '   ' : '│  '}`, lines);
  });
}

function busBranch(bus: BusListing, paint: Paint): Branch {
  const name = bus.nodes.length === 0 ? `${bus.kind}-${bus.number}` : busName(bus);
  const driver = bus.device?.driver === undefined ? '' : ` ${bus.device.name} (${bus.device.driver})`;
  const host = bus.host ?? 'nothing';
  // Who only looks at a board opens nothing.
  const unopened = bus.state === 'closed' && bus.fault === undefined;
  const state =
    bus.state === 'open' ? host : unopened ? `${host} (not opened)` : `${host}: ${paint('red', bus.state)}`;
  return {
    text: `${paint('bold', name)} ${paint('dim', bus.path)}${driver} → ${state}`,
    below: clientTable(bus, paint),
  };
}

function gpioBranch({ node, path, lines }: GpioListing, paint: Paint): Branch {
  const width = Math.max(0, ...lines.map(({ name }) => name.length));
  return {
    text: `${paint('bold', node)} ${paint('dim', path)} → ${lines.length} lines`,
    below: lines.map(({ line, name, high, wired }) => ({
      text: `${line}  ${name.padEnd(width)}  ${high ? 'high' : 'low '}  ${wired.join(', ')}`.trimEnd(),
      below: [],
    })),
  };
}

/** `/dev/i2c-1`; of an SPI bus the first node and how many more. */
function busName({ kind, nodes, number }: BusListing): string {
  if (kind === 'i2c' || nodes.length === 1) return nodes[0] as string;
  return `/dev/spidev${number}.0-${nodes.length - 1}`;
}

function clientTable(bus: BusListing, paint: Paint): Branch[] {
  const rows = bus.peripherals.map((peripheral) => ({
    at: peripheral.reg.map((reg) => unit(bus.kind, reg)).join(' '),
    name: peripheral.path.slice(peripheral.path.lastIndexOf('/') + 1),
    compatible: peripheral.compatible[0] ?? '',
    answer: answer(peripheral, paint),
  }));
  const width = (pick: (row: (typeof rows)[number]) => string) =>
    Math.max(0, ...rows.map((row) => pick(row).length));
  const at = width((row) => row.at);
  const name = width((row) => row.name);
  const compatible = width((row) => row.compatible);
  return rows.map((row) => ({
    text: `${row.at.padEnd(at)}  ${row.name.padEnd(name)}  ${row.compatible.padEnd(compatible)}  ${row.answer}`,
    below: [],
  }));
}

function unit(kind: 'i2c' | 'spi', reg: number): string {
  if (kind === 'spi') return `cs ${reg}`;
  const tenBit = reg >= 0x8000_0000;
  return `${hexByte(reg & 0x3ff)}${tenBit ? ' (ten-bit)' : ''}`;
}

function answer(peripheral: PeripheralReport, paint: Paint): string {
  switch (peripheral.answeredBy) {
    case 'model':
      return paint('green', peripheral.model ?? 'a model');
    case 'wire':
      return paint('cyan', 'on the wire');
    case 'nothing':
      return paint('yellow', 'nothing: no model of it');
  }
}
