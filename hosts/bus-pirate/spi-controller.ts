import {
  BusFault,
  BYTE_WORDS,
  checkDelays,
  checkSpiData,
  SPI_MODE,
  SPI_MODE_X_MASK,
  type SpiController,
  type SpiTransfer,
} from '../../src/bus/index.ts';
import { clockTooSlow, type Step, slowestClock } from '../link/index.ts';
import { SPI_CAPABILITIES } from './capabilities.ts';
import type { BusMode, BusPirateConnection } from './connection.ts';
import {
  BITBANG,
  DONE,
  encodeSpiConfig,
  isAtLeast,
  MODE_NAME,
  SPI,
  SPI_SPEEDS,
  SPI_SPEEDS_EVERYWHERE,
  speedIndex,
  WRITE_THEN_READ_MAX,
} from './protocol.ts';
import { chipSelect, planMessage } from './spi-message.ts';

const { modes: MODES } = SPI_CAPABILITIES;

/** Index of 2 MHz: what is faster does not work before firmware 6.2. */
const SPEEDS_BEFORE_6_2 = 5;

/**
 * A v3 waits after each SPI command until its answer has left the UART: no more may be on the way than chip
 * select, one bulk transfer and chip select again.
 */
const V3_WINDOW = 20;

/** What the firmware does around the eight clocks of a byte. */
const OVERHEAD_US = 10;

/** How the adapter's SPI pins work at the moment. */
interface Line {
  readonly config: number;
  readonly speed: number;
}

/** The SPI bus of an adapter: one chip select, one data line each way. */
export class BusPirateSpiController implements SpiController {
  readonly capabilities = SPI_CAPABILITIES;
  readonly #connection: BusPirateConnection;
  readonly #mode: BusMode;
  /** What the adapter was told last. */
  #told: Line | undefined;
  /** Mode bits of the device addressed last: they say which level of CS is idle. */
  #lastMode = 0;
  /** What the last message left selected. */
  #held: { readonly mode: number } | undefined;

