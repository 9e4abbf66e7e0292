import { exposeProperties } from '../chip/part-properties.ts';
import { type Clock, MS } from '../kit/clock.ts';
import type { I2cPartModel } from '../populate/catalogue.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { I2cPart } from '../wire/part.ts';

/** Microchip MCP4725 (DS22039), section 6. General call: 06h reset, 09h wake up. */
const GENERAL_CALL = 0;
const GENERAL_CALL_RESET = 0x06;
const GENERAL_CALL_WAKE_UP = 0x09;
/** EEPROM write time (typical 25 ms). */
const WRITE_NS = 25 * MS;

/** C2 C1 C0 of the first byte. */
const WRITE_DAC = 0b010;
const WRITE_DAC_AND_EEPROM = 0b011;

class Mcp4725 implements I2cPart {
  readonly addresses: readonly number[];
  readonly sharedAddresses = [GENERAL_CALL];
  readonly state;
  readonly #clock: Clock;
  readonly #received: number[] = [];
  readonly #registers = {
    code: 0,
    powerDown: 0,
    eepromCode: 0x800,
    eepromPowerDown: 0,
    busyUntil: 0,
    vdd: 3.3,
    called: false,
    sent: 0,
  };

  constructor(address: number, clock: Clock) {
    this.addresses = [address];
    this.#clock = clock;
    this.state = this.#registers;
    this.reset();
    exposeProperties(this, this.#registers, ['vdd']);
  }

  /** What the output gives: a share of `vdd`, nothing in power-down. */
  get voltage(): number {
    const { code, powerDown, vdd } = this.#registers;
    return powerDown === 0 ? (vdd * code) / 4096 : 0;
  }

  get code(): number {
    return this.#registers.code;
  }

  /** The DAC register is loaded from the EEPROM. */
  reset(): void {
    const registers = this.#registers;
    registers.code = registers.eepromCode;
    registers.powerDown = registers.eepromPowerDown;
  }

  start(address: number, read: boolean): boolean {
    this.#received.length = 0;
    this.#registers.called = address === GENERAL_CALL;
    this.#registers.sent = 0;
    return !(this.#registers.called && read);
  }

  write(data: Uint8Array): number {
    for (const byte of data) {
      if (this.#registers.called) this.#generalCall(byte);
      else this.#byte(byte);
    }
    return data.length;
  }

  read(into: Uint8Array): void {
    const answer = this.#answer();
    for (let i = 0; i < into.length; i++) into[i] = answer[this.#registers.sent++] ?? 0xff;
  }

  stop(): void {}

  #generalCall(byte: number): void {
    if (byte === GENERAL_CALL_RESET) this.reset();
    else if (byte === GENERAL_CALL_WAKE_UP) this.#registers.powerDown = 0;
  }

  #byte(byte: number): void {
    const received = this.#received;
    received.push(byte);
    const [first = 0, second = 0, third = 0] = received;
    const command = first >> 5;
    if (first >> 6 === 0 && received.length === 2) {
      this.#load((first >> 4) & 3, ((first & 0x0f) << 8) | second);
      received.length = 0;
    } else if (first >> 6 !== 0 && received.length === 3) {
      received.length = 0;
      // While the EEPROM is being written, new commands are ignored.
      if (this.#isBusy() || (command !== WRITE_DAC && command !== WRITE_DAC_AND_EEPROM)) return;
      const code = (second << 4) | (third >> 4);
      const powerDown = (first >> 1) & 3;
      this.#load(powerDown, code);
      if (command === WRITE_DAC_AND_EEPROM) this.#store(powerDown, code);
    }
  }

  #load(powerDown: number, code: number): void {
    this.#registers.powerDown = powerDown;
    this.#registers.code = code;
  }

  #store(powerDown: number, code: number): void {
    this.#registers.eepromPowerDown = powerDown;
    this.#registers.eepromCode = code;
    this.#registers.busyUntil = this.#clock.now() + WRITE_NS;
  }

  #isBusy(): boolean {
    return this.#clock.now() < this.#registers.busyUntil;
  }

  /** Figure 6-3: RDY/BSY, POR and the DAC register, then the EEPROM. */
  #answer(): readonly number[] {
    const { code, powerDown, eepromCode, eepromPowerDown } = this.#registers;
    const ready = this.#isBusy() ? 0 : 0x80;
    return [
      ready | 0x40 | (powerDown << 1),
      code >> 4,
      (code & 0x0f) << 4,
      (eepromPowerDown << 5) | (eepromCode >> 8),
      eepromCode & 0xff,
    ];
  }
}

export const models: readonly I2cPartModel[] = [
  {
    compatible: ['microchip,mcp4725'],
    bus: 'i2c',
    title: 'MCP4725 DAC, 12 bits with EEPROM',
    properties: [
      { name: 'voltage', kind: 'number', unit: 'V', readOnly: true, doc: 'what the output gives' },
      { name: 'code', kind: 'number', readOnly: true, doc: 'the DAC register, 0 to 4095' },
      { name: 'vdd', kind: 'number', unit: 'V', range: [2.7, 5.5], doc: 'supply, and so the full scale' },
    ],
    create: (node, { clock }) => new Mcp4725(i2cAddress(node), clock),
  },
];
