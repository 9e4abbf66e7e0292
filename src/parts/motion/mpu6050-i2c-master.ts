import type { Kit } from '../model.ts';

/** Registers by number (RM-MPU-6000A, 4.8 to 4.13, 4.20, 4.23, 4.24). */
const SLV0_ADDR = 0x25;
const SLV4_ADDR = 0x31;
const SLV4_CTRL = 0x34;
const SLV4_DI = 0x35;
const MST_STATUS = 0x36;
const EXT_SENS_DATA = 0x49;
const EXT_SENS_SIZE = 24;
const SLV0_DO = 0x63;
const MST_DELAY_CTRL = 0x67;

const READ = 0x80;
const CTRL = { EN: 0x80, BYTE_SW: 0x40, REG_DIS: 0x20, GRP: 0x10, LEN: 0x0f } as const;
const SLV4 = { EN: 0x80, INT_EN: 0x40, REG_DIS: 0x20, DELAY: 0x1f } as const;
const SLV4_DONE = 0x40;
const SLAVES = 4;

/** A message to the auxiliary bus: bytes that are written, then as many as are read. `undefined`: not acknowledged. */
type Transfer = (address: number, written: Uint8Array, read: number) => Uint8Array | undefined;

/** The I2C master of the MPU-6050 and its relatives: reads and writes other chips once a sample. */
export class I2cMaster {
  readonly #kit: Pick<Kit, 'peek' | 'poke'>;
  readonly #transfer: Transfer;
  readonly #state;

  constructor(kit: Pick<Kit, 'peek' | 'poke' | 'keep'>, transfer: Transfer) {
    this.#kit = kit;
    this.#transfer = transfer;
    this.#state = kit.keep({ samples: 0 });
  }

  reset(): void {
    this.#state.samples = 0;
  }

  /** Where the data of a slave stand in EXT_SENS_DATA, and how many. */
  dataOf(slave: number): readonly [register: number, count: number] {
    let from = EXT_SENS_DATA;
    for (let before = 0; before < slave; before++) from += this.#readLength(before);
    const count = Math.min(this.#readLength(slave), EXT_SENS_DATA + EXT_SENS_SIZE - from);
    return [from, Math.max(0, count)];
  }

  /** One sample. @returns whether slave 4 has ended, and wants to say so by the interrupt */
  sample(): boolean {
    const { peek } = this.#kit;
    const delayed = this.#state.samples % ((peek(SLV4_CTRL) & SLV4.DELAY) + 1) !== 0;
    this.#state.samples++;
    const delays = peek(MST_DELAY_CTRL);
    for (let slave = 0; slave < SLAVES; slave++) {
      if (!(delayed && (delays & (1 << slave)) !== 0)) this.#serve(slave);
    }
    return delayed && (delays & (1 << SLAVES)) !== 0 ? false : this.#serveFourth();
  }

  #readLength(slave: number): number {
    const { peek } = this.#kit;
    const control = peek(SLV0_ADDR + 3 * slave + 2);
    const reads = (peek(SLV0_ADDR + 3 * slave) & READ) !== 0;
    return reads && (control & CTRL.EN) !== 0 ? control & CTRL.LEN : 0;
  }

  #serve(slave: number): void {
    const { peek, poke } = this.#kit;
    const [address, register, control] = [0, 1, 2].map((offset) => peek(SLV0_ADDR + 3 * slave + offset)) as [
      number,
      number,
      number,
    ];
    if ((control & CTRL.EN) === 0) return;
    const named = (control & CTRL.REG_DIS) === 0 ? [register] : [];
    const reads = (address & READ) !== 0;
    const written = Uint8Array.from(reads ? named : [...named, peek(SLV0_DO + slave)]);
    const data = this.#transfer(address & 0x7f, written, reads ? control & CTRL.LEN : 0);
    if (data === undefined) {
      poke(MST_STATUS, peek(MST_STATUS) | (1 << slave));
      return;
    }
    if ((control & CTRL.BYTE_SW) !== 0) swapPairs(data, register, (control & CTRL.GRP) !== 0);
    const [from, count] = this.dataOf(slave);
    for (let index = 0; index < count; index++) poke(from + index, data[index] as number);
  }

  /** Slave 4 is served once; then its EN clears. */
  #serveFourth(): boolean {
    const { peek, poke } = this.#kit;
    const control = peek(SLV4_CTRL);
    if ((control & SLV4.EN) === 0) return false;
    const [address, register, value] = [0, 1, 2].map((offset) => peek(SLV4_ADDR + offset)) as [
      number,
      number,
      number,
    ];
    const named = (control & SLV4.REG_DIS) === 0 ? [register] : [];
    const reads = (address & READ) !== 0;
    const data = this.#transfer(
      address & 0x7f,
      Uint8Array.from(reads ? named : [...named, value]),
      reads ? 1 : 0,
    );
    poke(MST_STATUS, peek(MST_STATUS) | SLV4_DONE | (data === undefined ? 1 << SLAVES : 0));
    poke(SLV4_CTRL, control & ~SLV4.EN);
    if (reads && data !== undefined) poke(SLV4_DI, data[0] as number);
    return (control & SLV4.INT_EN) !== 0;
  }
}

/** BYTE_SW: bytes of a word change places; a word begins at an even register, with GRP at an odd one. */
function swapPairs(data: Uint8Array, register: number, odd: boolean): void {
  const first = ((register & 1) !== 0) === odd ? 0 : 1;
  for (let index = first; index + 1 < data.length; index += 2) {
    data.subarray(index, index + 2).reverse();
  }
}
