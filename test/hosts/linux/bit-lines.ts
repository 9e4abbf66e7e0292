import { I2cLines } from '../../../hosts/ftdi/i2c-lines.ts';
import type { LineSource } from '../../../src/backend/gpio.ts';
import type { RecordingWire } from '../recording-wire.ts';

/** Lines of the GPIO controller that Linux's i2c-gpio and spi-gpio make their buses of. */
export const LINE = { SDA: 0, SCL: 1, SCK: 2, MOSI: 3, MISO: 4, CS: 5 } as const;
export const LINE_COUNT = 6;

/** The parts of a recording wire at the end of single lines: every edge counts. */
export class BitLines implements LineSource {
  readonly i2c: I2cLines;
  /** SPI mode: chips are made for one. */
  mode = 0;
  readonly #wire: RecordingWire;
  readonly #levels = Array.from({ length: LINE_COUNT }, () => true);
  #selected = false;
  /** SCK has idled since the select: where the mode changes, spi-gpio brings it there only then. */
  #ready = false;
  #byte = 0;
  #bits = 0;
  /** What the chip drives; undefined: the inverse of what it hears. */
  #out: boolean | undefined = true;

  constructor(wire: RecordingWire) {
    this.#wire = wire;
    this.i2c = new I2cLines(wire.i2c);
  }

  level(line: number): boolean {
    if (line === LINE.SDA) return this.i2c.sda;
    if (line === LINE.MISO) return this.#out ?? !this.#levels[LINE.MOSI];
    return this.#levels[line] as boolean;
  }

  read(line: number): boolean {
    return this.level(line);
  }

  /** Lines are pulled up. */
  input(line: number): void {
    this.output(line, true);
  }

  output(line: number, high: boolean | undefined): void {
    const was = this.#levels[line];
    const level = high ?? true;
    this.#levels[line] = level;
    const { SDA, SCL, SCK, CS } = LINE;
    if (line === SDA || line === SCL)
      this.i2c.set(this.#levels[SCL] as boolean, this.#levels[SDA] as boolean);
    else if (line === CS && was !== level) this.#select(!level);
    else if (line === SCK && was !== level && this.#selected) this.#clock(level !== this.#idlesHigh);
  }

  watch(): void {
    throw new Error('nobody waits for edges here');
  }

  get #idlesHigh(): boolean {
    return (this.mode & 2) !== 0;
  }

  #select(selected: boolean): void {
    if (this.#selected) this.#wire.spi.deselect();
    this.#selected = selected;
    this.#bits = 0;
    if (!selected) return;
    this.#wire.spi.select(0, this.mode, 0);
    this.#ready = this.#levels[LINE.SCK] === this.#idlesHigh;
    this.#drive();
  }

  /** The chip looks at MOSI at the first edge of a pulse and drives MISO at the second; with CPHA the other way round. */
  #clock(isFirst: boolean): void {
    if (!this.#ready) this.#ready = !isFirst;
    else if (isFirst === ((this.mode & 1) !== 0)) this.#drive();
    else this.#sample();
  }

  #sample(): void {
    this.#byte = ((this.#byte << 1) | (this.#levels[LINE.MOSI] ? 1 : 0)) & 0xff;
    if (++this.#bits < 8) return;
    this.#bits = 0;
    this.#wire.spi.exchange(Uint8Array.of(this.#byte), undefined, 1);
  }

  #drive(): void {
    const answer = this.#wire.nextFlashByte;
    this.#out = answer === undefined ? undefined : ((answer >> (7 - this.#bits)) & 1) !== 0;
  }
}
