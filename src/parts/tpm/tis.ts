/**
 * The register interface of a TPM with a FIFO (TCG PC Client Platform TPM Profile for TPM 2.0, 1.05, 6: localities,
 * status, burst count, FIFO, interrupts), whatever bus leads to it.
 */

/** Offsets in a locality (table 16). */
export const TIS = {
  ACCESS: 0x000,
  INT_ENABLE: 0x008,
  INT_VECTOR: 0x00c,
  INT_STATUS: 0x010,
  INTF_CAPABILITY: 0x014,
  STS: 0x018,
  DATA_FIFO: 0x024,
  INTERFACE_ID: 0x030,
  XDATA_FIFO: 0x080,
  DID_VID: 0xf00,
  RID: 0xf04,
} as const;

/** TPM_ACCESS_x (table 18). */
const ACCESS = {
  VALID: 0x80,
  ACTIVE: 0x20,
  SEIZED: 0x10,
  SEIZE: 0x08,
  PENDING: 0x04,
  REQUEST: 0x02,
  ESTABLISHMENT: 1,
};
/** TPM_STS_x (table 19). */
const STS = { VALID: 0x80, READY: 0x40, GO: 0x20, AVAILABLE: 0x10, EXPECT: 0x08, TESTED: 0x04, RETRY: 0x02 };
/** Its highest byte: command cancel, and the family: TPM 2.0. */
const CANCEL = 0x01;
const FAMILY_2_0 = 0x04;
/** TPM_INT_ENABLE_x, TPM_INT_STATUS_x (tables 20, 22). */
const INT = { AVAILABLE: 0x01, VALID: 0x02, LOCALITY: 0x04, READY: 0x80 };
const INT_EVENTS = INT.AVAILABLE | INT.VALID | INT.LOCALITY | INT.READY;
/** TPM 2.0's interface, transfers of 64 bytes, an interrupt that is low, and those events (table 21). */
const CAPABILITY = [INT_EVENTS | 0x10, 0x06, 0x00, 0x30];
/** TPM_INTERFACE_ID_x: a FIFO, of PTP, with five localities (table 23). */
const INTERFACE_ID = [0x00, 0x21, 0x00, 0x00];

const LOCALITIES = 5;
const NONE = -1;
const HEADER_BYTES = 10;
/** TPM_PT_MAX_COMMAND_SIZE; what is longer is not taken. */
const MAX_BYTES = 4096;
/** Before the length of a command has come, and after all of it. */
const NOTHING_HERE = 0xff;

type Phase = 'idle' | 'ready' | 'reception' | 'execution' | 'completion';

/** Plain data, part of a snapshot. */
export interface TisState {
  active: number;
  /** A bit for each locality. */
  requests: number;
  seized: number;
  phase: Phase;
  /** Of the command, or of the response. */
  data: number[];
  /** Bytes of the response that were read. */
  position: number;
  intEnable: readonly number[];
  intStatus: number;
}

export const newTisState = (): TisState => ({
  ...{ active: NONE, requests: 0, seized: 0, phase: 'idle', data: [], position: 0 },
  ...{ intEnable: [0, 0, 0, 0], intStatus: 0 },
});

export interface TisWorld {
  /** DID_VID, the vendor in the lower half. */
  readonly id: number;
  readonly revision: number;
  /** Most bytes that it takes, or gives, before the status is to be read again. */
  readonly burst: number;
  /** A command is whole, and its execution begins; `finish` ends it. */
  execute(): void;
  /** Its execution was given up. */
  abandon(): void;
  /** Whether it asserts its interrupt. */
  interrupt(asserted: boolean): void;
}

const byteOf = (bytes: readonly number[], index: number) => bytes[index] ?? 0;

export class Tis {
  readonly #state: TisState;
  readonly #world: TisWorld;

  constructor(state: TisState, world: TisWorld) {
    this.#state = state;
    this.#world = world;
  }

  /** The locality that has the TPM; -1: none. */
  get active(): number {
    return this.#state.active;
  }

  /** The command, or response, as far as it has come, or was read. */
  get passed(): readonly number[] {
    const { phase, data, position } = this.#state;
    return phase === 'completion' ? data.slice(0, position) : data;
  }

  get command(): readonly number[] {
    return this.#state.data;
  }

