import { type AdapterSheet, I2C_FUNC_ANY_SEQUENCE, type I2cCapabilities } from '../../src/bus/index.ts';
import { LENGTH_MAX } from './protocol.ts';

/** The most that a bus of Linux's may do. What its driver offers (`I2C_FUNCS`) is known when it is open. */
export const I2C_CAPABILITIES: I2cCapabilities = {
  functionality: I2C_FUNC_ANY_SEQUENCE,
  repeatedStart: 'any',
  zeroLength: 'any',
  maxMessageLength: LENGTH_MAX,
  stretching: true,
  nack: 'unknown',
};

export const sheets: readonly AdapterSheet[] = [
  {
    title: "Linux's own I2C bus, as far as its driver can",
    compatible: 'dtbus,linux-i2c',
    i2c: I2C_CAPABILITIES,
    judges: 'Linux (i2c-virtio, i2c-stub)',
  },
];
