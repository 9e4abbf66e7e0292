import { fieldsOf, type Register, usualWidth } from '../../parts/index.ts';
import { NO_SUCH_REGISTER } from '../chip/strict.ts';
import { SECOND } from '../kit/clock.ts';
import type { PartModel } from '../populate/catalogue.ts';
import { type Check, eachSame } from './checks.ts';
import { type Given, told } from './given.ts';
import { hexText, type Message, naming, registerNumbers, type Step } from './traffic.ts';

/** How many bytes a register is read for. */
const SOME = 3;
const NOTHING = new Uint8Array();

/** What must hold for parts whose data sheet has registers that the bus names by number. */
export const REGISTER_CHECKS: readonly Check[] = [
  {
    name: 'keeps the register that was named over a STOP',
    check: keepsPointer,
    applies: ({ model: { bus, sheet } }) => bus === 'i2c' && hasRegisters(sheet?.bus.i2c?.form),
  },
  {
    name: 'changes nothing where it has no register',
    check: hasNothingElsewhere,
    applies: ({ model: { bus, sheet } }) => hasRegisters(sheet?.bus[bus]?.form),
  },
  {
    name: 'allows what its data sheet allows, with dtbus,strict',
    check: allowsItsRegisters,
    applies: ({ model: { bus, sheet } }) => hasRegisters(sheet?.bus[bus]?.form),
  },
];

function hasRegisters(form: string | undefined): boolean {
  return form === 'byte registers' || form === 'word registers' || form === 'registers';
}

const writing = (...bytes: readonly Uint8Array[]): Message => ({ write: Buffer.concat(bytes), read: 0 });
const reading = (read: number): Message => ({ write: NOTHING, read });
const transfer = (...messages: Message[]): Step => ({ kind: 'transfer', messages });

/** A register that is named, and read in a transfer of its own, as SMBus's "receive byte" does. */
function keepsPointer(given: Given): void {
  const { model } = given;
  const [together, apart] = [given.fresh(), given.fresh()];
  for (const part of [together, apart]) given.did(part, { kind: 'wait', ns: SECOND });
  const steps = registerNumbers(model.sheet).map((number) => transfer(...readOf(model, number, SOME)));
  const acknowledged = (seen: string) => seen.replace(/^\d+ acknowledged, /, '');
  eachSame(steps, [
    ['behind a repeated START', (step) => acknowledged(given.did(together, step))],
    [
      'behind a STOP',
      (step) => {
        const [name, read] = (step as Extract<Step, { kind: 'transfer' }>).messages as [Message, Message];
        given.did(apart, transfer(name));
        return given.did(apart, transfer(read));
      },
    ],
  ]);
}

/** What `dtbus,strict` calls no register is none. */
function hasNothingElsewhere(given: Given): void {
  const { model } = given;
  const part = given.fresh(true);
  const { sheet } = model;
  const value = new Uint8Array(sheet === undefined ? 1 : usualWidth(sheet) >> 3).fill(0xa5);
  for (let number = 0; number < 0x100; number++) {
    for (const [what, ...messages] of [
      ['write', writing(naming(model, number, false), value)],
      ['read', ...readOf(model, number, 1)],
    ] as const) {
      const before = part.registers;
      part.warnings.length = 0;
      part.do(transfer(...messages));
      if (!part.warnings.some((sentence) => sentence.endsWith(NO_SUCH_REGISTER))) continue;
      if (part.registers?.some((held, index) => held !== before?.[index]))
        throw new Error(
          `a ${what} of register 0x${number.toString(16)}, which it does not have, changes others`,
        );
    }
  }
}

/** Every register of the data sheet can be read, and written with what it holds after power-on. */
function allowsItsRegisters(given: Given): void {
  const { model } = given;
  const part = given.fresh(true);
  const { sheet } = model;
  if (sheet === undefined) return;
  for (const [name, register] of Object.entries(sheet.registers ?? {})) {
    const { at, width = usualWidth(sheet), reset = 0 } = register;
    part.do(transfer(...readOf(model, at, width >> 3)));
    told(part, `a read of ${name}`);
    if (isReadOnly(register)) continue;
    const value = new Uint8Array(width >> 3);
    for (let byte = 0; byte < value.length; byte++) value[value.length - 1 - byte] = reset / 256 ** byte;
    if (model.bus === 'i2c' && sheet.bus.i2c?.littleEndian) value.reverse();
    part.do(transfer(writing(naming(model, at, false), value)));
    told(part, `a write of ${hexText(value)}, its reset value, to ${name}`);
  }
}

function isReadOnly(register: Register): boolean {
  const fields = fieldsOf(register);
  if (register.writable !== undefined) return register.writable === 0;
  const accesses = fields.length === 0 ? [register.access] : fields.map(({ access }) => access);
  return accesses.every((access) => access === 'ro' || access === 'rc');
}

function readOf(model: PartModel, number: number, bytes: number): readonly Message[] {
  return [writing(naming(model, number, true)), reading(bytes)];
}
