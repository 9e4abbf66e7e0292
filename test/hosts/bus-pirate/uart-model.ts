import { BusPirateEmulator, type EmulatorOptions, V3_FIRMWARE_6_1 } from '../../../hosts/bus-pirate/index.ts';
import type { Peer } from './direct-link.ts';

/** Bytes that the PIC24's UART can hold for the firmware, and as many that wait to be sent. */
const FIFO = 4;
/** No host hears of an answer sooner than this after it is out: a microframe of USB, and FTDIs take longer. */
const USB_US = 125;
/** What the firmware lets pass after each command of the SPI mode, once its answer is out. */
const SPI_SETTLE_US = 50;

/**
 * A v3's serial line in time that is only counted: bytes arrive at the line's speed, the firmware takes them
 * when it is not busy on the bus or waiting for room to answer. `deepest` says how many had to wait at most;
 * beyond the FIFO a real one would have lost bytes.
 */
export class V3Line implements Peer {
  deepest = 0;
  /** How long the bus was busy since it was looked at last, in µs; the buses add to it. */
  busUs = 0;
  readonly #emulator: BusPirateEmulator;
  readonly #characterUs: number;
  readonly #commands = new SpiCommands();
  #host = 0;
  #lineFree = 0;
  #firmwareFree = 0;
  #answerOut = 0;
  /** When the firmware took each of the last bytes. */
  #taken: number[] = [];

  constructor(options: EmulatorOptions, baud: number) {
    this.#emulator = new BusPirateEmulator({ ...options, traits: V3_FIRMWARE_6_1 });
    this.#characterUs = 10e6 / baud;
  }

  feed(bytes: Uint8Array): Uint8Array {
    const answers: number[] = [];
    this.#lineFree = Math.max(this.#lineFree, this.#host);
    for (const byte of bytes) answers.push(...this.#byte(byte));
    this.#host = Math.max(this.#lineFree, this.#answerOut) + USB_US;
    return Uint8Array.from(answers);
  }

  #byte(byte: number): Uint8Array {
    this.#lineFree += this.#characterUs;
    const arrival = this.#lineFree;
    const taken = Math.max(arrival, this.#firmwareFree);
    this.#taken = [...this.#taken.slice(-64), taken];
    this.deepest = Math.max(this.deepest, this.#taken.filter((time) => time > arrival).length);

    this.busUs = 0;
    const answer = this.#emulator.feed(Uint8Array.of(byte));
    this.#firmwareFree = taken + this.busUs;
    for (let i = 0; i < answer.length; i++) {
      this.#answerOut = Math.max(this.#answerOut, this.#firmwareFree) + this.#characterUs;
      this.#firmwareFree = Math.max(this.#firmwareFree, this.#answerOut - FIFO * this.#characterUs);
    }
    if (this.#commands.endsWith(byte, answer)) {
      this.#firmwareFree = Math.max(this.#firmwareFree, this.#answerOut) + SPI_SETTLE_US;
    }
    return answer;
  }
}

/** Where the commands of the SPI mode end. */
class SpiCommands {
  #inside = false;
  #payload = 0;
  #header: number[] = [];

  endsWith(byte: number, answer: Uint8Array): boolean {
    const text = Buffer.from(answer).toString('latin1');
    if (text === 'SPI1') {
      this.#inside = true;
      return false;
    }
    if (text === 'BBIO1') this.#inside = false;
    if (!this.#inside) return false;
    if (this.#payload > 0) return --this.#payload === 0;
    this.#header.push(byte);
    const [command = 0, high = 0, low = 0] = this.#header;
    if ((command === 0x04 || command === 0x05) && this.#header.length < 5) return false;
    this.#header = [];
    if ((command & 0xf0) === 0x10) this.#payload = (command & 0x0f) + 1;
    else if (command === 0x04 || command === 0x05) this.#payload = (high << 8) | low;
    return this.#payload === 0;
  }
}
