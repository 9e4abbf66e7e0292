import type { DataSheet, SpiHeader } from '../../parts/index.ts';
import { MS, SECOND, US } from '../kit/clock.ts';
import type { PartModel } from '../populate/catalogue.ts';
import type { PropertyDeclaration } from '../wire/property.ts';
import type { Random } from './random.ts';

/** A message of a transfer: bytes that are written, or how many are read. On SPI both ways at once, `read` bytes long. */
export interface Message {
  readonly write: Uint8Array;
  readonly read: number;
}

/** Something that happens to a part. */
export type Step =
  | { readonly kind: 'transfer'; readonly messages: readonly Message[] }
  | { readonly kind: 'wait'; readonly ns: number }
  | { readonly kind: 'set'; readonly property: string; readonly value: number | boolean };

const WAITS: readonly number[] = [US, 100 * US, MS, 15 * MS, 200 * MS, 2 * SECOND];
const NOTHING = new Uint8Array();
const USUAL_HEADER: SpiHeader = { read: 0x80, address: 0x7f };

/** Traffic as drivers and their mistakes make it: known registers and commands, and numbers that nobody knows. */
export function trafficFor(model: PartModel, random: Random, steps: number, sets = true): readonly Step[] {
  const first = firstBytes(model);
  const settable = sets ? model.properties.filter(isSettable) : [];
  return Array.from({ length: steps }, (): Step => {
    const kind = random.below(10);
    if (kind === 0) return { kind: 'wait', ns: random.of(WAITS) as number };
    const property = kind === 1 ? random.of(settable) : undefined;
    if (property !== undefined) return setting(property, random);
    return { kind: 'transfer', messages: messagesFor(model, first, random) };
  });
}

function messagesFor(model: PartModel, first: readonly Uint8Array[], random: Random): readonly Message[] {
  const head =
    random.below(8) === 0 ? random.bytes(1 + random.below(3)) : (random.of(first) ?? random.bytes(1));
  const data = random.below(2) === 0 ? NOTHING : random.bytes(random.below(7));
  const write: Message = { write: Uint8Array.of(...head, ...data), read: 0 };
  const read: Message = { write: NOTHING, read: 1 + random.below(9) };
  if (model.bus === 'spi') return [write, ...(random.below(2) === 0 ? [] : [read])];
  return [[write], [write, read], [read], [write, write, read], [read, write]][random.below(5)] as Message[];
}

/** What a message may begin with, by the data sheet. */
function firstBytes(model: PartModel): readonly Uint8Array[] {
  const { sheet, registers = {} } = model;
  const numbers = [...new Set([...Object.values(registers), ...registerNumbers(sheet)])];
  const commands = Object.values(sheet?.instructions ?? {}).flatMap(({ opcode }) => bytesOf(opcode, 1));
  return [
    ...numbers.flatMap((number) => [naming(model, number, true), naming(model, number, false)]),
    ...commands,
  ];
}

/** The first and the last of each register of a data sheet. */
export function registerNumbers(sheet: DataSheet | undefined): readonly number[] {
  return Object.values(sheet?.registers ?? {}).flatMap(({ at, count = 1 }) =>
    count === 1 ? [at] : [at, at + count - 1],
  );
}

/** The bytes that name a register, on SPI with what is to be done with it. */
export function naming({ sheet, bus }: PartModel, number: number, read: boolean): Uint8Array {
  if (bus === 'i2c') {
    const form = sheet?.bus.i2c;
    const wide = form !== undefined && 'pointerBytes' in form && form.pointerBytes === 2;
    return wide ? bytesOf(number % 0x10000, 2) : Uint8Array.of(number & 0xff);
  }
  const form = sheet?.bus.spi;
  const { bytes = 1, address, read: reads, opcode } = { ...USUAL_HEADER, ...form?.header };
  const header = (number & address & ~reads) | (read ? reads : 0) | (opcode?.[1] ?? 0);
  return bytesOf(header, bytes);
}

/** Most significant byte first, at least so many. */
function bytesOf(number: number, least: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = number; rest > 0 || bytes.length < least; rest = Math.floor(rest / 256))
    bytes.unshift(rest % 256);
  return Uint8Array.from(bytes);
}

function isSettable({ kind, readOnly, range }: PropertyDeclaration): boolean {
  return readOnly !== true && (kind === 'flag' || range?.every(Number.isFinite) === true);
}

function setting({ name, kind, range: [low, high] = [0, 1] }: PropertyDeclaration, random: Random): Step {
  if (kind === 'flag') return { kind: 'set', property: name, value: random.below(2) === 1 };
  const value = low + ((high - low) * random.below(1001)) / 1000;
  return { kind: 'set', property: name, value: kind === 'integer' ? Math.round(value) : value };
}

/** A step as a sentence has it: `write 01 60, read 2`. */
export function stepText(step: Step): string {
  if (step.kind === 'wait') return `wait ${step.ns / MS} ms`;
  if (step.kind === 'set') return `set ${step.property} to ${step.value}`;
  return step.messages
    .map(({ write, read }) => (read > 0 ? `read ${read}` : `write ${hexText(write)}`))
    .join(', ');
}

export function hexText(bytes: Uint8Array): string {
  return (
    Buffer.from(bytes)
      .toString('hex')
      .replace(/..(?=.)/g, '$& ') || 'nothing'
  );
}
