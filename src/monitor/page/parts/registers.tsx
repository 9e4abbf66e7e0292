import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { ask } from '../api.ts';
import { hex, useLooks } from './part.ts';

/** So long what has changed is marked, in ms. */
const MARKED_MS = 3000;
/** Of registers of one kind so many are shown. */
const SHOWN = 32;

/** As `RegisterReport` of src/sim. */
interface Register {
  readonly name: string;
  readonly at: number;
  readonly bank?: number;
  readonly bits: number;
  readonly readOnly: boolean;
  readonly madeWhenRead?: true;
  readonly values: readonly number[];
  readonly fields: readonly { readonly name: string; readonly high: number; readonly low: number }[];
}

/** The registers of a part, read while they are shown; nothing, where its data sheet has no table of them. */
export function Registers({ part }: { part: string }) {
  const isOpen = useSignal(false);
  const found = useSignal<readonly Register[] | undefined>(undefined);
  const changes = useRef(new Changes());
  const look = () => {
    if (!isOpen.peek() && found.peek() !== undefined) return;
    ask<readonly Register[]>({ call: 'registers', part }).then(
      (registers) => {
        changes.current.see(registers);
        found.value = registers;
      },
      () => {},
    );
  };
  useLooks(look, part);
  const toggled = (event: Event) => {
    isOpen.value = (event.currentTarget as HTMLDetailsElement).open;
    look();
  };
  const { value: registers = [] } = found;
  if (registers.length === 0) return null;
  return (
    <details class="registers" onToggle={toggled}>
      <summary>Registers</summary>
      {isOpen.value && <Table registers={registers} changes={changes.current} />}
    </details>
  );
}

function Table({ registers, changes }: { registers: readonly Register[]; changes: Changes }) {
  return (
    <>
      <table>
        <thead>
          <tr>
            <th scope="col">at</th>
            <th scope="col">register</th>
            <th scope="col">value</th>
          </tr>
        </thead>
        <tbody>
          {registers.map((register) => (
            <Row key={`${register.bank} ${register.name}`} register={register} changes={changes} />
          ))}
        </tbody>
      </table>
      {registers.some(({ madeWhenRead }) => madeWhenRead) && (
        <p class="hint">* The part may make another value when the bus reads it.</p>
      )}
    </>
  );
}

function Row({ register, changes }: { register: Register; changes: Changes }) {
  const { name, at, bank, bits, readOnly, madeWhenRead, values, fields } = register;
  const [value = 0] = values;
  const where = bank === undefined ? hex(at, 2) : `${bank}:${hex(at, 2)}`;
  return (
    <tr title={readOnly ? `${name}: read only` : name}>
      <td>{where}</td>
      <th scope="row">
        {name}
        {madeWhenRead && '*'}
        {readOnly && <small> ro</small>}
      </th>
      <td>
        {values.slice(0, SHOWN).map((each, index) => (
          <>
            <Bits
              key={index}
              text={hex(each, bits / 4)}
              isNew={changes.isNew(`${bank} ${name} ${index}`)}
            />{' '}
          </>
        ))}
        {values.length > SHOWN && `… ${values.length} of them`}
        {fields.length > 0 && (
          <span class="fields">
            {fields.map((field) => {
              const bit = bitsOf(value, field);
              return (
                <span
                  key={field.name}
                  title={field.high === field.low ? `bit ${field.low}` : `bits ${field.high} to ${field.low}`}
                  class={changes.isNew(`${bank} ${name} ${field.name}`) ? 'new' : bit === 0 ? 'zero' : ''}
                >
                  {field.name}={bit < 10 ? bit : `0x${bit.toString(16)}`}
                </span>
              );
            })}
          </span>
        )}
      </td>
    </tr>
  );
}

const bitsOf = (value: number, { high, low }: { high: number; low: number }): number =>
  ((value >>> low) & (2 ** (high - low + 1) - 1)) >>> 0;

const Bits = ({ text, isNew }: { text: string; isNew: boolean }) =>
  isNew ? <mark>{text}</mark> : <code>{text}</code>;

/** When values and fields were seen to change. */
class Changes {
  readonly #values = new Map<string, number>();
  readonly #changed = new Map<string, number>();

  see(registers: readonly Register[]): void {
    for (const { name, bank, values, fields } of registers) {
      for (const [index, value] of values.entries()) this.#see(`${bank} ${name} ${index}`, value);
      const [value = 0] = values;
      for (const field of fields) this.#see(`${bank} ${name} ${field.name}`, bitsOf(value, field));
    }
  }

  #see(key: string, value: number): void {
    const before = this.#values.get(key);
    if (before !== undefined && before !== value) this.#changed.set(key, performance.now());
    this.#values.set(key, value);
  }

  isNew(key: string): boolean {
    const at = this.#changed.get(key);
    return at !== undefined && performance.now() - at < MARKED_MS;
  }
}
