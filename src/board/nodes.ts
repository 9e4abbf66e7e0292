/** What those who work on a board's nodes need of the rooms below. */

export {
  type TracedBytes,
  type TracedSegment,
  type TracedTransfer,
  TraceReader,
  traceMemory,
} from '../backend/index.ts';
export { BusFault, type Errno, I2C_FUNC, I2C_M, SPI_MODE } from '../bus/index.ts';
export {
  type BusNode,
  I2C_MAX_MESSAGES,
  type I2cDev,
  type I2cNode,
  type I2cSegment,
  type NodeRegistry,
  type SpiDev,
  type SpiNode,
  type SpiSegment,
  strerror,
} from '../dev/core.ts';
