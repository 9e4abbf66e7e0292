/** `dtbus/drop-ins/spi-device`: npm's spi-device on the board of DTBUS_BOARD, for tools that are told where a module lies. */
import { STAND_INS } from './drop-ins.ts';

const standIn = STAND_INS['spi-device'];

export const { open, openSync, MODE0, MODE1, MODE2, MODE3 } = standIn;
export default standIn;
