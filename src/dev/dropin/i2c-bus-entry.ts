import { i2cBus } from '../i2c-bus/i2c-bus.ts';

export const { open, openSync, openPromisified } = i2cBus;
export default i2cBus;