  /** The execution has ended with this response. */
  finish(response: readonly number[]): void {
    Object.assign(this.#state, { phase: 'completion', data: [...response], position: 0 });
    this.#event(INT.AVAILABLE | INT.VALID);
  }

  showLine(): void {
    const { intEnable, intStatus } = this.#state;
    const isOn = (byteOf(intEnable, 3) & 0x80) !== 0;
    this.#world.interrupt(isOn && (intStatus & byteOf(intEnable, 0)) !== 0);
  }

  /** Where the number of a register stays in a burst: a FIFO. */
  isFifo(register: number): boolean {
    return (
      (register >= TIS.DATA_FIFO && register < TIS.DATA_FIFO + 4) ||
      (register >= TIS.XDATA_FIFO && register < TIS.XDATA_FIFO + 4)
    );
  }

  read(locality: number, register: number): number {
    const state = this.#state;
    const at = register & 3;
    if (locality >= LOCALITIES) return NOTHING_HERE;
    if (register === TIS.ACCESS) return this.#access(locality);
    if (this.isFifo(register)) return locality === state.active ? this.#take() : NOTHING_HERE;
    switch (register & ~3) {
      case TIS.STS:
        return locality === state.active ? byteOf(this.#status(), at) : NOTHING_HERE;
      case TIS.INT_ENABLE:
        return byteOf(state.intEnable, at);
      case TIS.INT_STATUS:
        return at === 0 ? state.intStatus : 0;
      case TIS.INTF_CAPABILITY:
        return byteOf(CAPABILITY, at);
      case TIS.INTERFACE_ID:
        return byteOf(INTERFACE_ID, at);
      case TIS.DID_VID:
        return (this.#world.id >>> (8 * at)) & 0xff;
      case TIS.RID:
        return at === 0 ? this.#world.revision : 0;
      case TIS.ACCESS:
      case TIS.INT_VECTOR:
        return 0;
      default:
        return NOTHING_HERE;
    }
  }

  write(locality: number, register: number, byte: number): void {
    const state = this.#state;
    if (locality >= LOCALITIES) return;
    if (register === TIS.ACCESS) this.#request(locality, byte);
    else if (locality !== state.active) return;
    else if (this.isFifo(register)) this.#put(byte);
    else if (register === TIS.STS) this.#command(byte);
    else if (register === TIS.STS + 3 && (byte & CANCEL) !== 0) this.#cancel();
    else if ((register & ~3) === TIS.INT_ENABLE) {
      state.intEnable = state.intEnable.map((each, index) => (index === (register & 3) ? byte : each));
      this.showLine();
    } else if (register === TIS.INT_STATUS) {
      state.intStatus &= ~byte;
      this.showLine();
    }
  }

  #event(bits: number): void {
    this.#state.intStatus |= bits & INT_EVENTS;
    this.showLine();
  }

  #access(locality: number): number {
    const { active, requests, seized } = this.#state;
    const bit = 1 << locality;
    return (
      ACCESS.VALID |
      (active === locality ? ACCESS.ACTIVE : 0) |
      ((seized & bit) === 0 ? 0 : ACCESS.SEIZED) |
      ((requests & ~bit) === 0 ? 0 : ACCESS.PENDING) |
      ((requests & bit) === 0 ? 0 : ACCESS.REQUEST) |
      ACCESS.ESTABLISHMENT
    );
  }

  /** 6.2.1, 6.2.2: who has it keeps it until it lets go, or a higher locality seizes it. */
  #request(locality: number, byte: number): void {
    const state = this.#state;
    const bit = 1 << locality;
    if ((byte & ACCESS.SEIZED) !== 0) state.seized &= ~bit;
    if ((byte & ACCESS.ACTIVE) !== 0) {
      state.requests &= ~bit;
      if (state.active === locality) this.#grant(31 - Math.clz32(state.requests));
    } else if ((byte & ACCESS.SEIZE) !== 0 && locality > state.active) {
      if (state.active !== NONE) state.seized |= 1 << state.active;
      this.#grant(locality);
    } else if ((byte & ACCESS.REQUEST) !== 0 && locality !== state.active) {
      if (state.active === NONE) this.#grant(locality);
      else state.requests |= bit;
    }
  }

  #grant(locality: number): void {
    const state = this.#state;
    if (state.active !== NONE && state.active !== locality) this.#abort('idle');
    state.active = locality;
    if (locality === NONE) return;
    state.requests &= ~(1 << locality);
    this.#event(INT.LOCALITY);
  }

  #abort(phase: Phase): void {
    if (this.#state.phase === 'execution') this.#world.abandon();
    Object.assign(this.#state, { phase, data: [], position: 0 });
  }

  /** Bytes of a command that are still expected: its header says how many it has. */
  #expects(): boolean {
    const { phase, data } = this.#state;
    if (phase !== 'reception') return false;
    if (data.length < HEADER_BYTES) return true;
    return (
      data.length <
      Math.min(
        data.slice(2, 6).reduce((size, byte) => size * 256 + byte, 0),
        MAX_BYTES,
      )
    );
  }

  #left(): number {
    const { phase, data, position } = this.#state;
    return phase === 'completion' ? data.length - position : 0;
  }

  #status(): readonly number[] {
    const { phase } = this.#state;
    const { burst } = this.#world;
    const left = this.#left();
    const count = phase === 'execution' ? 0 : left > 0 ? Math.min(burst, left) : burst;
    const status =
      STS.VALID |
      STS.TESTED |
      (phase === 'ready' ? STS.READY : 0) |
      (left > 0 ? STS.AVAILABLE : 0) |
      (this.#expects() ? STS.EXPECT : 0);
    return [status, count & 0xff, count >> 8, FAMILY_2_0];
  }

  #command(byte: number): void {
    const state = this.#state;
    if ((byte & STS.READY) !== 0) {
      this.#abort('ready');
      this.#event(INT.READY);
    } else if ((byte & STS.GO) !== 0 && state.phase === 'reception' && !this.#expects()) {
      state.phase = 'execution';
      this.#world.execute();
    } else if ((byte & STS.RETRY) !== 0 && state.phase === 'completion') {
      state.position = 0;
    }
  }

  /** 6.5.3.10: a command that is cancelled ends at once. TPM_RC_CANCELED. */
  #cancel(): void {
    if (this.#state.phase !== 'execution') return;
    this.#world.abandon();
    this.finish([0x80, 0x01, 0, 0, 0, 10, 0, 0, 0x09, 0x09]);
  }

  #put(byte: number): void {
    const state = this.#state;
    if (state.phase === 'ready') Object.assign(state, { phase: 'reception', data: [] });
    if (!this.#expects()) return;
    state.data.push(byte);
    if (!this.#expects()) this.#event(INT.VALID);
  }

  #take(): number {
    if (this.#left() === 0) return NOTHING_HERE;
    return this.#state.data[this.#state.position++] as number;
  }
}
