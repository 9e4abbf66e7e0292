import { BusFault, checkI2cMessages, type I2cController, type I2cMessage } from '../../src/bus/index.ts';
import {
  answerLength,
  clockFree,
  clockTooSlow,
  FREEING_PULSES,
  type I2cMove,
  type LineLevels,
  runI2c,
} from '../link/index.ts';
import { FASTEST_I2C_HZ, I2C_CAPABILITIES } from './capabilities.ts';
import type { FtdiConnection } from './connection.ts';
import { I2cCommands, NACK_BIT } from './i2c-commands.ts';
import type { FtdiLinePins, PinState } from './line-pins.ts';
import { chipSelectMask, type FtdiPins, openDrainCommand } from './pins.ts';
import { clockOf, divisorCommand, divisorFor, MPSSE, PIN, SLOWEST_I2C_HZ } from './protocol.ts';
import type { ChannelUse } from './use.ts';

const DEFAULT_HZ = 100_000;
const SEND_NOW = Uint8Array.of(MPSSE.SEND_NOW);
/** Bytes that are written before their acknowledge bits are looked at, and most that come back at once. */
const BUDGET = { sent: 512, received: 4096, edge: 0, writtenByte: 1, read: 0 } as const;

/** I2C on the pins of a channel: SCL is AD0, SDA is AD1 and AD2. */
export class FtdiI2cController implements I2cController {
  readonly capabilities = I2C_CAPABILITIES;
  readonly functionality = I2C_CAPABILITIES.functionality;
  readonly #connection: FtdiConnection;
  readonly #use: ChannelUse;
  readonly #pins: FtdiPins;
  readonly #lines: FtdiLinePins;
  #divisor = divisorFor(DEFAULT_HZ, true) as number;
  /** What the bus is known to be: free, taken by a transaction of ours, or anything. */
  #bus: 'free' | 'open' | 'unknown' = 'unknown';

  constructor(connection: FtdiConnection, use: ChannelUse, pins: FtdiPins, lines: FtdiLinePins) {
    this.#connection = connection;
    this.#use = use;
    this.#pins = pins;
    this.#lines = lines;
  }

  get description(): string {
    return this.#connection.description;
  }

  setClockFrequency(hz: number): number {
    const divisor = divisorFor(Math.min(hz, FASTEST_I2C_HZ), true);
    if (divisor === undefined) throw clockTooSlow('I2C', hz, `an ${this.#pins.chip.title}`, SLOWEST_I2C_HZ);
    this.#divisor = divisor;
    return Math.floor(clockOf(divisor, true));
  }

  async transfer(messages: readonly I2cMessage[], signal?: AbortSignal): Promise<void> {
    checkI2cMessages(this.capabilities, messages, `an ${this.#pins.chip.title}`);
    await this.#connection.turns.take(() => this.#transfer(messages, signal), signal);
  }

  async #transfer(messages: readonly I2cMessage[], signal: AbortSignal | undefined): Promise<void> {
    await this.#connection.prepare(signal);
    const commands = this.#commands();
    const isNew = await this.#use.become(`I2C ${this.#divisor}`, () => this.#setUp(commands), signal);
    this.#lines.left(this.#idle());
    if (isNew || this.#bus !== 'free') await this.#clear(commands, signal);
    await runI2c(messages, {
      budget: BUDGET,
      exchange: (moves) => this.#exchange(commands, moves, signal),
      isNack: (answer) => (answer & NACK_BIT) !== 0,
    });
  }

  #commands(): I2cCommands {
    const mask = chipSelectMask(this.#pins);
    const { levels, directions } = this.#lines.low;
    return new I2cCommands(
      { levels: mask | levels, directions: mask | directions },
      clockOf(this.#divisor, true),
    );
  }

  /** The low byte while the bus is idle. */
  #idle(): PinState {
    const mask = chipSelectMask(this.#pins);
    return { levels: mask | PIN.CLOCK | PIN.OUT, directions: mask | PIN.CLOCK };
  }

  #setUp(commands: I2cCommands): readonly number[] {
    return [
      MPSSE.THREE_PHASE_ON,
      ...divisorCommand(this.#divisor),
      ...openDrainCommand(this.#pins, true),
      ...commands.idle(),
    ];
  }

  /** Moves with, where a transaction begins or ends, the levels of the lines before or after it. */
  async #exchange(
    commands: I2cCommands,
    moves: readonly I2cMove[],
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array> {
    const begins = this.#bus === 'free';
    const ends = moves.at(-1)?.kind === 'stop';
    let isOpen = !begins;
    const sent = moves.map((move) => {
      if (move.kind === 'stop') return Uint8Array.from(commands.stop());
      if (move.kind !== 'start') return commands.bytes(move);
      const start = isOpen ? commands.repeatedStart() : commands.start();
      isOpen = true;
      return Uint8Array.from(start);
    });
    this.#bus = 'open';
    const due = (begins ? 1 : 0) + answerLength(moves) + (ends ? 1 : 0);
    const answer = await this.#connection.run(Buffer.concat([...sent, SEND_NOW]), due, signal);
    if (ends) this.#bus = isFree(answer.at(-1) as number) ? 'free' : 'unknown';
    if (begins && !isFree(answer[0] as number)) {
      this.#bus = 'unknown';
      throw heldLow(answer[0] as number, 'the next transfer tries to free the bus');
    }
    return answer.subarray(begins ? 1 : 0, answer.length - (ends ? 1 : 0));
  }

  /**
   * Frees a bus that somebody left in the middle of a byte or of a transaction. @throws {BusFault} `EBUSY` SDA stays low, `ETIMEDOUT` SCL is
   */
  async #clear(commands: I2cCommands, signal: AbortSignal | undefined): Promise<void> {
    let levels = 0;
    const look = async (before: readonly number[]): Promise<LineLevels> => {
      const sent = Uint8Array.from([...before, MPSSE.SEND_NOW]);
      [levels = 0] = await this.#connection.run(sent, 1, signal);
      return { scl: isSclHigh(levels), sda: isSdaHigh(levels) };
    };
    const stop = async () => void (await look(commands.stop()));
    this.#bus = 'unknown';
    const outcome = await clockFree({
      look: () => look([...commands.idle(), MPSSE.GET_LOW]),
      pulse: () => look([...commands.pulse(), MPSSE.GET_LOW]),
      stop,
    });
    // Whoever had the bus may have left a transaction open.
    if (outcome === 'free') await stop();
    if (!isFree(levels))
      throw heldLow(
        levels,
        `${FREEING_PULSES} clock pulses did not free the bus: switch its parts off and on`,
      );
    this.#bus = 'free';
  }
}

function isSclHigh(levels: number): boolean {
  return (levels & PIN.CLOCK) !== 0;
}

function isSdaHigh(levels: number): boolean {
  return (levels & PIN.IN) !== 0;
}

function isFree(levels: number): boolean {
  return isSclHigh(levels) && isSdaHigh(levels);
}

function heldLow(levels: number, then: string): BusFault {
  if (!isSclHigh(levels)) return new BusFault('ETIMEDOUT', 'SCL is held low: check the wiring and pull-ups');
  return new BusFault('EBUSY', `SDA is held low; ${then}`);
}
