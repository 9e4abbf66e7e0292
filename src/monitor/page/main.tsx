import { render } from 'preact';
import { rowsOf } from '../row-table.ts';
import { ownReport, readEvents } from './api.ts';
import { Find } from './find.tsx';
import { Parts } from './parts.tsx';
import { showPlainText } from './plain-text.ts';
import { Save } from './save.tsx';
import * as store from './store.ts';
import { Timeline } from './timeline-section.tsx';
import { Detail, Traffic } from './traffic.tsx';
import { view } from './view.ts';

showPlainText();
const report = ownReport();

function Head() {
  void store.version.value;
  const search = (event: { currentTarget: HTMLInputElement }) => {
    store.filter.value = event.currentTarget.value;
  };
  const follow = () => {
    store.follows.value = !store.follows.value;
  };
  return (
    <header>
      <h1 title={store.boardName.value}>{store.boardName.value.split('/').at(-1) || 'dtbus monitor'}</h1>
      <input
        type="search"
        aria-label="Filter"
        placeholder="Filter: temp ENXIO, ! for failures"
        onInput={search}
      />
      <Find />
      {report === undefined && (
        <button type="button" aria-pressed={store.follows.value} onClick={follow}>
          {store.follows.value ? 'Freeze' : 'Follow'}
        </button>
      )}
      <span class="count" aria-live="off">
        {store.shownCount() === store.rows.length ? '' : `${store.shownCount()} of `}
        {store.rows.length} events
        {store.lost.value > 0 && <b class="bad">, {store.lost.value} lost</b>}
      </span>
      {report === undefined && <Save />}
      {store.trouble.value !== undefined && (
        <strong class="bad" role="alert">
          {store.trouble.value}
        </strong>
      )}
    </header>
  );
}

function Page() {
  return (
    <>
      <Head />
      <main class={report === undefined ? '' : 'report'}>
        {report === undefined && <Parts />}
        <div class="middle">
          <Traffic />
          <Timeline />
          <section aria-label="The selected transfer">
            <Detail />
          </section>
        </div>
      </main>
    </>
  );
}

render(<Page />, document.body);
if (report === undefined) void readEvents();
else {
  store.boardName.value = report.board;
  store.lanes.value = report.lanes;
  store.lost.value = report.lost;
  store.follows.value = false;
  store.add(rowsOf(report.rows));
  view.value = { from: report.rows[0]?.at ?? 0, span: 100 };
}
