import type { DeviceNode } from '../../bus/index.ts';
import type { Level, Part, I2cForm as SheetForm, SpiHeader as SheetHeader } from '../../parts/index.ts';
import type { I2cPartModel, PartModel, SpiPartModel } from '../populate/catalogue.ts';
import type { PartContext } from '../populate/context.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { I2cPart, SpiPart } from '../wire/part.ts';
import { compile } from './compiled-sheet.ts';
import { I2cBehaviourPart } from './i2c-behaviour.ts';
import { BYTE_REGISTERS, type I2cRegisterForm, I2cRegisters } from './i2c-registers.ts';
import { SheetChip } from './sheet-chip.ts';
import { SpiBehaviourPart } from './spi-behaviour.ts';
import { SpiInstructions } from './spi-instructions.ts';
import { type SpiInterface, SpiRegisters } from './spi-registers.ts';

/** A model as its data sheet describes it. The sheet is compiled when a board has the part: most of a file's it has not. */
class SheetModel {
  readonly sheet: Part;

  constructor(part: Part) {
    this.sheet = part;
  }

  get compatible(): readonly string[] {
    return this.sheet.compatible;
  }

  get title(): string {
    return this.sheet.title;
  }

  get level(): Level {
    return this.sheet.level ?? 'behaves';
  }

  get properties(): PartModel['properties'] {
    return compile(this.sheet).properties;
  }
}

class I2cSheetModel extends SheetModel implements I2cPartModel {
  readonly bus = 'i2c';

  create(node: DeviceNode, context: PartContext): I2cPart {
    return i2cPart(this.sheet, node, context);
  }
}

class SpiSheetModel extends SheetModel implements SpiPartModel {
  readonly bus = 'spi';

  create(node: DeviceNode, context: PartContext): SpiPart {
    return spiPart(this.sheet, node, context);
  }
}

/** What a board can make of a data sheet: a model for each bus that the part has. */
export function modelsOf(part: Part): readonly PartModel[] {
  const models: PartModel[] = [];
  if (part.bus.i2c !== undefined) models.push(new I2cSheetModel(part));
  if (part.bus.spi !== undefined) models.push(new SpiSheetModel(part));
  return models;
}

function i2cPart(part: Part, node: DeviceNode, context: PartContext): I2cPart {
  const address = i2cAddress(node);
  const chip = new SheetChip(part, node, 'i2c', [address], context);
  switch (part.bus.i2c?.form) {
    case 'byte registers':
    case 'word registers':
      return new I2cRegisters(chip, address, formOf(part.bus.i2c));
    default:
      return new I2cBehaviourPart(chip, address);
  }
}

const forms = new WeakMap<SheetForm, I2cRegisterForm>();

/** The same object for all parts of a data sheet. */
function formOf(sheet: SheetForm): I2cRegisterForm {
  const { form, pairs = false, pointerBytes = 1, littleEndian = false, nineBits = false, also } = sheet;
  const isBytes = form === 'byte registers';
  const advances = sheet.advances ?? isBytes;
  const stride: number | 'bytes' = sheet.stride ?? (isBytes ? 'bytes' : 1);
  if (advances && !pairs && pointerBytes === 1 && !littleEndian && !nineBits && stride === 'bytes' && !also)
    return BYTE_REGISTERS;
  const known = forms.get(sheet);
  if (known !== undefined) return known;
  const made = { advances, pairs, pointerBytes, littleEndian, nineBits, stride, ...(also && { also }) };
  forms.set(sheet, made);
  return made;
}

function spiPart(part: Part, node: DeviceNode, context: PartContext): SpiPart {
  const chip = new SheetChip(part, node, 'spi', [], context);
  const { spi } = part.bus;
  switch (spi?.form) {
    case 'registers':
      return new SpiRegisters(chip, interfaceOf(chip, spi.header ?? { read: 0x80, address: 0x7f }));
    case 'instructions':
      return new SpiBehaviourPart(chip, new SpiInstructions(chip));
    default:
      return new SpiBehaviourPart(chip);
  }
}

/** What a header means, by the masks of the data sheet. */
function interfaceOf(chip: SheetChip, header: SheetHeader): SpiInterface {
  const { bytes = 1, read, write, address, shift = 0, base = 0, increment, opcode, pairs } = header;
  const { modes = 0b1111, maxSpeedHz = 0 } = chip.compiled.sheet.bus.spi ?? {};
  return {
    spiModes: modes,
    maxSpeedHz,
    headerBytes: bytes,
    ...(pairs === undefined ? {} : { writesInPairs: pairs }),
    parse(value) {
      if (opcode !== undefined && (value & opcode[0]) !== opcode[1]) return undefined;
      if (chip.behaviour.addressed?.(value) === false) return undefined;
      return {
        register: ((value & address) >>> shift) | base,
        read: write === undefined ? (value & read) !== 0 : (value & write) === 0,
        increment: increment === undefined || (value & increment) !== 0,
      };
    },
  };
}
