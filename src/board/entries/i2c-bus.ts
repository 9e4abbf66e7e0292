/** `dtbus/drop-ins/i2c-bus`: npm's i2c-bus on the board of DTBUS_BOARD, for tools that are told where a module lies. */
import { STAND_INS } from './drop-ins.ts';

const standIn = STAND_INS['i2c-bus'];

export const { open, openSync, openPromisified } = standIn;
export default standIn;
