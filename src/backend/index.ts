export type { HostState, SchedulerOptions } from './adapter-scheduler.ts';
export { Client } from './client.ts';
export { VirtioI2cDevice } from './i2c-device.ts';
export type {
  BusCounters,
  ManagedBusOptions,
  ManagedI2cBus,
  ManagedSpiBus,
  TransferRecord,
} from './managed-bus.ts';
export type { Reach } from './ownership.ts';
export { ResourceManager, type TraceTime } from './resource-manager.ts';
export { VirtioSpiDevice } from './spi-device.ts';
export { type SpiFraming, type SpiProtocol, spiFramingOf } from './spi-framing.ts';
export {
  type TracedBytes,
  type TracedSegment,
  type TracedTransfer,
  TraceReader,
  TraceWriter,
  traceMemory,
} from './transfer-trace.ts';
export { i2cUnit, unitName } from './units.ts';
