import { I2C_M, type I2cMessage } from '../../src/bus/index.ts';

/** A message that writes bytes. */
export const write = (addr: number, ...bytes: number[]): I2cMessage => ({
  addr,
  flags: 0,
  buf: Uint8Array.from(bytes),
});

/** A message that reads so many. */
export const read = (addr: number, length: number): I2cMessage => ({
  addr,
  flags: I2C_M.RD,
  buf: new Uint8Array(length),
});
