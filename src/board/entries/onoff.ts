/** `dtbus/drop-ins/onoff`: npm's onoff on the board of DTBUS_BOARD, for tools that are told where a module lies. */
import { STAND_INS } from './drop-ins.ts';

const standIn = STAND_INS.onoff;

export const { Gpio } = standIn;
export default standIn;
