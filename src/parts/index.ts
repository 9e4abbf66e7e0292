export type {
  Access,
  Clock,
  DataSheet,
  Field,
  I2cForm,
  Instruction,
  Interrupts,
  Level,
  Memory,
  NodeProperty,
  Properties,
  Property,
  PropertyValue,
  Register,
  Registers,
  SpiForm,
  SpiHeader,
} from './data-sheet.ts';
export { type FieldBits, fieldsOf, type NamedRegister, registersByNumber, usualWidth } from './fields.ts';
export { busOf, hasModel, knownCompatibles, loadParts, partFor, withoutVendor } from './load.ts';
export type {
  Behaviour,
  Bitmap,
  Calendar,
  CalendarField,
  CalendarLayout,
  ChipInside,
  Contents,
  I2cBehaviour,
  InstructionBehaviour,
  Kit,
  Model,
  Part,
  PartClock,
  PartModule,
  Pin,
  RegisterHandle,
  SegmentController,
  SpiBehaviour,
} from './model.ts';
export { norInstructions } from './nor-instructions.ts';
export { instructionsByOpcode, opcodeOf } from './opcodes.ts';
export type { PartTypes } from './part-types.ts';
