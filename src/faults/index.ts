export { type AnyFaultOptions, checkFault, type FaultKind, type FaultOptions, KINDS } from './fault.ts';
export { type FaultyBus, I2cFaults } from './i2c-faults.ts';
export { type FaultStart, PlacedFault, type Strike } from './placed.ts';
export { SpiFaults } from './spi-faults.ts';
