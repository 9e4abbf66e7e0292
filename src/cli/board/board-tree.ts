import {
  type Board,
  type BusListing,
  disabledControllers,
  type GpioListing,
  type PeripheralReport,
  type WaitingAdapter,
} from '../../board/index.ts';
import { targetName } from '../../bus/words.ts';
import { oneLine } from '../../input/index.ts';
import type { Paint } from '../terminal/style.ts';

/** How a board is drawn. */
export interface DrawOptions {
  readonly paint: Paint;
  /** Columns of the terminal; rows lose their less important columns where they do not fit. Default: any number. */
  readonly columns?: number | undefined;
  /** The board is served by another process, where its parts and lines are. */
  readonly connected?: boolean;
  /** `--adopt` was given: advice to give it would not help. */
  readonly adopted?: boolean;
}

/** A line of a drawing and what hangs below it. */
interface Branch {
  readonly text: string;
  readonly below: readonly Branch[];
}

type TreeNode = NonNullable<ReturnType<Board['tree']['byPath']>>;

/** A part as a row of its bus. */
interface Row {
  readonly at: string;
  readonly name: string;
  readonly compatible: string;
  readonly answer: string;
  /** How `answer` is painted. */
  readonly style: 'green' | 'cyan' | 'yellow';
  /** What is behind it: the channels of a multiplexer. */
  readonly below: readonly Branch[];
}

/** The board as a drawing: its buses, their nodes and drivers, and what answers on them; its GPIO lines. */
export function drawBoard(board: Board, options: DrawOptions): string {
  const { paint } = options;
  const title = board.tree.root.has('model') ? board.tree.root.string('model') : undefined;
  const buses = board.buses();
  const adapters = board.waitingAdapters();
  const lines = [paint('bold', oneLine(title ?? 'a board without a model name'))];
  draw(
    [
      ...buses.map((bus) => busBranch(board, bus, options)),
      ...board.gpioChips().map((chip) => gpioBranch(chip, options)),
      ...adapters.map((adapter) => adapterBranch(board, adapter, options)),
    ],
    '',
    lines,
  );
  if (buses.length > 0) lines.push(summary(buses, options));
  else if (adapters.length === 0) lines.push(`└─ ${noBusAdvice(board, options)}`);
  return `${lines.join('\n')}\n`;
}

function draw(branches: readonly Branch[], indent: string, lines: string[]): void {
  branches.forEach(({ text, below }, index) => {
    const last = index === branches.length - 1;
    lines.push(`${indent}${last ? '└─' : '├─'} ${text}`);
    draw(below, `${indent}${last ? '   ' : '│  '}`, lines);
  });
}

/** Why the board has no bus, and what to do. */
function noBusAdvice({ tree }: Board, { adopted }: DrawOptions): string {
  const disabled = disabledControllers(tree).map(({ path }) => oneLine(path));
  if (disabled.length === 0) {
    const remedy = adopted ? '' : ', or use --adopt for the controllers of a vendor tree';
    return `no bus found: add a platform,virtio-i2c or platform,virtio-spi node${remedy}`;
  }
  const named = disabled.slice(0, 3).join(', ') + (disabled.length > 3 ? ', …' : '');
  const count = disabled.length === 1 ? '1 controller is' : `${disabled.length} controllers are`;
  return `no bus: ${count} disabled by status (${named}); enable with an overlay: status = "okay"`;
}

/** `4 buses, 8 parts: 5 simulated, 3 on the wire` */
function summary(buses: readonly BusListing[], { paint, connected }: DrawOptions): string {
  const parts = buses.flatMap(({ peripherals }) => peripherals.flatMap(withBehind));
  const count = (kind: PeripheralReport['answeredBy']) =>
    parts.filter(({ answeredBy }) => answeredBy === kind).length;
  const simulated = parts.filter(({ answeredBy }) => answeredBy === 'model');
  const answers = simulated.filter(({ level }) => level === 'answers').length;
  const counts = [
    [simulated.length - answers, 'simulated'],
    [answers, 'by registers only'],
    [count('wire'), connected ? 'in the process that serves the board' : 'on the wire'],
    [count('nothing'), 'without a model'],
    [count('refused'), 'of other clients'],
  ] as const;
  const down = buses.filter(({ state, fault }) => state === 'lost' || fault !== undefined).length;
  const said = counts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  if (down > 0) said.push(`${down} ${down === 1 ? 'bus' : 'buses'} down`);
  const head = `${plural(buses.length, 'bus', 'buses')}, ${plural(parts.length, 'part', 'parts')}`;
  return paint('dim', said.length === 0 ? head : `${head}: ${said.join(', ')}`);
}

/** A peripheral and what is behind it. */
function withBehind(peripheral: PeripheralReport): readonly PeripheralReport[] {
  return [peripheral, ...peripheral.channels.flatMap(({ peripherals }) => peripherals.flatMap(withBehind))];
}

function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

function busBranch(board: Board, bus: BusListing, options: DrawOptions): Branch {
  const { paint, columns = Number.POSITIVE_INFINITY } = options;
  const name = bus.nodes.length === 0 ? `${bus.kind}-${bus.number}` : busName(bus);
  const driver = bus.device?.driver === undefined ? '' : ` ${bus.device.name} (${bus.device.driver})`;
  const host = oneLine(bus.host ?? 'nothing');
  const path = oneLine(bus.path);
  // Who only looks at a board opens nothing.
  const unopened = bus.state === 'closed' && bus.fault === undefined;
  const state =
    bus.state === 'open' ? host : unopened ? `${host} (not opened)` : `${host}: ${paint('red', bus.state)}`;
  const fits = INDENT + `${name} ${path}${driver} → ${host}`.length <= columns;
  return {
    text: `${paint('bold', name)} ${paint('dim', path)}${fits ? driver : ''} → ${state}`,
    below: table(
      bus.peripherals.map((peripheral) => peripheralRow(board, bus.kind, peripheral, options)),
      INDENT * 2,
      options,
    ),
  };
}

