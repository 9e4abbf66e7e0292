import { BusFault } from '../../src/bus/index.ts';
import {
  type AdapterProtocol,
  type ByteLink,
  type LinkOpener,
  RecoveringSession,
  type Session,
  type Step,
} from '../link/index.ts';
import { BinaryEntry } from './binary-entry.ts';
import {
  type AdapterVersion,
  BITBANG,
  COMMON,
  DEFAULT_BAUD,
  DONE,
  encodePeripherals,
  MODE_NAME,
  PIN,
  PULL_UP_SOURCE,
  STATUS,
} from './protocol.ts';
import type { Settings } from './settings.ts';

/** Drives the pins of `lows` low, one set after the other, and lets go of all others. @returns the levels behind the last */
export type PullPins = (...lows: readonly number[]) => Promise<number>;

/** A bus mode of the adapter, as its controller wants it. */
export interface BusMode {
  readonly name: typeof MODE_NAME.i2c | typeof MODE_NAME.spi;
  readonly enter: typeof BITBANG.ENTER_I2C | typeof BITBANG.ENTER_SPI;
  /** A bus that a part can hold. */
  readonly shared?: {
    /** Clocks it free, pin by pin, before the mode is entered. @returns whether it is free */
    free(pull: PullPins): Promise<boolean>;
    /** Looks at it in the mode, while nothing is sent: a fault where it is held. */
    readonly look: Step;
    held(): BusFault;
  };
  /** What is to be set before the peripherals are switched on. */
  setup(): readonly Step[];
  /** Frees the bus, wherever a transfer was broken off. */
  release(): readonly Step[];
}

/**
 * A v3 reads its UART without interrupts: while it is busy on the bus, what arrives collects in the four
 * bytes of the PIC's receive FIFO. One more, and the UART stops until power is cut.
 */
const UART_FIFO = 4;

/** Sent ahead of the answers where the link has flow control, as a v4's own USB has. */
const WINDOW_MAX = 2048;

/** How long an adapter that is well may take to answer a command that does nothing on the bus. */
const QUIET_MS = 1000;

/** The pins that have directions. */
const ALL_PINS = 0x1f;

/** Until the supplies are up. How long the parts on them take to wake up is the node's to say. */
const SUPPLY_MS = 10;

/** How long recovery waits for answers that are still due before it starts anew. */
const SETTLE_MS = 250;

/** The connection to an adapter: which mode it is in, how it got there, and how it is brought back in step. */
export class BusPirateConnection implements AdapterProtocol {
  readonly settings: Settings;
  readonly #session: RecoveringSession;
  #version: AdapterVersion | undefined;
  #mode: BusMode | undefined;
  /** A transfer was broken off: the bus may not be free. */
  #unclean = false;
  #baud = DEFAULT_BAUD;

  constructor(name: string, settings: Settings, openLink: LinkOpener) {
    this.#session = new RecoveringSession(name, openLink, this);
    this.settings = settings;
  }

  get description(): string {
    const hardware = this.#version === undefined ? '' : ` ${this.#version.hardware}`;
    return `Bus Pirate${hardware} on ${this.#session.name}`;
  }

  /** See `Controller`. */
  get startupMs(): number {
    return this.settings.power ? this.settings.powerUpMs : 0;
  }

  /** Known once it was open. */
  get version(): AdapterVersion | undefined {
    return this.#version;
  }

  /** Finds the adapter and leaves it in bitbang mode. @throws {BusFault} */
  open(): Promise<void> {
    return this.#session.open();
  }

  /** Leaves binary mode, so that a person finds the terminal, and frees the port. Never fails. */
  close(): Promise<void> {
    return this.#session.close();
  }

  async greet(session: Session, link: ByteLink): Promise<void> {
    const entry = new BinaryEntry(session, link);
    this.#version = await entry.identify(this.settings.baud);
    this.#baud = await entry.setBaud(this.settings.baud, this.#version);
    await entry.fromTerminal();
    this.#mode = undefined;
    this.#unclean = false;
  }

  leave(session: Session, link: ByteLink): Promise<void> {
    return new BinaryEntry(session, link).leave();
  }

  /**
   * Most bytes to send ahead of their answers, when the adapter is busy for `busyUs` with each.
   * Where it is done before the next byte can arrive there is no backlog. Else n bytes leave a backlog of
   * n (1 - t_uart / t_bus), which has to fit the FIFO.
   */
  window(busyUs: number): number {
    if (this.hasFlowControl) return WINDOW_MAX;
    const arrivalUs = 10e6 / this.#baud;
    if (busyUs <= arrivalUs) return WINDOW_MAX;
    return Math.floor(UART_FIFO / (1 - arrivalUs / busyUs));
  }

