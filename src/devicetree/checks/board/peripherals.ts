import type { LiveNode } from '../../tree/live-node.ts';
import type { Check, CheckContext } from '../check.ts';
import { atName, cellOf, cellsOf, hex, warning } from '../define.ts';
import { OWN_ADDRESS, TEN_BIT_ADDRESS } from '../i2c-reg.ts';
import { bindingOf } from './our-properties.ts';
import { isSlip } from './slips.ts';

/** Checks of what the tree puts on a bus: that it is addressed, by one number, which no other has. */

/** A bus of the board. */
export interface BoardBus {
  readonly kind: 'i2c' | 'spi';
  readonly node: LiveNode;
}

const WORDS = {
  i2c: { bus: 'an I2C bus', address: 'address' },
  spi: { bus: 'an SPI bus', address: 'chip select' },
} as const;

/** The checks for the buses of one board, by their nodes. */
export function peripheralChecks(buses: ReadonlyMap<LiveNode, BoardBus>): readonly Check[] {
  const onBus = (name: string, run: (bus: BoardBus, context: CheckContext) => void): Check =>
    warning(name, [], (node, context) => {
      const bus = buses.get(node);
      if (bus !== undefined) run(bus, context);
    });
  return [
    onBus('bus_cells', checkCells),
    onBus('peripheral_compatible', checkNamed),
    onBus('peripheral_reg', checkRegs),
    onBus('peripheral_address', checkAddresses),
    onBus('bus_values', checkValues),
    onBus('chip_select', checkChipSelects),
    onBus('bus_width', checkWidths),
  ];
}

/** What is on a bus: its available children, perhaps below a node `i2c-bus`. */
export function peripheralNodes(bus: LiveNode): readonly LiveNode[] {
  return (bus.children.find(({ name }) => name === 'i2c-bus') ?? bus).children;
}

/** The peripherals of a bus: available children that say what they are. */
export function peripheralsOf(bus: LiveNode): readonly LiveNode[] {
  return peripheralNodes(bus).filter((child) => child.compatible.length > 0);
}

function checkCells({ kind, node }: BoardBus, { fail }: CheckContext): void {
  if (node.children.length === 0) return;
  for (const [name, expected] of [
    ['#address-cells', 1],
    ['#size-cells', 0],
  ] as const) {
    const hint = `write ${name} = <${expected}>; in ${node.path}`;
    const property = node.property(name);
    if (property === undefined)
      fail(node, undefined, `${WORDS[kind].bus} needs ${name}`, { ...atName(node), hint });
    else if (cellOf(node, name) !== expected)
      fail(node, property, `invalid ${name} of ${WORDS[kind].bus}: expected <${expected}>`, { hint });
  }
}

/** Linux adds no device for it: neither driver nor model is found without a name. */
function checkNamed({ node }: BoardBus, { fail }: CheckContext): void {
  for (const child of peripheralNodes(node)) {
    if (child.compatible.length > 0 || child.has('compatible') || child.has('dtbus,dump')) continue;
    if (!child.has('reg') || child.properties.some(({ name }) => isSlip(name, 'compatible'))) continue;
    fail(child, undefined, 'missing property compatible: no driver or model is found for the node', {
      ...atName(child),
      hint: 'add compatible = "vendor,part";',
    });
  }
}

function checkRegs({ kind, node }: BoardBus, { fail }: CheckContext): void {
  for (const child of peripheralsOf(node)) {
    const reg = child.property('reg');
    if (reg !== undefined && reg.length > 0 && reg.length % 4 === 0) continue;
    const address = /^[0-9a-f]+$/.test(child.unitAddress) ? `0x${child.unitAddress}` : WORDS[kind].address;
    if (reg === undefined)
      fail(child, undefined, `missing property reg: the node is left out`, {
        ...atName(child),
        hint: `add reg = <${address}>;`,
      });
    else fail(child, reg, `invalid reg: expected numbers`, { hint: `write reg = <${address}>;` });
  }
}

function checkAddresses({ kind, node }: BoardBus, context: CheckContext): void {
  const taken = new Map<number, LiveNode>();
  for (const child of peripheralsOf(node)) {
    const reg = child.property('reg');
    if (reg === undefined || reg.length % 4 !== 0) continue;
    const cells = cellsOf(reg).filter((cell) => (cell & OWN_ADDRESS) === 0 || kind === 'spi');
    checkUnitAddress(kind, child, cells[0], context);
    for (const cell of cells) {
      if (kind === 'i2c') checkI2cAddress(child, cell, context);
      const other = taken.get(cell);
      if (other === undefined) taken.set(cell, child);
      else if (other !== child)
        context.fail(child, reg, `${WORDS[kind].address} 0x${hex(cell)} is used by ${other.path} too`, {
          hint: 'change one of the two, or disable one: status = "disabled"',
        });
    }
  }
}

