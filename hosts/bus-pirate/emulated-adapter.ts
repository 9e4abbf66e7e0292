import { resolve } from 'node:path';
import {
  BusFault,
  type DeviceNode,
  type HostAdapter,
  type I2cController,
  messageOf,
  NodeError,
  type SpiController,
} from '../../src/bus/index.ts';
import { loadModels, populateI2c, populateSpi, type SimulationOptions } from '../../src/sim/index.ts';
import { type EmulatorPort, type ServedEmulator, serialLink } from '../link/index.ts';
import { BusPirateAdapter } from './controller.ts';
import { BusPirateEmulator, type EmulatorOptions } from './emulator.ts';
import { V3_FIRMWARE_6_1, V4_FIRMWARE_8_0 } from './emulator-firmware.ts';
import { DEFAULT_BAUD } from './protocol.ts';
import { readSettings, type Settings } from './settings.ts';

/** Which adapter is emulated, by the node's `dtbus,hardware`. */
const HARDWARE = new Map([
  ['v3', V3_FIRMWARE_6_1],
  ['v4', V4_FIRMWARE_8_0],
]);

/**
 * An emulated adapter on a pty, with the parts that the node's children `i2c` and `spi` describe behind it. Buses of
 * a board are driven by the real controller through the real serial port. With `port`, a second adapter on the same
 * parts waits at that path for other programs.
 */
export class EmulatedBusPirate implements HostAdapter {
  readonly synchronous = false;
  readonly i2c: I2cController;
  readonly spi: SpiController;
  readonly #node: DeviceNode;
  readonly #link: string | undefined;
  readonly #controller: BusPirateAdapter;
  #options: EmulatorOptions | undefined;
  #served: ServedEmulator | undefined;
  /** The one at `port`. */
  #waiting: ServedEmulator | undefined;

  constructor(node: DeviceNode, settings: Settings, simulation: SimulationOptions | undefined) {
    this.#node = node;
    // A board's parts are there from the start, wherever its adapter is.
    if (simulation !== undefined) this.#options = emulatorOptions(node, simulation);
    const port = node.string('port');
    this.#link = port === undefined ? undefined : resolve(simulation?.directory ?? '.', port);
    this.#controller = new BusPirateAdapter('an emulated port', settings, (events) =>
      serialLink((this.#served as ServedEmulator).port, DEFAULT_BAUD)(events),
    );
    this.i2c = this.#controller.i2c;
    this.spi = this.#controller.spi;
  }

  get description(): string {
    const at = this.#link === undefined ? '' : `, and at ${this.#link} for other programs`;
    return `emulated ${this.#controller.description}${at}`;
  }

  /** What the controller opens, while it is open. */
  get port(): string | undefined {
    return this.#served?.port;
  }

  async open(): Promise<void> {
    await this.close();
    this.#served = await this.#serve({ pty: true });
    await this.wait();
    await this.#controller.open();
  }

  /** Only waits at `port` for other programs: what a board without a bus on this adapter needs. @throws {BusFault} */
  async wait(): Promise<void> {
    if (this.#link !== undefined) this.#waiting ??= await this.#serve({ pty: true, link: this.#link });
  }

  async #serve(port: EmulatorPort): Promise<ServedEmulator> {
    // Parts keep what they know while the adapter comes and goes.
    this.#options ??= emulatorOptions(this.#node, { catalogue: await loadModels(compatiblesOf(this.#node)) });
    // With Linux's calls, which a board needs whose adapter is opened.
    const { serveEmulator } = await import('../link/index.ts');
    try {
      return serveEmulator(new BusPirateEmulator(this.#options), port);
    } catch (cause) {
      throw new BusFault(
        'ENODEV',
        `no pty for the emulated adapter ${this.#node.path}: ${messageOf(cause)}`,
        {
          cause,
        },
      );
    }
  }

  async close(): Promise<void> {
    await this.#controller.close();
    this.#served?.close();
    this.#waiting?.close();
    this.#served = undefined;
    this.#waiting = undefined;
  }
}

/**
 * The emulated adapter that `node` describes; nothing is opened. `simulation`: the board's, so that its
 * parts are known to the board; without it they live on their own.
 * @throws {NodeError}
 */
export function createEmulatedBusPirate(node: DeviceNode, simulation?: SimulationOptions): EmulatedBusPirate {
  const hardware = node.string('dtbus,hardware');
  if (hardware !== undefined && !HARDWARE.has(hardware)) {
    throw new NodeError(
      node,
      'dtbus,hardware',
      `invalid hardware "${hardware}": expected ${[...HARDWARE.keys()].join(' or ')}`,
    );
  }
  return new EmulatedBusPirate(node, readSettings(node), simulation);
}

/** The adapter's children `i2c` and `spi`: what is wired to it. */
function wiredTo(node: DeviceNode): { i2c: DeviceNode | undefined; spi: DeviceNode | undefined } {
  const child = (wanted: string) => node.children.find(({ name }) => name === wanted);
  return { i2c: child('i2c'), spi: child('spi') };
}

function compatiblesOf(node: DeviceNode): string[] {
  const { i2c, spi } = wiredTo(node);
  return [...(i2c?.children ?? []), ...(spi?.children ?? [])].flatMap(({ compatible }) => compatible);
}

function emulatorOptions(node: DeviceNode, simulation: SimulationOptions): EmulatorOptions {
  const { i2c: i2cNode, spi: spiNode } = wiredTo(node);
  const i2c = i2cNode && populateI2c(i2cNode, simulation);
  const spi = spiNode && populateSpi(spiNode, simulation);
  const traits = HARDWARE.get(node.string('dtbus,hardware') ?? 'v4');
  return {
    ...(i2c && { i2c: i2c.wire }),
    ...(spi && { spi: spi.wire }),
    ...(traits && { traits }),
    csActiveHigh: spi?.boundParts.some(({ node: part }) => part.has('spi-cs-high')) ?? false,
  };
}
