import { USAGE as I2CDETECT_USAGE, i2cdetect as runI2cdetect } from './i2cdetect.ts';
import { USAGE as I2CDUMP_USAGE, i2cdump as runI2cdump } from './i2cdump.ts';
import { USAGE as I2CGET_USAGE, i2cget as runI2cget } from './i2cget.ts';
import { USAGE as I2CSET_USAGE, i2cset as runI2cset } from './i2cset.ts';
import { USAGE as I2CTRANSFER_USAGE, i2ctransfer as runI2ctransfer } from './i2ctransfer.ts';

/** The tools of i2c-tools, in one module: to load a second small file takes longer than to read all of them. */

export const i2cdetect = { run: runI2cdetect, usage: I2CDETECT_USAGE };
export const i2cdump = { run: runI2cdump, usage: I2CDUMP_USAGE };
export const i2cget = { run: runI2cget, usage: I2CGET_USAGE };
export const i2cset = { run: runI2cset, usage: I2CSET_USAGE };
export const i2ctransfer = { run: runI2ctransfer, usage: I2CTRANSFER_USAGE };
