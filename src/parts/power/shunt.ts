import type { DeviceNode } from '../../bus/index.ts';
import type { NodeProperty, Properties } from '../data-sheet.ts';

/** What monitors of current and power sense. */
export const LOAD = {
  busVoltage: { unit: 'V', range: [0, 85], doc: 'voltage of the load' },
  current: { unit: 'A', range: [-1000, 1000], doc: 'current through the shunt' },
} as const satisfies Properties;

export const SHUNT_PROPERTIES = {
  'shunt-resistor': { type: 'u32', doc: 'resistance of the shunt in µΩ; without it 10 mΩ' },
} as const satisfies Readonly<Record<string, NodeProperty>>;

/** MODE of INA219 and INA226: bit 2 continuous, bit 1 bus, bit 0 shunt; 0 and 4 convert nothing. */
export const CONTINUOUS = 4;
export const BUS = 2;
export const SHUNT = 1;

/** Ohms of the binding's `shunt-resistor`. */
export function shuntOhms(node: DeviceNode): number {
  return (node.u32('shunt-resistor') ?? 10_000) / 1e6;
}