function checkUnitAddress(
  kind: BoardBus['kind'],
  node: LiveNode,
  cell: number | undefined,
  { fail }: CheckContext,
): void {
  if (cell === undefined || node.unitAddress === '' || node.unitAddress === hex(cell)) return;
  // dtc wants the flag of a ten-bit address in the name; without it, it is still plain what is meant.
  if (kind === 'i2c' && node.unitAddress === hex((cell & ~TEN_BIT_ADDRESS) >>> 0)) return;
  const named = Number.parseInt(node.unitAddress, 16);
  const flags = kind === 'i2c' && named <= 0x3ff ? cell & TEN_BIT_ADDRESS : 0;
  const written = Number.isNaN(named) ? node.unitAddress : hex((named | flags) >>> 0);
  // A decimal number where a hexadecimal one was meant is by far the most frequent cause.
  const meant = String(cell) === node.unitAddress ? `write reg = <0x${node.unitAddress}>` : undefined;
  fail(node, node.property('reg'), `reg is 0x${hex(cell)}, but the name says ${node.unitAddress}`, {
    hint: meant ?? `write reg = <0x${written}>, or rename the node to ${node.baseName}@${hex(cell)}`,
  });
}

function checkI2cAddress(node: LiveNode, cell: number, { fail }: CheckContext): void {
  const address = (cell & ~TEN_BIT_ADDRESS) >>> 0;
  const tenBit = address !== cell;
  if (tenBit ? address <= 0x3ff : address > 0 && address <= 0x7f) return;
  const shown = `invalid I2C address 0x${hex(address)}`;
  const reg = node.property('reg');
  if (tenBit) fail(node, reg, `${shown}: expected 0 to 0x3ff with the ten-bit flag`, { hint: 'correct reg' });
  else if (address > 0x7f && address <= 0xff)
    fail(node, reg, `${shown}: it looks like an 8-bit address, with the read/write bit`, {
      hint: `write reg = <0x${hex(address >> 1)}>, the address without that bit`,
    });
  else
    fail(node, reg, `${shown}: expected 0x01 to 0x7f`, {
      hint: 'a ten-bit address needs bit 31 (I2C_TEN_BIT_ADDRESS)',
    });
}

/** Of an SPI peripheral, one number each, with an example. */
const SPI_NUMBERS: readonly (readonly [property: string, example: string])[] = [
  ['spi-max-frequency', '<1000000>; in Hz'],
  ['spi-cs-setup-delay-ns', '<100>;'],
  ['spi-cs-hold-delay-ns', '<100>;'],
  ['spi-cs-inactive-delay-ns', '<100>;'],
];

/** Chip selects that the bus says that it does not have: `num-cs`, or as many as `cs-gpios` where those are more. */
function checkChipSelects({ kind, node }: BoardBus, { fail }: CheckContext): void {
  const count = cellOf(node, 'num-cs');
  if (kind !== 'spi' || count === undefined || node.has('cs-gpios')) return;
  for (const child of peripheralsOf(node)) {
    const reg = child.property('reg');
    const beyond = reg === undefined ? undefined : cellsOf(reg).find((cell) => cell >= count);
    if (beyond !== undefined)
      fail(child, reg, `chip select ${beyond}, but ${node.path} has num-cs = <${count}>`, {
        hint: `write num-cs = <${beyond + 1}>, or use a chip select below ${count}`,
      });
  }
}

/** Data lines that a peripheral may be wired with (Linux spi-peripheral-props.yaml); one for each lane. */
const WIDTHS = [0, 1, 2, 4, 8];

function checkWidths({ kind, node }: BoardBus, { fail }: CheckContext): void {
  if (kind !== 'spi') return;
  for (const child of peripheralNodes(node))
    for (const name of ['spi-tx-bus-width', 'spi-rx-bus-width']) {
      const property = child.property(name);
      if (property === undefined) continue;
      const wrong = cellsOf(property).find((width) => !WIDTHS.includes(width));
      const isCells = property.length > 0 && property.length % 4 === 0;
      if (wrong !== undefined || !isCells)
        fail(child, property, `invalid ${name}: expected 0, 1, 2, 4 or 8${isCells ? `, got ${wrong}` : ''}`, {
          hint: `write ${name} = <1>; for one line`,
        });
    }
}

/** What would read as if it were not there. */
function checkValues({ node }: BoardBus, { fail }: CheckContext): void {
  const oneNumber = (at: LiveNode, name: string, example: string): void => {
    const property = at.property(name);
    if (property !== undefined && property.length !== 4)
      fail(at, property, `invalid ${name}: expected one number`, { hint: `write ${name} = ${example}` });
  };
  // Of our own buses our bindings say it.
  if (bindingOf(node) === undefined) oneNumber(node, 'clock-frequency', '<100000>; in Hz');
  for (const child of peripheralNodes(node)) {
    for (const [name, example] of SPI_NUMBERS) oneNumber(child, name, example);
    const compatible = child.property('compatible');
    if (compatible !== undefined && !compatible.isStringList)
      fail(child, compatible, 'invalid compatible: expected strings', {
        hint: 'write compatible = "vendor,part";',
      });
  }
}
