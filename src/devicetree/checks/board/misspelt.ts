import { didYouMean } from '../../../input/index.ts';
import type { LiveNode } from '../../tree/live-node.ts';
import type { LiveProperty } from '../../tree/live-property.ts';
import type { Check, CheckContext } from '../check.ts';
import { textOf, warning } from '../define.ts';
import { bindingOf } from './our-properties.ts';
import { type BoardBus, peripheralNodes } from './peripherals.ts';
import { isSlip } from './slips.ts';

/** Checks of words that only work where they are spelt right: states, names of properties, aliases. */

/** Devicetree Specification 2.3.4, and what Linux has beside it; `fail-sss` has any text behind the dash. */
const STATES = ['okay', 'disabled', 'ok', 'reserved', 'fail'];

/** A node whose state nobody knows is left out, with all that is below it. */
const status = {
  ...warning('unknown_status', [], (node: LiveNode, { fail }: CheckContext) => {
    const property = node.property('status');
    if (property === undefined) return;
    const hint = 'write status = "okay" or status = "disabled"';
    if (!property.isString) {
      fail(node, property, 'invalid status: expected one string, the node is left out', { hint });
      return;
    }
    const value = textOf(property);
    if (STATES.includes(value) || value.startsWith('fail-')) return;
    const near = didYouMean(value.toLowerCase(), ['okay', 'disabled']) ?? sameIgnoringCase(value);
    fail(node, property, `unknown status "${value}": the node is left out`, {
      hint: near === undefined ? hint : `did you mean "${near}"?`,
    });
  }),
  having: 'status',
} satisfies Check;

function sameIgnoringCase(value: string): string | undefined {
  return STATES.find((state) => state === value.toLowerCase());
}

const PERIPHERAL = ['compatible', 'status', 'reg', 'interrupts', 'interrupt-parent', 'interrupts-extended'];
const BUS = ['compatible', 'status', '#address-cells', '#size-cells', 'clock-frequency'];

/** What nodes of a kind have, and what is read of them. */
const NAMES = {
  bus: { i2c: BUS, spi: [...BUS, 'num-cs', 'cs-gpios'] },
  peripheral: {
    i2c: [...PERIPHERAL, 'pagesize', 'address-width', 'read-only'],
    spi: [
      ...PERIPHERAL,
      'spi-max-frequency',
      'spi-cpol',
      'spi-cpha',
      'spi-cs-high',
      'spi-3wire',
      'spi-lsb-first',
      'spi-tx-bus-width',
      'spi-rx-bus-width',
      'pagesize',
      'address-width',
      'read-only',
    ],
  },
} as const;

function checkNames(node: LiveNode, known: readonly string[], { fail }: CheckContext): void {
  for (const property of node.properties) {
    const { name } = property;
    if (name.includes(',') || known.includes(name)) continue;
    const slips = known.filter((candidate) => !node.has(candidate) && isSlip(name, candidate));
    const near = didYouMean(name, slips) ?? slips[0];
    if (near !== undefined)
      fail(node, property, `unknown property ${name}`, { hint: `did you mean ${near}?` });
  }
}

function propertyNames(buses: ReadonlyMap<LiveNode, BoardBus>): Check {
  return warning('property_name', [], (node, context) => {
    const bus = buses.get(node);
    const binding = bindingOf(node);
    if (bus !== undefined) checkNames(node, NAMES.bus[bus.kind], context);
    else if (binding?.isComplete === false) checkNames(node, Object.keys(binding.properties), context);
    for (const child of bus === undefined ? [] : peripheralNodes(node))
      checkNames(child, NAMES.peripheral[bus?.kind ?? 'i2c'], context);
  });
}

/** The stems of aliases that number our nodes, as Linux has them. */
const STEMS = ['i2c', 'spi', 'gpio'];

/** Aliases number the nodes of buses: one that leads nowhere leaves that to chance. */
const aliases = warning('board_alias', [], (node, { tree, fail }) => {
  if (node.path !== '/aliases') return;
  for (const property of node.properties) {
    const { name } = property;
    const stem = STEMS.find((each) => name.startsWith(each));
    if (stem === undefined) continue;
    const number = /^[-_@]?(\d+)$/.exec(name.slice(stem.length))?.[1];
    if (number === undefined) continue;
    if (name !== stem + number)
      fail(node, property, `the alias ${name} numbers nothing`, { hint: `did you mean ${stem}${number}?` });
    else checkAlias(node, property, tree.byPath(textOf(property)), fail);
  }
});

function checkAlias(
  node: LiveNode,
  property: LiveProperty,
  target: unknown,
  fail: CheckContext['fail'],
): void {
  const { name } = property;
  const hint = `write ${name} = &label;`;
  const path = textOf(property);
  if (!property.isString || !path.startsWith('/'))
    fail(node, property, `invalid alias ${name}: expected the path of a node`, { hint });
  else if (target === undefined)
    fail(node, property, `the alias ${name} leads nowhere: not found: ${path}`, { hint });
}

/** The checks of words, for the buses of a board. */
export function misspeltChecks(buses: ReadonlyMap<LiveNode, BoardBus>): readonly Check[] {
  return [status, propertyNames(buses), aliases];
}
