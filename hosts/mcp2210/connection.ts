import { BusFault } from '../../src/bus/index.ts';
import type { UsbConnection, UsbOpener } from '../../src/usb/index.ts';
import { Turns } from '../pins/index.ts';
import { InputReports, Mark, UsbSession } from '../usb/index.ts';
import {
  ALL_PINS,
  CHIP,
  COMMAND,
  ENDPOINT,
  FUNCTION,
  MEMORY_ADDRESS,
  MEMORY_BYTES,
  pinsReport,
  REPORT_BYTES,
  RESULT,
  request,
  word,
} from './protocol.ts';

/** What greets an adapter is answered within this time, in ms. */
const GREET_MS = 1000;

/** The adapter that its bus and its lines are on, and what its pins drive. */
export class Mcp2210Connection {
  readonly #session: UsbSession;
  readonly #chipSelects: number;
  readonly #turns = new Turns();
  #answers: InputReports | undefined;
  /** What the outputs drive, with no chip selected; a bit of `#directions` that is set is an input. */
  #levels = ALL_PINS;
  #directions = ALL_PINS;
  #selected: number | undefined;
  /** A step was broken off: its answer may be due, and the engine in the middle of a transaction. */
  #unclean = false;
  #nextMark = 0;

  /** @param name what it is called until it is open. @param chipSelects pins from GP0 on that select a chip */
  constructor(name: string, open: UsbOpener, chipSelects: number) {
    this.#session = new UsbSession(name, open, ENDPOINT);
    this.#chipSelects = chipSelects;
  }

  get description(): string {
    return this.#session.description;
  }

  get isOpen(): boolean {
    return this.#session.isOpen;
  }

  /** The chip that is selected. */
  get selected(): number | undefined {
    return this.#selected;
  }

