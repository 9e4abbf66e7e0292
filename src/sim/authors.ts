/**
 * What `dtbus/sim` gives: the simulation, the types of a part of one's own, and what such a part is tested with. A board
 * of our own parts needs no such tests, so that they are apart.
 */
export type {
  Access,
  Behaviour,
  Bitmap,
  Calendar,
  CalendarLayout,
  Field,
  I2cBehaviour,
  I2cForm,
  Instruction,
  InstructionBehaviour,
  Memory,
  NodeProperty,
  PartClock,
  PartModule,
  Pin,
  Properties,
  Property,
  Register,
  RegisterHandle,
  Registers,
  SpiBehaviour,
  SpiForm,
  SpiHeader,
} from '../parts/index.ts';
export type { PartCheckOptions } from './conformance/given.ts';
export type { NodeProperties } from './conformance/literal-node.ts';
export { type PartCheck, partChecks } from './conformance/part-checks.ts';
export * from './index.ts';