  /** A v4 speaks USB itself: the host is told to wait. Everything older has a UART behind a converter. */
  get hasFlowControl(): boolean {
    return /^v[4-9]/.test(this.#version?.hardware ?? '');
  }

  /** Makes `mode` the adapter's mode, in step and with its bus free. @throws {BusFault} */
  async use(mode: BusMode, signal?: AbortSignal): Promise<void> {
    await this.#session.ready(signal);
    if (this.#mode === mode) return;
    await this.leaveMode(signal);
    const look = await this.#freed(mode, signal);
    const steps = [announced(mode.enter, mode.name), ...mode.setup(), ...this.#peripherals()];
    if (this.#unclean) steps.push(...mode.release());
    const fault = await this.run([...steps, ...look], { busyUs: 0, signal });
    this.#mode = mode;
    if (fault !== undefined) {
      await this.leaveMode(signal);
      throw fault;
    }
    this.#unclean = false;
  }

  /** Goes back to the crossroads: the next use of a mode enters it anew. @throws {BusFault} */
  async leaveMode(signal?: AbortSignal): Promise<void> {
    if (this.#mode === undefined) return;
    this.#mode = undefined;
    await this.run([announced(COMMON.EXIT, MODE_NAME.bitbang)], { busyUs: 0, signal });
  }

  /**
   * Looks at the bus of a mode that is to be entered, and frees it.
   * @returns how it is to be looked at in the mode, where that has to wait until the parts are awake
   * @throws {BusFault} `EBUSY`
   */
  async #freed({ shared }: BusMode, signal: AbortSignal | undefined): Promise<readonly Step[]> {
    if (shared === undefined) return [];
    const { power, powerUpMs, pullUps, pullUpMicrovolt } = this.settings;
    // Pull-ups whose voltage is chosen in the mode are not there before it.
    if (pullUps && pullUpMicrovolt !== 0) return [shared.look];
    const supplies = (power ? PIN.POWER : 0) | (pullUps ? PIN.PULL_UPS : 0);
    const on: Step = { send: Uint8Array.of(BITBANG.PIN_LEVELS | supplies), reply: 1 };
    const pauseMs = Math.min(powerUpMs, SUPPLY_MS);
    await this.run([power ? { ...on, pauseMs } : on], { busyUs: 0, signal });
    if (await shared.free((...lows) => this.#pull(lows, signal))) return [];
    // The mode switches the supply off and on: what is still waking up until then is not stuck.
    if (power) return [shared.look];
    throw shared.held();
  }

  async #pull(lows: readonly number[], signal: AbortSignal | undefined): Promise<number> {
    let levels = 0;
    const steps = lows.map(
      (low): Step => ({
        send: Uint8Array.of(BITBANG.PIN_DIRECTIONS | (ALL_PINS & ~low)),
        reply: 1,
        done: ([all = 0]) => {
          levels = all;
          return undefined;
        },
      }),
    );
    await this.run(steps, { busyUs: 0, signal });
    return levels;
  }

  /**
   * Runs steps in the present mode. `busyUs`: how long a byte keeps the adapter busy; `quietMs`: how long it
   * may be silent besides.
   * @returns the first fault that a step found. @throws {BusFault}
   */
  async run(
    steps: readonly Step[],
    options: { busyUs: number; quietMs?: number; signal?: AbortSignal | undefined; window?: number },
  ): Promise<BusFault | undefined> {
    try {
      return await this.#session.run(steps, {
        window: options.window ?? this.window(options.busyUs),
        quietMs: QUIET_MS + Math.ceil(options.quietMs ?? 0),
        signal: options.signal,
      });
    } catch (error) {
      this.#unclean = true;
      throw error;
    }
  }

  /** Waits for what is still due and frees the bus; else enters binary mode anew, once. @throws {BusFault} */
  async resynchronise(session: Session, link: ByteLink): Promise<void> {
    const mode = this.#mode;
    if (mode !== undefined && (await this.#released(session, mode))) {
      this.#unclean = false;
      return;
    }
    this.#mode = undefined;
    this.#unclean = true;
    session.discard();
    await new BinaryEntry(session, link).fromAnywhere();
  }

  async #released(session: Session, mode: BusMode): Promise<boolean> {
    try {
      if (!(await session.settled(SETTLE_MS))) return false;
      const options = { window: this.window(Number.POSITIVE_INFINITY), quietMs: SETTLE_MS };
      return (await session.run(mode.release(), options)) === undefined;
    } catch {
      // Out of step after all.
      return false;
    }
  }

  #peripherals(): Step[] {
    const { power, powerUpMs, pullUps, pullUpMicrovolt, aux } = this.settings;
    const steps: Step[] = [
      {
        send: Uint8Array.of(encodePeripherals({ power, pullUps, aux, cs: true })),
        reply: 1,
        prefix: DONE,
        ...(power && { pauseMs: powerUpMs }),
      },
    ];
    if (pullUps && pullUpMicrovolt !== 0) {
      const source = pullUpMicrovolt === 5_000_000 ? PULL_UP_SOURCE.V5 : PULL_UP_SOURCE.V3_3;
      steps.push({
        send: Uint8Array.of(COMMON.PULL_UP_VOLTAGE | source),
        reply: 1,
        prefix: DONE,
        refusal: STATUS.REFUSED,
        done: ([status]) => (status === DONE[0] ? undefined : this.#noPullUps()),
      });
    }
    return steps;
  }

  #noPullUps(): BusFault {
    return new BusFault(
      'EOPNOTSUPP',
      `${this.description} cannot choose the voltage of its pull-ups: only a v4 can, with open-drain pins and nothing on its Vpu pin; remove dtbus,pull-up-microvolt`,
    );
  }
}

/** A command that is answered with the name of the mode it leads to. */
export function announced(command: number, name: string): Step {
  return { send: Uint8Array.of(command), reply: name.length, prefix: Buffer.from(name, 'latin1') };
}
