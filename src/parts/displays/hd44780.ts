/**
 * The inside of a Hitachi HD44780U character display (ADE-207-272): DDRAM, CGRAM, cursor, and the
 * instructions of table 6. Its bus, four or eight bits wide, is somebody else's.
 */
const DDRAM_SIZE = 0x80;
const CGRAM_SIZE = 0x40;
/** The second line begins here. */
const LINE2 = 0x40;
const LINE_LENGTH = 40;

const POWER_ON = {
  address: 0,
  inCgram: false,
  increment: true,
  shifts: false,
  shift: 0,
  on: false,
  twoLines: false,
};

export class Hd44780 {
  readonly state;
  readonly #ddram = new Uint8Array(DDRAM_SIZE).fill(0x20);
  readonly #cgram = new Uint8Array(CGRAM_SIZE);
  readonly #registers = { ...POWER_ON };

  constructor() {
    this.state = { ddram: this.#ddram, cgram: this.#cgram, registers: this.#registers };
  }

  reset(): void {
    Object.assign(this.#registers, POWER_ON);
    this.#ddram.fill(0x20);
  }

  /** What stands on the display: `rows` lines of `columns` characters. Rows 3 and 4 continue rows 1 and 2. */
  text(columns: number, rows: number): string {
    const { on, shift } = this.#registers;
    const lines: string[] = [];
    for (let row = 0; row < rows; row++) {
      const line = (row & 1) * LINE2;
      let text = '';
      for (let column = 0; column < columns; column++) {
        const position = (shift + column + (row >> 1) * columns) % LINE_LENGTH;
        text += on ? characterOf(this.#ddram[line + position] as number) : ' ';
      }
      lines.push(text);
    }
    return lines.join('\n');
  }

  instruction(byte: number): void {
    const registers = this.#registers;
    if ((byte & 0x80) !== 0) this.#setAddress(byte & 0x7f, false);
    else if ((byte & 0x40) !== 0) this.#setAddress(byte & 0x3f, true);
    else if ((byte & 0x20) !== 0) registers.twoLines = (byte & 0x08) !== 0;
    else if ((byte & 0x10) !== 0) this.#shift((byte & 0x08) !== 0, (byte & 0x04) !== 0);
    else if ((byte & 0x08) !== 0) registers.on = (byte & 0x04) !== 0;
    else if ((byte & 0x04) !== 0) {
      registers.increment = (byte & 0x02) !== 0;
      registers.shifts = (byte & 0x01) !== 0;
    } else if (byte !== 0) this.#home(byte === 1);
  }

  /** Busy flag (never set: instructions take no time here) and address counter. */
  status(): number {
    return this.#registers.address;
  }

  writeData(byte: number): void {
    const { address, inCgram, shifts, increment } = this.#registers;
    if (inCgram) this.#cgram[address] = byte;
    else this.#ddram[address] = byte;
    this.#step(increment);
    if (shifts && !inCgram) this.#shift(true, !increment);
  }

  readData(): number {
    const { address, inCgram, increment } = this.#registers;
    const byte = (inCgram ? this.#cgram[address] : this.#ddram[address]) as number;
    this.#step(increment);
    return byte;
  }

  #setAddress(address: number, inCgram: boolean): void {
    this.#registers.address = address;
    this.#registers.inCgram = inCgram;
  }

  #home(clear: boolean): void {
    if (clear) {
      this.#ddram.fill(0x20);
      this.#registers.increment = true;
    }
    this.#setAddress(0, false);
    this.#registers.shift = 0;
  }

  #shift(display: boolean, right: boolean): void {
    const registers = this.#registers;
    if (display) registers.shift = (registers.shift + (right ? LINE_LENGTH - 1 : 1)) % LINE_LENGTH;
    else this.#step(right);
  }

  /** The counter goes from the end of one line to the beginning of the other. */
  #step(forward: boolean): void {
    const registers = this.#registers;
    if (registers.inCgram) {
      registers.address = (registers.address + (forward ? 1 : CGRAM_SIZE - 1)) % CGRAM_SIZE;
      return;
    }
    const lines = registers.twoLines ? 2 : 1;
    const length = registers.twoLines ? LINE_LENGTH : 2 * LINE_LENGTH;
    const line = registers.twoLines ? (registers.address & LINE2) >> 6 : 0;
    const position = line * length + Math.min(registers.address - line * LINE2, length - 1);
    const total = lines * length;
    const next = (position + (forward ? 1 : total - 1)) % total;
    registers.address = Math.floor(next / length) * LINE2 + (next % length);
  }
}

/** Character ROM A00: ASCII but for two places; the user's own characters and the rest are shown as dots. */
function characterOf(code: number): string {
  if (code === 0x5c) return '¥';
  if (code === 0x7e) return '→';
  if (code === 0x7f) return '←';
  if (code === 0xdf) return '°';
  return code >= 0x20 && code < 0x7e ? String.fromCharCode(code) : '·';
}