/** Columns that a level of the drawing takes. */
const INDENT = 3;

function gpioBranch({ node, path, lines }: GpioListing, { paint, connected }: DrawOptions): Branch {
  const width = Math.max(0, ...lines.map(({ name }) => name.length));
  const many =
    connected && lines.length === 0 ? 'in the process that serves the board' : `${lines.length} lines`;
  return {
    text: `${paint('bold', node)} ${paint('dim', oneLine(path))} → ${many}`,
    below: lines.map(({ line, name, high, wired }) => ({
      text: oneLine(
        `${line}  ${name.padEnd(width)}  ${high ? 'high' : 'low '}  ${wired.join(', ')}`.trimEnd(),
      ),
      below: [],
    })),
  };
}

/** An emulated adapter that other programs use, and the simulated parts behind it. */
function adapterBranch(board: Board, { path, port }: WaitingAdapter, { paint }: DrawOptions): Branch {
  const state = board.isLookedAt ? ' (not opened)' : '';
  return {
    text: `${paint('bold', oneLine(port))} ${paint('dim', oneLine(path))} → emulated adapter, for other programs${state}`,
    below: board
      .parts()
      .filter((part) => part.path.startsWith(`${path}/`))
      .map((part) => ({
        text: `${oneLine(part.path.slice(path.length + 1))}  ${paint('green', oneLine(part.title))}`,
        below: [],
      })),
  };
}

/** `/dev/i2c-1`; of an SPI bus the first node and how many more. */
function busName({ kind, nodes, number }: BusListing): string {
  if (kind === 'i2c' || nodes.length === 1) return nodes[0] as string;
  const chipSelect = (node = ''): string => node.slice(node.lastIndexOf('.') + 1);
  return `/dev/spidev${number}.${chipSelect(nodes[0])}-${chipSelect(nodes.at(-1))}`;
}

function peripheralRow(
  board: Board,
  kind: BusListing['kind'],
  peripheral: PeripheralReport,
  options: DrawOptions,
  mux?: PeripheralReport,
): Row {
  const node = board.tree.byPath(peripheral.path);
  return {
    at: peripheral.reg.map((reg) => unit(kind, reg)).join(' '),
    name: lastStep(peripheral.path),
    compatible: peripheral.compatible[0] ?? '',
    ...answerOf(peripheral, node, options, mux),
    below: channels(board, peripheral, options),
  };
}

function lastStep(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** What is behind a multiplexer, a gate or an arbiter. */
function channels(board: Board, mux: PeripheralReport, options: DrawOptions): Branch[] {
  return mux.channels.map(({ path, number, peripherals }) => ({
    text: number === undefined ? lastStep(path) : `channel ${number}`,
    below: table(
      peripherals.map((peripheral) => peripheralRow(board, 'i2c', peripheral, options, mux)),
      INDENT * 4,
      options,
    ),
  }));
}

/** Rows in columns; the compatible is left out where it makes them too wide. */
function table(
  rows: readonly Row[],
  indent: number,
  { paint, columns = Number.POSITIVE_INFINITY }: DrawOptions,
): Branch[] {
  const width = (pick: (row: Row) => string) => Math.max(0, ...rows.map((row) => pick(row).length));
  const [at, name, compatible] = [
    width((row) => row.at),
    width((row) => row.name),
    width((row) => row.compatible),
  ];
  const all = indent + at + name + compatible + width((row) => row.answer) + 6;
  return rows.map((row) => {
    const cells = [row.at.padEnd(at), row.name.padEnd(name)];
    if (all <= columns) cells.push(row.compatible.padEnd(compatible));
    const before = oneLine(cells.join('  '));
    const room = columns - indent - before.length - 2;
    return {
      text: `${before}  ${paint(row.style, oneLine(shortened(row.answer, room)))}`,
      below: row.below,
    };
  });
}

function shortened(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, Math.max(1, room - 1))}…`;
}

function unit(kind: 'i2c' | 'spi', reg: number): string {
  if (kind === 'spi') return `cs ${reg}`;
  return targetName(reg);
}

function answerOf(
  { answeredBy, model, level }: Pick<PeripheralReport, 'answeredBy' | 'model' | 'level'>,
  node: TreeNode | undefined,
  { connected }: DrawOptions,
  mux?: PeripheralReport,
): Pick<Row, 'answer' | 'style'> {
  const owner = node?.has('dtbus,owner') ? ` (owner ${node.string('dtbus,owner')})` : '';
  switch (answeredBy) {
    case 'model':
      return {
        answer: `${model ?? 'simulated'}${level === 'answers' ? ' (registers only)' : ''}${owner}`,
        style: level === 'answers' ? 'cyan' : 'green',
      };
    case 'wire':
      return { answer: `${connected ? 'served' : 'on the wire'}${owner}`, style: 'cyan' };
    case 'refused':
      return { answer: `not for this client${owner}`, style: 'yellow' };
    case 'nothing':
      return { answer: `nothing: ${silence(node, mux)}${owner}`, style: 'yellow' };
  }
}

/** Why nothing answers for a node. */
function silence(node: TreeNode | undefined, mux: PeripheralReport | undefined): string {
  if (mux?.answeredBy === 'nothing') return `${lastStep(mux.path)} does not answer`;
  if (node?.compatible.length === 0) return 'no compatible';
  return node?.has('dtbus,model') ? 'its model does not run' : 'no model of it';
}
