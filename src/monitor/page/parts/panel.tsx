import { type Signal, useSignal } from '@preact/signals';
import type { Part, Property } from '../../state.ts';
import { ask } from '../api.ts';
import { CurveOf } from './curve.tsx';
import { Input } from './inputs.tsx';
import { isLight, Lights } from './lights.tsx';
import { Memory } from './memory.tsx';
import { type SetValue, useLooks, type Value, type Values } from './part.ts';
import { isOfPins, Pins } from './pins.tsx';
import { Registers } from './registers.tsx';
import { Screen } from './screen.tsx';

interface Found {
  readonly values: Values;
  readonly follows: readonly string[];
}

/** A part, made from its data sheet: what it senses, shows and holds. */
export function Panel({ part }: { part: Part }) {
  const isOpen = useSignal(true);
  const failure = useSignal('');
  const [found, set] = useFound(part, isOpen, failure);
  const toggled = (event: Event) => {
    isOpen.value = (event.currentTarget as HTMLDetailsElement).open;
  };
  const { values, follows } = found.value;
  const { properties } = part;
  const hasPins = properties.some(({ name }) => name === 'inputs');
  const lights = properties.filter(isLight);
  const memories = properties.filter(({ kind, name }) => kind === 'bytes' && name !== 'picture');
  const others = properties.filter(
    (property) => property.kind !== 'bytes' && !isLight(property) && !(hasPins && isOfPins(property)),
  );
  return (
    <details class="panel" open onToggle={toggled} data-part={part.path}>
      <summary>
        <b>{part.path.slice(part.path.lastIndexOf('/') + 1)}</b> <span class="hint">{part.title}</span>
      </summary>
      {failure.value && (
        <p class="bad" role="alert">
          {failure.value}
        </p>
      )}
      {others.map((property) =>
        isScreen(property, values) ? (
          <Screen key={property.name} name={property.name} part={part} values={values} />
        ) : (
          <Input
            key={property.name}
            property={property}
            value={values[property.name]}
            follows={follows.includes(property.name)}
            set={set}
          />
        ),
      )}
      {lights.length > 0 && <Lights lights={lights} values={values} />}
      {hasPins && <Pins part={part} values={values} set={set} />}
      <CurveOf part={part} follows={follows} values={values} />
      {memories.map((property) => (
        <Memory key={property.name} part={part.path} property={property} />
      ))}
      <Registers part={part.path} />
    </details>
  );
}

/** What a part has, read while its panel is open; and a way to set it. */
function useFound(part: Part, isOpen: Signal<boolean>, failure: Signal<string>): [Signal<Found>, SetValue] {
  const found = useSignal<Found>({ values: {}, follows: [] });
  // An answer that was asked for before something was set is not shown: a slider would jump back.
  const latest = useSignal(0);
  const take = (asked: Promise<Found>, number: number) =>
    asked.then((answer) => {
      if (number === latest.peek()) found.value = answer;
    });
  useLooks(() => {
    if (!isOpen.peek()) return;
    const look = ask<Found>({ call: 'get', part: part.path, bytes: false });
    take(look, latest.peek()).catch(() => {});
  }, part.path);
  const set = (name: string, value: Value) => {
    const { values, follows } = found.peek();
    found.value = { values: { ...values, [name]: value }, follows };
    const number = latest.peek() + 1;
    latest.value = number;
    take(ask<Found>({ call: 'set', part: part.path, values: { [name]: value }, bytes: false }), number).then(
      () => {
        failure.value = '';
      },
      (thrown: Error) => {
        failure.value = thrown.message;
      },
    );
  };
  return [found, set];
}

/** What a display shows has lines. */
const isScreen = ({ kind, name }: Property, values: Values): boolean =>
  kind === 'text' && String(values[name] ?? '').includes('\n');