  /** @throws {BusFault} `EPROTO` it is no MCP2210, `EBUSY` another master has its bus */
  async open(): Promise<void> {
    await this.#session.open(async (usb) => {
      this.#answers = new InputReports(usb, ENDPOINT.IN, REPORT_BYTES);
      const limit = AbortSignal.timeout(GREET_MS);
      await this.#answers.settle(limit, this.#markOf(usb));
      // Whoever had it before may have left a transaction.
      await this.#must(usb, request(COMMAND.CANCEL), limit);
      this.#directions = word(await this.#must(usb, request(COMMAND.GET_DIRECTIONS), limit), 4);
      this.#levels = word(await this.#must(usb, request(COMMAND.GET_LEVELS), limit), 4);
      await this.#takePins(usb, (1 << this.#chipSelects) - 1, true, limit);
    });
    this.#unclean = false;
  }

  async close(): Promise<void> {
    await this.#session.close();
  }

  /** Does `work` where nobody's is under way; where that is broken off, the next one begins with what is due. @throws {BusFault} */
  async use<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.#turns.take(async () => {
      const { usb } = this.#session;
      if (this.#unclean) await this.#settle(usb, signal);
      this.#unclean = true;
      const done = await work();
      this.#unclean = false;
      return done;
    }, signal);
  }

  /** Sends a report. @returns its answer. @throws {BusFault} `EPROTO` that is one to another report */
  ask(report: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
    return this.#ask(this.#session.usb, report, signal);
  }

  /** As `ask`. @throws {BusFault} too, where the chip refused it */
  must(report: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
    return this.#must(this.#session.usb, report, signal);
  }

  async #ask(usb: UsbConnection, report: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
    this.#answers?.clear();
    await usb.out(ENDPOINT.OUT, report, signal);
    const answer = await this.#answers?.take(signal);
    if (answer?.length !== REPORT_BYTES || answer[0] !== report[0])
      throw new BusFault('EPROTO', `${usb.description} answered another request than it was asked`);
    return answer;
  }

  async #must(usb: UsbConnection, report: Uint8Array, signal: AbortSignal | undefined): Promise<Uint8Array> {
    const answer = await this.#ask(usb, report, signal);
    const result = answer[1] ?? 0;
    if (result === RESULT.OK) return answer;
    if (result === RESULT.NOT_OWNER) throw this.notOwner();
    throw new BusFault(
      'EIO',
      `${usb.description} refused command 0x${report[0]?.toString(16)} with 0x${result.toString(16)}`,
    );
  }

  notOwner(): BusFault {
    return new BusFault(
      'EBUSY',
      `another SPI master has the bus of ${this.description}: let it release the bus`,
    );
  }

  /** Selects a chip, or none. */
  async select(chipSelect: number | undefined, signal?: AbortSignal): Promise<void> {
    if (chipSelect === this.#selected) return;
    await this.#sendLevels(this.#session.usb, chipSelect, signal);
  }

  async #sendLevels(
    usb: UsbConnection,
    chipSelect: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const levels = chipSelect === undefined ? this.#levels : this.#levels & ~(1 << chipSelect);
    await this.#must(usb, pinsReport(COMMAND.SET_LEVELS, levels), signal);
    this.#selected = chipSelect;
  }

  /** Makes pins outputs with a level, or inputs. */
  async drive(pins: number, level: boolean | undefined, signal: AbortSignal): Promise<void> {
    await this.#drive(this.#session.usb, pins, level, signal);
  }

  async #drive(
    usb: UsbConnection,
    pins: number,
    level: boolean | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (level !== undefined) {
      this.#levels = level ? this.#levels | pins : this.#levels & ~pins;
      // The level first, so that the pin does not show another meanwhile.
      await this.#sendLevels(usb, this.#selected, signal);
    }
    this.#directions = level === undefined ? this.#directions | pins : this.#directions & ~pins;
    await this.#must(usb, pinsReport(COMMAND.SET_DIRECTIONS, this.#directions), signal);
  }

  /** Takes pins from the function that they have. */
  async claim(pins: number, signal: AbortSignal): Promise<void> {
    await this.#takePins(this.#session.usb, pins, undefined, signal);
  }

  async #takePins(
    usb: UsbConnection,
    pins: number,
    level: boolean | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    this.#selected = undefined;
    const chip = await this.#must(usb, request(COMMAND.GET_CHIP), signal);
    if (level !== undefined) {
      this.#levels |= pins;
      this.#directions &= ~pins;
    }
    const report = request(COMMAND.SET_CHIP);
    report.set(chip.subarray(CHIP.PINS, CHIP.END), CHIP.PINS);
    for (let pin = 0; pins >> pin !== 0; pin++)
      if (((pins >> pin) & 1) === 1) report[CHIP.PINS + pin] = FUNCTION.GPIO;
    const [levels, directions] = [this.#levels, this.#directions];
    report.set([levels & 0xff, levels >> 8, directions & 0xff, directions >> 8], CHIP.LEVELS);
    await this.#must(usb, report, signal);
    await this.#drive(usb, level === undefined ? 0 : pins, level, signal);
  }

  /** A byte of the memory for users, whose answer repeats the address: each time another. Nothing else asks for one. */
  #markOf(usb: UsbConnection): Mark {
    const address = this.#nextMark;
    this.#nextMark = (address + 1) % MEMORY_BYTES;
    return new Mark(
      (signal) => usb.out(ENDPOINT.OUT, request(COMMAND.READ_MEMORY, address), signal),
      (answer) => answer[0] === COMMAND.READ_MEMORY && answer[MEMORY_ADDRESS] === address,
    );
  }

  /** Takes answers that are still due, ends a transaction, and deselects. @throws {BusFault} */
  async #settle(usb: UsbConnection, signal: AbortSignal | undefined): Promise<void> {
    await this.#answers?.settle(signal, this.#markOf(usb));
    await this.#must(usb, request(COMMAND.CANCEL), signal);
    await this.#sendLevels(usb, undefined, signal);
  }
}
