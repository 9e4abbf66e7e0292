import { useSignal } from '@preact/signals';
import * as store from './store.ts';
import { zoomTo } from './timeline.ts';

/** Goes from row to row of those that have a text, which the filter would leave alone. */
export function Find() {
  const text = useSignal('');
  const isMissing = useSignal(false);
  const go = (step: 1 | -1) => {
    const row = store.find(text.value, step);
    isMissing.value = row === undefined && text.value !== '';
    if (row !== undefined) zoomTo(row);
  };
  return (
    <form
      class="find"
      role="search"
      aria-label="Rows"
      onSubmit={(event) => {
        event.preventDefault();
        go(1);
      }}
    >
      <input
        type="search"
        aria-label="Find"
        placeholder="Find: TEMP 19 00"
        onInput={(event) => {
          text.value = event.currentTarget.value;
          isMissing.value = false;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || !event.shiftKey) return;
          event.preventDefault();
          go(-1);
        }}
      />
      <button type="button" aria-label="Find previous" title="Previous (Shift Enter)" onClick={() => go(-1)}>
        ▲
      </button>
      <button type="submit" aria-label="Find next" title="Next (Enter)">
        ▼
      </button>
      <span role="status" class="bad">
        {isMissing.value && 'not found'}
      </span>
    </form>
  );
}
