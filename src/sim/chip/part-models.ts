import type { DeviceNode } from '../../bus/index.ts';
import type {
  Level,
  Part,
  I2cForm as SheetForm,
  SpiHeader as SheetHeader,
  SpiForm as SpiSheetForm,
} from '../../parts/index.ts';
import type { I2cPartModel, PartModel, SpiPartModel } from '../populate/catalogue.ts';
import type { PartContext } from '../populate/context.ts';
import { i2cAddress } from '../wire/i2c-address.ts';
import type { I2cPart, SpiPart } from '../wire/part.ts';
import { compile } from './compiled-sheet.ts';
import { I2cBehaviourPart } from './i2c-behaviour.ts';
import { BYTE_REGISTERS, type I2cRegisterForm, I2cRegisters } from './i2c-registers.ts';
import { RestingChip } from './resting-chip.ts';
import { SpiBehaviourPart, spiBehaviourOf } from './spi-behaviour.ts';
import { SpiInstructions } from './spi-instructions.ts';
import { type SpiInterface, SpiRegisters } from './spi-registers.ts';

/** A model as its data sheet describes it. The sheet is compiled when a board has the part: most of a file's it has not. */
class SheetModel {
  readonly sheet: Part;
  readonly rests: boolean;

  constructor(part: Part, rests: boolean) {
    this.sheet = part;
    this.rests = rests;
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
    return i2cPart(this, node, context);
  }
}

class SpiSheetModel extends SheetModel implements SpiPartModel {
  readonly bus = 'spi';

  create(node: DeviceNode, context: PartContext): SpiPart {
    return spiPart(this, node, context);
  }
}

/**
 * What a board can make of a data sheet: a model for each bus that the part has.
 * @param rests its `model` may be called again, with the same node: a part that nobody touches then takes little memory
 */
export function modelsOf(part: Part, rests = false): readonly PartModel[] {
  const models: PartModel[] = [];
  if (part.bus.i2c !== undefined) models.push(new I2cSheetModel(part, rests));
  if (part.bus.spi !== undefined) models.push(new SpiSheetModel(part, rests));
  return models;
}

function i2cPart({ sheet, rests }: SheetModel, node: DeviceNode, context: PartContext): I2cPart {
  const address = i2cAddress(node);
  const place = new RestingChip(sheet, node, address, context);
  const part = onI2c(sheet.bus.i2c, place, address);
  if (rests) place.rest();
  return part;
}

function onI2c(sheet: SheetForm | undefined, place: RestingChip, address: number): I2cPart {
  switch (sheet?.form) {
    case 'byte registers':
    case 'word registers':
      return new I2cRegisters(place, address, formOf(sheet));
    default:
      return new I2cBehaviourPart(place, address);
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

function spiPart({ sheet, rests }: SheetModel, node: DeviceNode, context: PartContext): SpiPart {
  const place = new RestingChip(sheet, node, undefined, context);
  const part = onSpi(sheet.bus.spi, place);
  if (rests) place.rest();
  return part;
}

function onSpi(sheet: SpiSheetForm | undefined, place: RestingChip): SpiPart {
  switch (sheet?.form) {
    case 'registers':
      return new SpiRegisters(place, interfaceOf(sheet));
    case 'instructions':
      return new SpiBehaviourPart(place, (chip) => new SpiInstructions(chip));
    default:
      return new SpiBehaviourPart(place, spiBehaviourOf);
  }
}

const USUAL_HEADER: SheetHeader = { read: 0x80, address: 0x7f };
const interfaces = new WeakMap<SpiSheetForm, SpiInterface>();

/** The same object for all parts of a data sheet. */
function interfaceOf(sheet: SpiSheetForm): SpiInterface {
  const known = interfaces.get(sheet);
  if (known !== undefined) return known;
  const made = interfaceBy(sheet, sheet.header ?? USUAL_HEADER);
  interfaces.set(sheet, made);
  return made;
}

/** What a header means, by the masks of the data sheet. */
function interfaceBy({ modes = 0b1111, maxSpeedHz = 0 }: SpiSheetForm, header: SheetHeader): SpiInterface {
  const { bytes = 1, read, write, address, shift = 0, base = 0, increment, opcode, pairs } = header;
  return {
    spiModes: modes,
    maxSpeedHz,
    headerBytes: bytes,
    ...(pairs === undefined ? {} : { writesInPairs: pairs }),
    parse(value) {
      if (opcode !== undefined && (value & opcode[0]) !== opcode[1]) return undefined;
      return {
        register: ((value & address) >>> shift) | base,
        read: write === undefined ? (value & read) !== 0 : (value & write) === 0,
        increment: increment === undefined || (value & increment) !== 0,
      };
    },
  };
}
