export { FaultyI2cController, FaultySpiController } from './answers.ts';
export { type FaultHost, whyNotCarried, worldOf } from './carried.ts';
export { type FaultyBus, I2cFaults } from './i2c-faults.ts';
export { checkFault, type FaultBus, KINDS } from './kinds.ts';
export { LineFaults } from './line-faults.ts';
export type { AnyFaultOptions, FaultKind, FaultMoment, FaultOptions } from './options.ts';
export { type FaultSite, type FaultStart, faultText, isRandom, PlacedFault, type Strike } from './placed.ts';
export { SpiFaults } from './spi-faults.ts';
export { FAULTS_MAX, type FaultText, optionsText, parseFault, parseFaultOption } from './text.ts';
