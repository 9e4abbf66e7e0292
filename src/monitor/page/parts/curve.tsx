import { useSignal } from '@preact/signals';
import type { Part, Property } from '../../state.ts';
import { ask } from '../api.ts';
import { drawn, ofCsv, type Points, ramp, sine } from './curve-points.ts';
import { Drawing } from './drawing.tsx';
import type { Values } from './part.ts';

/** What can follow a curve. */
const canFollow = ({ kind, readOnly, name, range }: Property): boolean =>
  readOnly !== true &&
  (kind === 'number' || kind === 'integer') &&
  range !== undefined &&
  !['timeScale', 'writeTime', 'inputs', 'driven'].includes(name);

/** Heights of a curve that is drawn. */
const DRAWN = 48;

const SHAPES = { sine: 'Sine', ramp: 'Ramp', drawn: 'Drawn by hand', csv: 'CSV, pasted' } as const;
type Shape = keyof typeof SHAPES;

interface CurveProps {
  readonly part: Part;
  readonly follows: readonly string[];
  readonly values: Values;
}

/** Lets what a part senses follow a curve, on the board's clock. */
export function CurveOf({ part, follows, values }: CurveProps) {
  const senses = part.properties.filter(canFollow);
  const isOpen = useSignal(false);
  if (senses.length === 0) return null;
  return (
    <details
      class="curve"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
      }}
    >
      <summary>
        Curve
        {follows.length > 0 && <span class="hint">: {follows.join(', ')}</span>}
      </summary>
      {isOpen.value && <CurveForm part={part} senses={senses} follows={follows} values={values} />}
    </details>
  );
}

function CurveForm({ part, senses, follows, values }: CurveProps & { senses: readonly Property[] }) {
  const name = useSignal(senses[0]?.name ?? '');
  const shape = useSignal<Shape>('sine');
  const [low, high] = startOf(senses[0], values);
  const ends = useSignal({ low, high, seconds: 10 });
  const repeat = useSignal(true);
  const csv = useSignal('0,20\n5,30\n10,20\n');
  const heights = useSignal<readonly number[]>(Array.from({ length: DRAWN }, () => 0.5));
  const failure = useSignal('');
  const property = senses.find((each) => each.name === name.value) as Property;
  const send = (make: () => Points) => {
    const asked = async () => {
      const points = make();
      await ask({ call: 'follow', part: part.path, property: name.value, points, repeat: repeat.value });
    };
    asked().then(
      () => {
        failure.value = '';
      },
      (thrown: Error) => {
        failure.value = thrown.message;
      },
    );
  };
  const points: Readonly<Record<Shape, () => Points>> = {
    sine: () => sine(ends.value),
    ramp: () => ramp(ends.value),
    drawn: () => drawn(heights.value, ends.value),
    csv: () => ofCsv(csv.value),
  };
  const choose = (chosen: string) => {
    name.value = chosen;
    const [least, most] = startOf(
      senses.find((each) => each.name === chosen),
      values,
    );
    ends.value = { ...ends.value, low: least, high: most };
  };
  const submit = (event: Event) => {
    event.preventDefault();
    send(points[shape.value]);
  };
  const { unit = '', range = [0, 1] } = property;
  return (
    <form onSubmit={submit}>
      {senses.length > 1 && (
        <Choice
          name="of"
          value={name.value}
          all={senses.map((each) => [each.name, each.name])}
          set={choose}
        />
      )}
      <Choice
        name="shape"
        value={shape.value}
        all={Object.entries(SHAPES)}
        set={(chosen) => {
          shape.value = chosen as Shape;
        }}
      />
      {shape.value === 'csv' ? (
        <textarea
          aria-label="Lines of seconds and value"
          rows={4}
          value={csv.value}
          onInput={(event) => {
            csv.value = event.currentTarget.value;
          }}
        />
      ) : (
        (['low', 'high', 'seconds'] as const).map((end) => (
          <label key={`${name.value} ${end}`}>
            <span>{end === 'seconds' ? 'period' : end}</span>
            <input
              type="number"
              step="any"
              required
              min={end === 'seconds' ? 0.1 : range[0]}
              max={end === 'seconds' ? undefined : range[1]}
              // Not `value`: a part that changes meanwhile would take back what is half typed.
              defaultValue={ends.value[end]}
              onInput={(event) => {
                const { valueAsNumber } = event.currentTarget;
                if (Number.isFinite(valueAsNumber)) ends.value = { ...ends.value, [end]: valueAsNumber };
              }}
            />
            <span class="unit">{end === 'seconds' ? 's' : unit}</span>
          </label>
        ))
      )}
      {shape.value === 'drawn' && <Drawing heights={heights} ends={ends.value} unit={unit} />}
      <label>
        <span>repeat</span>
        <input
          type="checkbox"
          checked={repeat.value}
          onChange={(event) => {
            repeat.value = event.currentTarget.checked;
          }}
        />
      </label>
      <p>
        <button type="submit">Start</button>
        <button type="button" disabled={!follows.includes(name.value)} onClick={() => send(() => [])}>
          Stop
        </button>
      </p>
      {failure.value && (
        <p class="bad" role="alert">
          {failure.value}
        </p>
      )}
    </form>
  );
}

/** A tenth of the range around the present value. */
function startOf(property: Property | undefined, values: Values): readonly [number, number] {
  const [least, most] = property?.range ?? [0, 1];
  const now = Number(values[property?.name ?? ''] ?? (least + most) / 2);
  const swing = Number(((most - least) / 10).toPrecision(1));
  return [Math.max(least, now - swing), Math.min(most, now + swing)].map((end) =>
    Number(end.toPrecision(6)),
  ) as [number, number];
}

interface ChoiceProps {
  readonly name: string;
  readonly value: string;
  readonly all: readonly (readonly [value: string, text: string])[];
  readonly set: (chosen: string) => void;
}

function Choice({ name, value, all, set }: ChoiceProps) {
  return (
    <label>
      <span>{name}</span>
      <select value={value} onChange={(event) => set(event.currentTarget.value)}>
        {all.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}