  constructor(connection: BusPirateConnection) {
    this.#connection = connection;
    this.#mode = {
      name: MODE_NAME.spi,
      enter: BITBANG.ENTER_SPI,
      setup: () => {
        this.#told = undefined;
        this.#held = undefined;
        return [];
      },
      release: () => {
        this.#held = undefined;
        return [chipSelect(this.#lastMode, false)];
      },
    };
  }

  get description(): string {
    return this.#connection.description;
  }

  get startupMs(): number {
    return this.#connection.startupMs;
  }

  async transfer(
    cs: number,
    mode: number,
    transfers: readonly SpiTransfer[],
    signal?: AbortSignal,
  ): Promise<void> {
    try {
      this.#check(cs, mode, transfers);
      await this.#transfer(mode, transfers, signal);
    } catch (fault) {
      // After an abort nothing is waited for: recovery deselects.
      if (signal?.aborted) this.#held = undefined;
      await this.deselect();
      throw fault;
    }
  }

  async deselect(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    if (held === undefined) return;
    await this.#connection.use(this.#mode);
    await this.#connection.run([chipSelect(held.mode, false)], { busyUs: 0 });
  }

  async #transfer(
    mode: number,
    transfers: readonly SpiTransfer[],
    signal: AbortSignal | undefined,
  ): Promise<void> {
    await this.#connection.use(this.#mode, signal);
    const steps: Step[] = [];
    if (this.#held !== undefined && this.#held.mode !== mode) {
      steps.push(chipSelect(this.#held.mode, false));
      this.#held = undefined;
    }
    const held = this.#held !== undefined;
    const line = this.#lineFor(mode, transfers, held);
    const isNew = line.config !== this.#told?.config || line.speed !== this.#told.speed;
    if (isNew) steps.push(...this.#tell(line));
    // Both commands leave CS high; so does a device whose select is active low.
    const csHigh = (mode & SPI_MODE.CS_HIGH) !== 0;
    if (!held && csHigh !== ((this.#lastMode & SPI_MODE.CS_HIGH) !== 0 && !isNew)) {
      steps.push(chipSelect(mode, false));
    }
    this.#lastMode = mode;

    const speedHz = SPI_SPEEDS[line.speed] as number;
    const busyUs = 8e6 / speedHz + OVERHEAD_US;
    const pipelined = this.#connection.hasFlowControl;
    const window = this.#connection.window(busyUs);
    const keepsUp = window > V3_WINDOW;
    const plan = planMessage(mode, transfers, held, {
      writeThenRead: isAtLeast(this.#connection.version?.firmware ?? '', 5, 5),
      bulkMax: window - 1,
      payloadMax: pipelined || keepsUp ? WRITE_THEN_READ_MAX : window,
      pipelined,
    });
    steps.push(...plan.steps);
    const keep = transfers.at(-1)?.csChange === true;
    // What breaks off in between is deselected by the recovery.
    this.#held = undefined;
    const fault = await this.#connection.run(steps, {
      busyUs,
      window: pipelined ? window : Math.min(window, V3_WINDOW),
      quietMs: (WRITE_THEN_READ_MAX * 2 * busyUs) / 1000,
      signal,
    });
    if (fault !== undefined || keep) this.#held = { mode };
    if (fault !== undefined) throw fault;
    plan.finish();
  }

  /** Clock and pins for a message. All that is sent without deselecting goes at the slowest speed asked for. */
  #lineFor(mode: number, transfers: readonly SpiTransfer[], held: boolean): Line {
    const config = encodeSpiConfig({
      mode: mode & SPI_MODE_X_MASK,
      openDrain: this.#connection.settings.openDrain,
      sampleAtEnd: false,
    });
    const { maxSpeedHz } = this.capabilities;
    const hz = Math.min(maxSpeedHz, slowestClock(transfers) ?? maxSpeedHz);
    const old = isAtLeast(this.#connection.version?.firmware ?? '', 6, 2)
      ? SPI_SPEEDS_EVERYWHERE
      : SPEEDS_BEFORE_6_2;
    const speed = speedIndex(SPI_SPEEDS, hz, old);
    if (speed === undefined) {
      throw clockTooSlow('SPI', hz, 'a Bus Pirate', SPI_SPEEDS[0]);
    }
    if (!held || this.#told === undefined) return { config, speed };
    // Setting the clock raises CS, so a chip that stays selected keeps its clock.
    if ((SPI_SPEEDS[this.#told.speed] as number) <= hz) return this.#told;
    throw new BusFault(
      'EOPNOTSUPP',
      `a Bus Pirate cannot go from ${SPI_SPEEDS[this.#told.speed]} Hz to ${hz} Hz while the chip stays selected: ask for the lower speed from the beginning`,
    );
  }

  #tell(line: Line): Step[] {
    return [
      { send: Uint8Array.of(line.config), reply: 1, prefix: DONE },
      {
        send: Uint8Array.of(SPI.SPEED | line.speed),
        reply: 1,
        prefix: DONE,
        done: () => {
          this.#told = line;
          return undefined;
        },
      },
    ];
  }

  #check(cs: number, mode: number, transfers: readonly SpiTransfer[]): void {
    if (cs !== 0) {
      throw new BusFault('EINVAL', `invalid chip select ${cs}: a Bus Pirate has only chip select 0`);
    }
    const strange = mode & ~MODES;
    if (strange !== 0) {
      throw new BusFault(
        'EOPNOTSUPP',
        `unsupported SPI mode bits 0x${strange.toString(16)}: a Bus Pirate supports modes 0 to 3, CS_HIGH, LSB_FIRST and NO_CS`,
      );
    }
    for (const transfer of transfers) checkTransfer(transfer);
  }
}

function checkTransfer(transfer: SpiTransfer): void {
  const { txNbits, rxNbits, wordDelayNs, csSetupNs, csHoldNs, csInactiveNs } = transfer;
  checkSpiData(transfer, 'a Bus Pirate', BYTE_WORDS);
  if (txNbits > 1 || rxNbits > 1) {
    throw new BusFault('EOPNOTSUPP', 'a Bus Pirate has one data line each way: no dual, quad or octal');
  }
  if (wordDelayNs > 0) {
    throw new BusFault('EOPNOTSUPP', 'a Bus Pirate cannot wait between words: remove spi-…-delay properties');
  }
  checkDelays(SPI_CAPABILITIES.maxCsSetupNs, csSetupNs, csHoldNs, csInactiveNs);
}
