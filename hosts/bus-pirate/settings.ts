import { type DeviceNode, NodeError, STARTUP_LIMIT_MS } from '../../src/bus/index.ts';
import { DEFAULT_BAUD, I2C_SPEEDS } from './protocol.ts';

/** How an adapter is to be set up: the properties of its node. */
export interface Settings {
  /** Speed of the serial port in baud, where there is one. */
  readonly baud: number;
  /** Switches the adapter's 3.3 V and 5 V supplies on. */
  readonly power: boolean;
  /** How long the parts take to wake up once power is on, in ms. */
  readonly powerUpMs: number;
  readonly pullUps: boolean;
  /** v4: what the pull-ups are tied to, in µV; 0 = what is wired to its Vpu pin. */
  readonly pullUpMicrovolt: 0 | 3_300_000 | 5_000_000;
  /** Drives the AUX pin high. */
  readonly aux: boolean;
  /** SPI pins only pull low. */
  readonly openDrain: boolean;
  /** I2C clock in Hz until a bus says otherwise. */
  readonly clockFrequency: number;
}

export const DEFAULT_SETTINGS: Settings = {
  baud: DEFAULT_BAUD,
  power: false,
  powerUpMs: 10,
  pullUps: false,
  pullUpMicrovolt: 0,
  aux: false,
  openDrain: false,
  clockFrequency: 100_000,
};

/** What the terminal's `b` menu can set, and `serialport` can open. */
const BAUD_MIN = 300;
const BAUD_MAX = 2_000_000;

/** Reads what a node says beside `port`. @throws {NodeError} */
export function readSettings(node: DeviceNode): Settings {
  return {
    baud: inRange(node, 'current-speed', BAUD_MIN, BAUD_MAX, 'baud') ?? DEFAULT_SETTINGS.baud,
    power: node.has('dtbus,power'),
    powerUpMs: (inRange(node, 'startup-delay-us', 0, STARTUP_LIMIT_MS * 1000, 'µs') ?? 10_000) / 1000,
    pullUps: node.has('dtbus,pull-ups'),
    pullUpMicrovolt: pullUpMicrovolt(node),
    aux: node.has('dtbus,aux-high'),
    openDrain: node.has('drive-open-drain'),
    clockFrequency:
      inRange(node, 'clock-frequency', I2C_SPEEDS[0] as number, 5_000_000, 'Hz') ??
      DEFAULT_SETTINGS.clockFrequency,
  };
}

function pullUpMicrovolt(node: DeviceNode): Settings['pullUpMicrovolt'] {
  const property = 'dtbus,pull-up-microvolt';
  const value = node.u32(property);
  if (value === undefined || value === 3_300_000 || value === 5_000_000) return value ?? 0;
  throw new NodeError(node, property, `invalid voltage ${value}: expected 3300000 or 5000000 µV`);
}

function inRange(
  node: DeviceNode,
  property: string,
  least: number,
  most: number,
  unit: string,
): number | undefined {
  const value = node.u32(property);
  if (value === undefined || (value >= least && value <= most)) return value;
  throw new NodeError(node, property, `${value} ${unit} is out of range: ${least} to ${most}`);
}
