import type { EmulatorPins } from './emulator-pins.ts';
import { ARGUMENT_BYTES, BASE_HZ, clockOf, DATA, MPSSE, PIN } from './protocol.ts';

const NOTHING = new Uint8Array(0);
const LOW = 0x00ff;
const HIGH = 0xff00;

/** The engine of a channel: takes commands, in pieces of any size, and moves pins. */
export class MpsseEngine {
  readonly #pins: EmulatorPins;
  readonly #hasOpenDrain: boolean;
  readonly #answer: (bytes: Uint8Array) => void;
  readonly #sendNow: () => void;
  #unread: Uint8Array = NOTHING;
  #baseHz: number = BASE_HZ.slow;
  #divisor = 0;
  #threePhase = false;
  #loopback = false;

  /** @param sendNow what was answered goes to the host, though no packet is full */
  constructor(
    pins: EmulatorPins,
    hasOpenDrain: boolean,
    answer: (bytes: Uint8Array) => void,
    sendNow: () => void,
  ) {
    this.#pins = pins;
    this.#hasOpenDrain = hasOpenDrain;
    this.#answer = answer;
    this.#sendNow = sendNow;
    this.#setClock();
  }

  feed(bytes: Uint8Array): void {
    this.#unread = this.#unread.length === 0 ? bytes : Buffer.concat([this.#unread, bytes]);
    for (let used: number | undefined; this.#unread.length > 0; ) {
      used = this.#command(this.#unread);
      if (used === undefined) break;
      this.#unread = this.#unread.subarray(used);
    }
    this.#unread = Uint8Array.from(this.#unread);
  }

  /** Carries out the command at the beginning. @returns its length; undefined where it is not all there yet */
  #command(bytes: Uint8Array): number | undefined {
    const command = bytes[0] as number;
    if (command < MPSSE.SET_LOW) return this.#data(command, bytes);
    const count = ARGUMENT_BYTES.get(command);
    if (count === undefined || (command === MPSSE.OPEN_DRAIN && !this.#hasOpenDrain)) {
      this.#answer(Uint8Array.of(MPSSE.BAD_COMMAND, command));
      return 1;
    }
    if (bytes.length < 1 + count) return undefined;
    this.#plain(command, bytes[1] ?? 0, bytes[2] ?? 0);
    return 1 + count;
  }

