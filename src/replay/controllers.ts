import {
  type HostAdapter,
  I2C_FUNC_ANY_SEQUENCE,
  type I2cController,
  type I2cMessage,
  SPI_MODE,
  type SpiCapabilities,
  type SpiController,
  type SpiTransfer,
} from '../bus/index.ts';
import type { Replay, ReplayedBus } from './replay.ts';

/** Nothing here has an edge that a delay could help. */
const MAX_DELAY_NS = 1_000_000_000;

/** What comes of words, modes and delays is recorded already. */
const CAPABILITIES: Omit<SpiCapabilities, 'chipSelects'> = {
  modes: Object.values(SPI_MODE).reduce((all, bit) => all | bit, 0) & ~(SPI_MODE.NO_CS | SPI_MODE.READY),
  bitsPerWordMask: 0,
  maxSpeedHz: 0,
  maxWordDelayNs: MAX_DELAY_NS,
  maxCsSetupNs: MAX_DELAY_NS,
  maxCsHoldNs: MAX_DELAY_NS,
  maxCsInactiveNs: MAX_DELAY_NS,
};

class ReplayedI2c implements I2cController {
  readonly description: string;
  readonly functionality = I2C_FUNC_ANY_SEQUENCE;
  readonly #replay: Replay;
  readonly #bus: ReplayedBus;

  constructor(replay: Replay, bus: ReplayedBus) {
    this.#replay = replay;
    this.#bus = bus;
    this.description = descriptionOf(replay);
  }

  transfer(messages: readonly I2cMessage[]): void {
    this.#replay.i2c(this.#bus, messages);
  }
}

class ReplayedSpi implements SpiController {
  readonly description: string;
  readonly capabilities: SpiCapabilities;
  readonly #replay: Replay;
  readonly #bus: ReplayedBus;

  constructor(replay: Replay, bus: ReplayedBus, chipSelects: number) {
    this.#replay = replay;
    this.#bus = bus;
    this.description = descriptionOf(replay);
    this.capabilities = { ...CAPABILITIES, chipSelects };
  }

  transfer(chipSelect: number, _mode: number, transfers: readonly SpiTransfer[]): void {
    this.#replay.spi(this.#bus, chipSelect, transfers);
  }

  deselect(): void {}
}

function descriptionOf({ recording }: Replay): string {
  return `recording ${recording.file}`;
}

/** What carries an I2C bus whose parts are a recording. */
export function replayedI2cHost(
  replay: Replay,
  bus: ReplayedBus,
): HostAdapter & { readonly i2c: I2cController } {
  return {
    description: descriptionOf(replay),
    synchronous: true,
    i2c: new ReplayedI2c(replay, bus),
    open() {},
    close() {},
  };
}

/** What carries an SPI bus whose parts are a recording. */
export function replayedSpiHost(
  replay: Replay,
  bus: ReplayedBus,
  chipSelects: number,
): HostAdapter & { readonly spi: SpiController } {
  return {
    description: descriptionOf(replay),
    synchronous: true,
    spi: new ReplayedSpi(replay, bus, chipSelects),
    open() {},
    close() {},
  };
}
