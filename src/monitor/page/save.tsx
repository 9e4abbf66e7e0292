import { useSignal } from '@preact/signals';
import { download } from './api.ts';
import * as store from './store.ts';
import { markers } from './view.ts';

/** What `dtbus convert` writes. */
const FORMATS = [
  ['bus', '.bus, recording'],
  ['pcapng', '.pcapng, Wireshark'],
  ['vcd', '.vcd, waves'],
  ['sr', '.sr, PulseView'],
  ['csv', '.csv, a row a byte'],
] as const;

/** The rows that are shown, between the markers where both are set; undefined: all that there are. */
function chosen(): readonly number[] | undefined {
  const [from, to] = [...markers.value].sort((a, b) => a - b);
  const isPart = from !== undefined && to !== undefined;
  if (store.shownCount() === store.rows.length && !isPart) return undefined;
  const numbers: number[] = [];
  for (let index = 0; index < store.shownCount(); index++) {
    const place = store.shownAt(index);
    const at = store.rows.at(place);
    if (!isPart || (at >= from && at <= to)) numbers.push(store.rows.n(place));
  }
  return numbers;
}

/** `[[1, 3], [5, 5]]` */
function rangesOf(numbers: readonly number[]): [number, number][] {
  const ranges: [number, number][] = [];
  for (const n of numbers) {
    const last = ranges.at(-1);
    if (last?.[1] === n - 1) last[1] = n;
    else ranges.push([n, n]);
  }
  return ranges;
}

/** Saves what happened, in the formats that other programs read. */
export function Save() {
  void store.version.value;
  const format = useSignal<string>('bus');
  const told = useSignal('');
  const save = () => {
    const numbers = chosen();
    told.value = 'Saving';
    download({ format: format.value, ...(numbers && { rows: rangesOf(numbers) }) }).then(
      ({ missing, notes }) => {
        const left = missing === 0 ? [] : [`${missing} older events are kept no more`];
        told.value = ['Saved', ...left, ...notes].join('. ');
      },
      (thrown: Error) => {
        told.value = thrown.message;
      },
    );
  };
  const isPart = markers.value.length === 2 || store.shownCount() !== store.rows.length;
  return (
    <span class="save">
      <select
        aria-label="Format to save in"
        onChange={(event) => {
          format.value = event.currentTarget.value;
        }}
      >
        {FORMATS.map(([name, text]) => (
          <option key={name} value={name}>
            {text}
          </option>
        ))}
      </select>
      <button
        type="button"
        onClick={save}
        disabled={store.rows.length === 0}
        title={
          isPart
            ? 'Saves the events that the filter shows, between the markers where both are set'
            : 'Saves all events'
        }
      >
        {isPart ? 'Save shown' : 'Save'}
      </button>
      <span class="hint" role="status">
        {told.value}
      </span>
    </span>
  );
}
