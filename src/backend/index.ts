export { Client, i2cUnit, unitName } from './client.ts';
export type { HostSlotOptions, HostState } from './host-slot.ts';
export type {
  BusCounters,
  ManagedBusOptions,
  ManagedI2cBus,
  ManagedSpiBus,
  TransferRecord,
} from './managed-bus.ts';
export { ResourceManager } from './resource-manager.ts';
export { type SpiFraming, type SpiProtocol, spiFramingOf } from './spi-framing.ts';
export {
  type TracedBytes,
  type TracedSegment,
  type TracedTransfer,
  TraceReader,
  TraceWriter,
  traceMemory,
} from './transfer-trace.ts';
export { VirtioI2cDevice } from './virtio-i2c.ts';
export { VirtioSpiDevice } from './virtio-spi.ts';
