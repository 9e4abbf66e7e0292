import { type DeviceNode, NodeError, STARTUP_LIMIT_MS } from '../../src/bus/index.ts';
import { POWER_MICROVOLT } from './protocol.ts';

/** How an adapter is to be set up: the properties of its node. */
export interface Settings {
  /** What its power supply gives, in µV; undefined: it stays as it is. */
  readonly power: number | undefined;
  /** How long the parts take to wake up once power is on, in ms. */
  readonly powerUpMs: number;
  /** Switches the pull-ups on. */
  readonly pullUps: boolean;
}

const STARTUP_US = 10_000;

export const DEFAULT_SETTINGS: Settings = {
  power: undefined,
  powerUpMs: STARTUP_US / 1000,
  pullUps: false,
};

/** Reads what a node says beside `port`. @throws {NodeError} */
export function readSettings(node: DeviceNode): Settings {
  const microvolt = inRange(
    node,
    'dtbus,power-microvolt',
    POWER_MICROVOLT.min,
    POWER_MICROVOLT.max,
    POWER_MICROVOLT.usual,
    'µV',
  );
  const powerUp = inRange(node, 'startup-delay-us', 0, STARTUP_LIMIT_MS * 1000, STARTUP_US, 'µs');
  return {
    power: node.has('dtbus,power') ? microvolt : undefined,
    powerUpMs: powerUp / 1000,
    pullUps: node.has('dtbus,pull-ups'),
  };
}

function inRange(
  node: DeviceNode,
  property: string,
  least: number,
  most: number,
  usual: number,
  unit: string,
): number {
  const value = node.u32(property) ?? usual;
  if (value >= least && value <= most) return value;
  throw new NodeError(node, property, `${value} ${unit} is out of range: ${least} to ${most}`);
}
