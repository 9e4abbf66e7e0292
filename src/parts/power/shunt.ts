import type { DeviceNode } from '../../bus/index.ts';
import type { NodeProperty, Properties } from '../data-sheet.ts';
import type { Kit } from '../model.ts';

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

const SENSE = 'shunt-resistor-micro-ohms';

/** The sense resistor of a hot-swap controller. */
export const SENSE_RESISTOR = {
  [SENSE]: { type: 'u32', doc: 'resistance of the sense resistor in µΩ; without it 1 mΩ' },
} as const satisfies Readonly<Record<string, NodeProperty>>;

/** Milliohms of the bindings' `shunt-resistor-micro-ohms`. @throws {NodeError} */
export function senseMilliohms(node: DeviceNode, fault: Kit['fault']): number {
  const given = node.u32(SENSE) ?? 1000;
  if (given === 0) throw fault(SENSE, `invalid ${SENSE} 0: expected a resistance in µΩ`);
  return given / 1000;
}