  #plain(command: number, first: number, second: number): void {
    const pins = this.#pins;
    switch (command) {
      case MPSSE.SET_LOW:
        pins.set(first, second, LOW);
        break;
      case MPSSE.SET_HIGH:
        pins.set(first << 8, second << 8, HIGH);
        break;
      case MPSSE.GET_LOW:
        this.#answer(Uint8Array.of(pins.read() & LOW));
        break;
      case MPSSE.GET_HIGH:
        this.#answer(Uint8Array.of(pins.read() >> 8));
        break;
      case MPSSE.OPEN_DRAIN:
        pins.setOpenDrain(first | (second << 8));
        break;
      case MPSSE.SEND_NOW:
        this.#sendNow();
        break;
      case MPSSE.CLOCK_BITS:
        this.#clockOnly(1 + first);
        break;
      case MPSSE.CLOCK_BYTES:
        this.#clockOnly(8 * (1 + first + (second << 8)));
        break;
      default:
        this.#configure(command, first, second);
    }
  }

  /** Waiting for a pin and adaptive clocks are not emulated: nothing drives these pins. */
  #configure(command: number, first: number, second: number): void {
    if (command === MPSSE.LOOPBACK_ON || command === MPSSE.LOOPBACK_OFF)
      this.#loopback = command === MPSSE.LOOPBACK_ON;
    else if (command === MPSSE.THREE_PHASE_ON || command === MPSSE.THREE_PHASE_OFF)
      this.#threePhase = command === MPSSE.THREE_PHASE_ON;
    else if (command === MPSSE.BASE_60_MHZ) this.#baseHz = BASE_HZ.fast;
    else if (command === MPSSE.BASE_12_MHZ) this.#baseHz = BASE_HZ.slow;
    else if (command === MPSSE.DIVISOR) this.#divisor = first | (second << 8);
    this.#setClock();
  }

  #setClock(): void {
    const { pins, divisor, base } = { pins: this.#pins, divisor: this.#divisor, base: this.#baseHz };
    pins.setClock(clockOf(divisor, false, base), clockOf(divisor, this.#threePhase, base));
  }

  #data(command: number, bytes: Uint8Array): number | undefined {
    if ((command & DATA.TMS) !== 0) return this.#tms(command, bytes);
    const writes = (command & DATA.WRITE) !== 0;
    const reads = (command & DATA.READ) !== 0;
    if (!writes && !reads) {
      this.#answer(Uint8Array.of(MPSSE.BAD_COMMAND, command));
      return 1;
    }
    const isBits = (command & DATA.BITS) !== 0;
    const head = isBits ? 2 : 3;
    if (bytes.length < head) return undefined;
    const count = 1 + (bytes[1] as number) + (isBits ? 0 : (bytes[2] as number) << 8);
    const length = head + (writes ? (isBits ? 1 : count) : 0);
    if (bytes.length < length) return undefined;
    const tx = writes ? bytes.subarray(head, length) : undefined;
    const received = isBits
      ? Uint8Array.of(this.#bits(command, tx?.[0], count))
      : this.#bytes(command, tx, count);
    if (reads) this.#answer(received);
    return length;
  }

  /** JTAG's own commands move nothing here. */
  #tms(command: number, bytes: Uint8Array): number | undefined {
    if (bytes.length < 3) return undefined;
    if ((command & DATA.READ) !== 0) this.#answer(Uint8Array.of(0xff));
    return 3;
  }

  #bytes(command: number, tx: Uint8Array | undefined, count: number): Uint8Array {
    if (this.#pins.isSelected && !this.#loopback && (command & DATA.LSB_FIRST) === 0) {
      const received = this.#pins.exchange(command, tx, count);
      const last = tx?.at(-1);
      if (last !== undefined) this.#pins.dataOut = (last & 1) !== 0;
      return received;
    }
    return Uint8Array.from({ length: count }, (_, i) => this.#bits(command, tx?.[i], 8));
  }

  /** Up to eight bits. A chip is sent them by the eight only, and sees the highest first. */
  #bits(command: number, byte: number | undefined, count: number): number {
    const lsbFirst = (command & DATA.LSB_FIRST) !== 0;
    if (this.#pins.isSelected && !this.#loopback && count === 8) {
      const sent = byte === undefined ? undefined : Uint8Array.of(lsbFirst ? reversed(byte) : byte);
      const [received] = this.#pins.exchange(command, sent, 1);
      return lsbFirst ? reversed(received as number) : (received as number);
    }
    let received = 0;
    for (let i = 0; i < count; i++) {
      const bit = byte === undefined ? undefined : ((byte >> (lsbFirst ? i : 7 - i)) & 1) !== 0;
      const read = this.#bit(command, bit) ? 1 : 0;
      received = lsbFirst ? (received >> 1) | (read << 7) : ((received << 1) | read) & 0xff;
    }
    return received;
  }

  /** One clock pulse. @returns what data in was at the reading edge */
  #bit(command: number, bit: boolean | undefined): boolean {
    const pins = this.#pins;
    const idle = pins.clock;
    const writesAtFirst = ((command & DATA.WRITE_FALLING) !== 0) === idle;
    const readsAtFirst = ((command & DATA.READ_FALLING) !== 0) === idle;
    const sample = (): boolean => (this.#loopback ? pins.dataOut : (pins.read() & PIN.IN) !== 0);
    // Data are there before the first edge, unless that is the one that they leave at.
    const isLate = writesAtFirst && !this.#threePhase;
    if (bit !== undefined && !isLate) pins.dataOut = bit;
    const before = sample();
    pins.clock = !idle;
    if (bit !== undefined && isLate) pins.dataOut = bit;
    // Whoever answers changes its bit behind a falling edge: what was there before one counts, and behind a rising one.
    const middle = sample();
    pins.clock = idle;
    if (readsAtFirst) return idle ? before : middle;
    return idle ? sample() : middle;
  }

  #clockOnly(bits: number): void {
    for (let i = 0; i < bits; i++) this.#bit(0, undefined);
  }
}

function reversed(byte: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) result |= 0x80 >> bit;
  return result;
}
