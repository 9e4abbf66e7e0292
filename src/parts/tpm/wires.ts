import type { I2cBehaviour, SpiBehaviour } from '../model.ts';
import { TIS, type Tis } from './tis.ts';

/** Each needs: the registers, and plain data that is kept. */

/** Where the FIFO's registers are (PTP 7.3.1): D4xxxxh; the locality in bits 15 to 12. */
const SPI_SPACE = 0xd4;
const HEADER_BYTES = 4;

export interface SpiWireState {
  header: readonly number[];
  /** Wait bytes that are still to be sent. */
  waits: number;
  /** Data bytes that have passed. */
  index: number;
}
export const newSpiWireState = (): SpiWireState => ({ header: [], waits: 0, index: 0 });

/** A register that the FIFO's specification does not have. */
export interface OwnRegister {
  readonly at: number;
  read(): number;
  write(): void;
}

/**
 * SPI (PTP 7.3): a byte with direction and length, three of the address, wait bytes until one has its lowest bit set, then
 * data.
 * @param waits how many bytes it lets the host wait; the last byte of the header is the first that may say that it is ready
 * @param ended a transfer is whole
 */
export function spiWire(
  tis: Tis,
  state: SpiWireState,
  waits: () => number,
  ended: () => void = () => {},
  own?: OwnRegister,
): SpiBehaviour {
  const size = () => ((state.header[0] ?? 0) & 0x3f) + 1;
  const restart = () => Object.assign(state, newSpiWireState());

  function data(byte: number): number {
    const [first = 0, space = 0, high = 0, low = 0] = state.header;
    const locality = high >> 4;
    const base = ((high & 0x0f) << 8) | low;
    const register = tis.isFifo(base) ? base : base + state.index;
    const isRead = (first & 0x80) !== 0;
    let answer = 0xff;
    if (space === SPI_SPACE && base === own?.at) {
      if (isRead) answer = own.read();
      else own.write();
    } else if (space === SPI_SPACE && isRead) answer = tis.read(locality, register);
    else if (space === SPI_SPACE) tis.write(locality, register, byte);
    state.index++;
    if (state.index === size()) {
      restart();
      ended();
    }
    return isRead ? answer : 0xff;
  }

  function exchange(byte: number): number {
    if (state.header.length < HEADER_BYTES) {
      state.header = [...state.header, byte];
      if (state.header.length < HEADER_BYTES) return 0;
      state.waits = waits();
      return state.waits === 0 ? 1 : 0;
    }
    if (state.waits > 0) return --state.waits === 0 ? 1 : 0;
    return data(byte);
  }

  return {
    select: restart,
    transfer(tx, rx, length) {
      for (let index = 0; index < length; index++) {
        const answer = exchange(tx?.[index] ?? 0);
        if (rx !== undefined) rx[index] = answer;
      }
    },
    deselect: restart,
  };
}

/** Registers of a TPM on I2C (PTP table 51): those that are elsewhere than on other buses. */
const I2C = {
  LOCALITY: 0x00,
  ACCESS: 0x04,
  CAPABILITY: 0x30,
  CSUM_ENABLE: 0x40,
  CSUM: 0x44,
  DID_VID: 0x48,
  RID: 0x4c,
};
/** TPM_I2C_INTERFACE_CAPABILITY: a FIFO over I2C, TPM 2.0, no guard time. */
const I2C_CAPABILITY = [0x82, 0, 0, 0];

export interface I2cWireState {
  register: number;
  locality: number;
  checks: boolean;
}
export const newI2cWireState = (): I2cWireState => ({ register: 0, locality: 0, checks: false });

/** CRC-16 with the polynomial 1021h, reflected, beginning at 0 (PTP 7.4.6.11). */
export function crc16(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >> 1) ^ 0x8408 : crc >> 1;
  }
  return crc;
}

/** What both I2C protocols have: a byte that names a register, then data for it, or a read. */
function registerWire(wire: {
  begin(register: number): void;
  put(byte: number): void;
  take(): number;
  ended(): void;
}): I2cBehaviour {
  let isFirst = true;
  let moved = false;
  const end = () => {
    if (moved) wire.ended();
    moved = false;
  };
  return {
    start(_address, isRead) {
      if (!isRead) isFirst = true;
      return true;
    },
    write(bytes) {
      for (const byte of bytes) {
        moved = true;
        if (isFirst) wire.begin(byte);
        else wire.put(byte);
        isFirst = false;
      }
      return bytes.length;
    },
    read(into) {
      for (let index = 0; index < into.length; index++) into[index] = wire.take();
    },
    stop: end,
  };
}

/** I2C (PTP 7.4): eight bits of a register, with the locality in one of its own, and a checksum of what passed the FIFO. */
export function i2cWire(tis: Tis, state: I2cWireState): I2cBehaviour {
  const next = () => {
    const { register } = state;
    if (!tis.isFifo(register)) state.register = (register + 1) & 0xff;
    return register;
  };
  function read(register: number): number {
    const at = register & 3;
    if (register === I2C.LOCALITY) return state.locality;
    if (register === I2C.ACCESS) return tis.read(state.locality, TIS.ACCESS);
    switch (register & ~3) {
      case I2C.CAPABILITY:
        return I2C_CAPABILITY[at] as number;
      case I2C.CSUM_ENABLE:
        return at === 0 && state.checks ? 1 : 0;
      case I2C.CSUM:
        return at > 1 || !state.checks ? 0 : (crc16(tis.passed) >> (at === 0 ? 8 : 0)) & 0xff;
      case I2C.DID_VID:
        return tis.read(state.locality, TIS.DID_VID + at);
      case I2C.RID:
        return tis.read(state.locality, TIS.RID + at);
      case I2C.LOCALITY:
      case I2C.ACCESS:
        return 0;
      default:
        return tis.read(state.locality, register);
    }
  }
  return registerWire({
    begin: (register) => {
      state.register = register;
    },
    put(byte) {
      const register = next();
      if (register === I2C.LOCALITY) state.locality = byte;
      else if (register === I2C.ACCESS) tis.write(state.locality, TIS.ACCESS, byte);
      else if (register === I2C.CSUM_ENABLE) state.checks = (byte & 1) === 1;
      else if (register < I2C.CAPABILITY) tis.write(state.locality, register, byte);
    },
    take: () => read(next()),
    ended: () => {},
  });
}

/** Registers of Cr50's own protocol on I2C, without the locality in their upper half. */
const CR50_REGISTERS: Readonly<Record<number, number>> = {
  0: TIS.ACCESS,
  1: TIS.STS,
  5: TIS.DATA_FIFO,
  6: TIS.DID_VID,
};

/** @param ready it has taken what was written: the register that is to be read, or data */
export function cr50Wire(tis: Tis, state: I2cWireState, ready: () => void): I2cBehaviour {
  let index = 0;
  const register = () => {
    const base = CR50_REGISTERS[state.register & 0x0f];
    if (base === undefined) return -1;
    return base + (base === TIS.DATA_FIFO ? 0 : index++);
  };
  const locality = () => state.register >> 4;
  return registerWire({
    begin(number) {
      state.register = number;
      index = 0;
    },
    put(byte) {
      const at = register();
      // The access register is one byte; what follows it is no register here.
      if (at >= 0 && at !== TIS.ACCESS + 1) tis.write(locality(), at, byte);
    },
    take() {
      const at = register();
      return at < 0 ? 0xff : tis.read(locality(), at);
    },
    ended: ready,
  });
}
