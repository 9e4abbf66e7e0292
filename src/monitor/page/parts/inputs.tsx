import { useSignal } from '@preact/signals';
import type { Property } from '../../state.ts';
import type { SetValue, Value } from './part.ts';
import { Typed } from './typed.tsx';

interface InputProps {
  readonly property: Property;
  readonly value: Value | undefined;
  /** It follows a curve. */
  readonly follows: boolean;
  readonly set: SetValue;
}

/** A property: shown, or with what sets it. */
export function Input({ property, value, follows, set }: InputProps) {
  const { name, kind, doc, unit = '', readOnly = false } = property;
  if (value === undefined) return null;
  if (typeof value === 'boolean')
    return (
      <label title={doc}>
        <span>{name}</span>
        <input
          type="checkbox"
          checked={value}
          disabled={readOnly}
          onChange={(event) => set(name, event.currentTarget.checked)}
        />
      </label>
    );
  if (readOnly)
    return (
      <p title={doc}>
        <span>{name}</span>{' '}
        <output>
          {typeof value === 'number' ? shortNumber(value) : value} {unit}
        </output>
      </p>
    );
  if (kind === 'text')
    return name === 'time' ? (
      <Clock property={property} value={String(value)} set={set} />
    ) : (
      <TextInput property={property} value={String(value)} set={set} />
    );
  return <NumberInput property={property} value={Number(value)} follows={follows} set={set} />;
}

/** No more digits than a person reads. */
const shortNumber = (value: number): string => String(Number(value.toPrecision(6)));

interface EditedProps<V> {
  readonly property: Property;
  readonly value: V;
  readonly set: SetValue;
}

function TextInput({ property: { name, doc }, value, set }: EditedProps<string>) {
  return (
    <label title={doc}>
      <span>{name}</span>
      <Typed type="text" class="wide" shown={value} take={(text) => set(name, text)} />
    </label>
  );
}

/** The time of a clock chip: as it goes, to be set, and to be set to the machine's. */
function Clock({ property: { name, doc }, value, set }: EditedProps<string>) {
  const typed = useSignal(value);
  const send = (event: Event) => {
    event.preventDefault();
    set(name, typed.value);
  };
  return (
    <form class="clock" title={doc} onSubmit={send}>
      <time dateTime={value}>{value.replace('T', ' ').replace(/(\.\d+)?Z$/, '')}</time>
      <input
        type="text"
        aria-label={`${name} to set`}
        value={typed.value}
        onInput={(event) => {
          typed.value = event.currentTarget.value;
        }}
      />
      <button type="submit">Set</button>
      <button type="button" onClick={() => set(name, new Date().toISOString())}>
        Now
      </button>
    </form>
  );
}

function NumberInput({ property, value, follows, set }: EditedProps<number> & { follows: boolean }) {
  const { name, kind, doc, unit = '', range } = property;
  const take = (text: string) => {
    if (text !== '') set(name, Number(text));
  };
  const [least, most] = range ?? [undefined, undefined];
  const step =
    kind === 'integer' ? 1 : least === undefined || most === undefined ? 'any' : niceStep(most - least);
  return (
    <label title={follows ? `${doc}; follows a curve until it is set` : doc}>
      <span>
        {name}
        {follows && <b> ∿</b>}
      </span>
      {least !== undefined && most !== undefined && (
        <input
          type="range"
          aria-label={name}
          min={least}
          max={most}
          step={step}
          value={value}
          onInput={(event) => take(event.currentTarget.value)}
        />
      )}
      <Typed type="number" range={range} shown={shortNumber(value)} take={take} />
      <span class="unit">{unit}</span>
    </label>
  );
}

/** About a thousand steps from one end to the other. */
function niceStep(span: number): number {
  return 10 ** Math.floor(Math.log10(span / 500));
}
