export { unlessAborted } from './abort.ts';
export type { ByteLink, LinkEvents, LinkOpener } from './byte-link.ts';
export { clockFree, FREEING_PULSES, type LineLevels, notFreed, type PulledLines } from './clock-free.ts';
export { checkTakenClock, clockTooSlow, slowestClock } from './clocks.ts';
export { emulatedLink } from './emulated-link.ts';
export type { EmulatedI2c, EmulatedSpi } from './emulated-wires.ts';
export { Faults } from './faults.ts';
export { answerLength, type I2cMoveLink, type MoveBudget, runI2c } from './i2c-batches.ts';
export {
  addressBytes,
  checkBlockBuffer,
  type I2cMove,
  namesRegister,
  readsZeros,
  refusal,
  tenBitBytes,
} from './i2c-moves.ts';
export { linkOf } from './port.ts';
export { type AdapterProtocol, RecoveringSession } from './recovering-session.ts';
export { portsThatExist, serialLink } from './serial.ts';
export {
  type EmulatedAdapter,
  type EmulatorPort,
  type ServedEmulator,
  serveEmulator,
} from './serve-emulator.ts';
export { Session, type Step } from './session.ts';
export { BYTES_WITHOUT_DELAYS, checkSpiMessage } from './spi-check.ts';
export {
  type HalfDuplex,
  halfDuplex,
  hasDelays,
  type Move,
  paused,
  type Segment,
  segmentsOf,
} from './spi-moves.ts';
export { streamLink, tcpLink } from './stream.ts';
