import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { isTransfer, type Row, type TransferRow } from '../row.ts';
import { MARKS, marksOf } from './marks.ts';
import * as store from './store.ts';
import { zoomTo } from './timeline.ts';
import { timeText } from './view.ts';

/** Height of a row, in px. */
const ROW = 22;
/** Browsers know no longer elements than this, in px: of more rows the last are reached by the filter. */
const TALLEST = 30_000_000;

/** Rows that are in the page above and below those that are seen. */
const BEYOND = 2;

/** Where all rows are others each time, nobody reads them faster than this, in ms. */
const STEADY_MS = 100;

/**
 * Changes with the rows, but where more come than fit on the screen only every STEADY_MS: to write them all anew is most of what
 * a page costs its machine.
 */
function useSteady(fits: () => number): Signal<number> {
  const drawn = useSignal(store.version.peek());
  const last = useRef({ at: 0, count: 0, timer: 0 });
  useSignalEffect(() => {
    const { value: version } = store.version;
    clearTimeout(last.current.timer);
    const draw = () => {
      last.current = { at: performance.now(), count: store.shownCount(), timer: 0 };
      drawn.value = version;
    };
    const left = last.current.at + STEADY_MS - performance.now();
    if (left <= 0 || Math.abs(store.shownCount() - last.current.count) <= fits()) draw();
    else last.current.timer = setTimeout(draw, left);
  });
  return drawn;
}

/** The table of what happened: only the rows that are seen are in the page. */
export function Traffic() {
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(0);
  const height = useSignal(400);
  useEffect(() => {
    const element = box.current as HTMLDivElement;
    const sizes = new ResizeObserver(() => {
      height.value = element.clientHeight;
    });
    sizes.observe(element);
    return () => sizes.disconnect();
  }, [height]);
  const drawn = useSteady(() => Math.ceil(height.peek() / ROW));
  // Behind the drawing of all rows there are: nobody can scroll to one that is not yet in the table.
  const { value: revealed } = store.revealed;
  useLayoutEffect(() => {
    if (revealed === undefined) return;
    const element = box.current as HTMLDivElement;
    const y = store.shownPlace(revealed.n) * ROW;
    if (y < element.scrollTop || y > element.scrollTop + element.clientHeight - 3 * ROW)
      element.scrollTop = y - element.clientHeight / 2;
  }, [revealed]);
  void drawn.value;
  const count = store.shownCount();
  const many = Math.ceil(height.value / ROW) + 2 * BEYOND;
  // Whoever follows sees the last ones, wherever the box was scrolled to before: it is drawn once for what came, and not again
  // for its scrolling.
  const isFollowing = store.follows.value;
  const first = Math.max(0, isFollowing ? count - many : Math.floor(top.value / ROW) - BEYOND);
  const scrolled = () => {
    top.value = (box.current as HTMLDivElement).scrollTop;
  };
  useLayoutEffect(() => {
    if (!isFollowing) return;
    (box.current as HTMLDivElement).scrollTop = TALLEST + ROW;
    scrolled();
  });
  // Whoever looks back is not moved on.
  const lookBack = () => {
    store.follows.value = false;
  };
  return (
    <section class="traffic" aria-label="Traffic">
      <div
        class="rows"
        ref={box}
        onScroll={scrolled}
        onWheel={(event) => event.deltaY < 0 && lookBack()}
        onPointerDown={(event) => event.target === event.currentTarget && lookBack()}
        onKeyDown={moveSelection}
        tabIndex={0}
        role="grid"
        aria-label="Transfers"
        aria-rowcount={count}
      >
        <div class="row head" role="row">
          {['time', 'bus', 'target', 'result', 'µs', 'transfer'].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
        <div class="space" style={{ height: `${Math.min(count * ROW, TALLEST)}px` }}>
          <div class="window" style={{ transform: `translateY(${first * ROW}px)` }}>
            {Array.from({ length: Math.max(0, Math.min(many, count - first)) }, (_, index) => (
              // By its place on the screen: what moves on is written anew in the elements that are there.
              <Line
                key={index}
                row={store.rows.row(store.shownAt(first + index)) as Row}
                at={first + index}
              />
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}

function Line({ row, at }: { row: Row; at: number }) {
  const origin = store.rows.length === 0 ? 0 : store.rows.at(0);
  const isSelected = store.selected.value === row.n;
  const select = () => {
    store.selected.value = row.n;
    zoomTo(row);
  };
  const transfer = isTransfer(row) ? row : undefined;
  const marks = transfer === undefined ? [] : marksOf(transfer);
  const cells = transfer
    ? [
        transfer.bus,
        transfer.target,
        transfer.fault ?? 'ok',
        String(Math.round((transfer.queued + transfer.wire) * 1000)),
        transfer.text,
      ]
    : ['gpio', (row as { line: string }).line, '', '', (row as { high: boolean }).high ? 'rises' : 'falls'];
  return (
    <div
      class={`row${transfer?.fault !== undefined ? ' bad' : marks.length > 0 ? ' marked' : ''}`}
      role="row"
      aria-rowindex={at + 1}
      aria-selected={isSelected}
      data-n={row.n}
      onPointerDown={select}
    >
      <span role="gridcell">{((row.at - origin) / 1000).toFixed(6)}</span>
      {cells.map((text, index) => (
        <span key={index} role="gridcell" title={index === 4 ? text : undefined}>
          {text}
        </span>
      ))}
    </div>
  );
}

/** Arrow keys go from row to row. */
function moveSelection(event: KeyboardEvent): void {
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: 20, PageUp: -20 };
  const step = steps[event.key];
  const count = store.shownCount();
  if (step === undefined || count === 0) return;
  event.preventDefault();
  store.follows.value = false;
  const { value: n } = store.selected;
  const now = n === undefined ? -1 : store.shownPlace(n);
  const next = Math.min(count - 1, Math.max(0, now + step));
  const row = store.rows.row(store.shownAt(next)) as Row;
  store.reveal(row.n);
  zoomTo(row);
}

/** All that is known of the row that is selected. */
export function Detail() {
  const { value: n } = store.selected;
  void store.version.value;
  const row = n === undefined ? undefined : store.rowOf(n);
  if (row === undefined || !isTransfer(row))
    return <p class="hint">Select a transfer to see its bytes and its waveform.</p>;
  const matcher = matcherOf(row);
  const marks = marksOf(row);
  return (
    <dl class="detail">
      <dt>
        {row.bus} {row.target}
      </dt>
      <dd>
        {row.fault !== undefined && <b class="bad">{row.fault} </b>}
        {row.text}
      </dd>
      <dt>asked by</dt>
      <dd>{row.client}</dd>
      <dt>waited, on the wire</dt>
      <dd>
        {timeText(row.queued)}, {timeText(row.wire)}
      </dd>
      {marks.length > 0 && (
        <>
          <dt>special</dt>
          <dd>{marks.map((mark) => MARKS[mark]).join(', ')}</dd>
        </>
      )}
      {row.segments.map(({ target, sent, received }, index) => (
        <div key={index}>
          <dt>
            {sent === undefined ? 'read from' : received === undefined ? 'written to' : 'exchanged with'}{' '}
            {hexOf(target)}
          </dt>
          <dd>
            <code>
              {[sent, received]
                .flatMap((bytes) => (bytes === undefined ? [] : [bytesText(bytes)]))
                .join(' / ')}
            </code>
          </dd>
        </div>
      ))}
      <dt>as a command</dt>
      <Copied text={commandOf(row)} name="Copy" />
      {matcher !== undefined && (
        <>
          <dt>in a test</dt>
          <Copied text={matcher} name="Copy for a test" />
        </>
      )}
    </dl>
  );
}

function Copied({ text, name }: { text: string; name: string }) {
  return (
    <dd>
      <code>{text}</code>{' '}
      <button type="button" aria-label={name} onClick={() => void navigator.clipboard.writeText(text)}>
        Copy
      </button>
    </dd>
  );
}

/** What a test expects of the same transfer; undefined: it failed, is not of one I2C part, or not all of it was kept. */
function matcherOf({ bus, fault, segments }: TransferRow): string | undefined {
  const [first] = segments;
  if (first === undefined || fault !== undefined || !bus.startsWith('i2c-')) return undefined;
  const messages = segments.map(({ target, tenBit, sent, received }) => {
    const [hex, length] = sent ?? received ?? ['', 0];
    if (target !== first.target || tenBit || length === 0 || hex.length !== 2 * length) return undefined;
    return `${sent === undefined ? 'r' : 'w'} ${hex.replace(/..(?=.)/g, '$& ')}`;
  });
  if (messages.includes(undefined)) return undefined;
  const target = first.target.toString(16).padStart(2, '0');
  return `expect(board).toHaveSent('${bus} ${target} ${messages.join(', ')}');`;
}

const hexOf = (value: number): string => `0x${value.toString(16).padStart(2, '0')}`;

function bytesText([hex, length]: readonly [string, number]): string {
  const text = (hex.match(/../g) ?? []).join(' ');
  const count = `${length} ${length === 1 ? 'byte' : 'bytes'}`;
  if (text === '') return length === 0 ? 'no bytes' : `none of ${count}`;
  return hex.length / 2 < length ? `${text} … (${count})` : text;
}

/** The same transfer by i2c-tools or spi-tools. */
function commandOf({ bus, segments }: TransferRow): string {
  const number = bus.slice(bus.lastIndexOf('-') + 1);
  if (bus.startsWith('spi')) {
    const bytes = segments.map(({ sent }) => sent?.[0].replace(/../g, '\\x$&') ?? '').join('');
    return `printf '${bytes}' | spi-pipe -d /dev/spidev${number}.${segments[0]?.target ?? 0}`;
  }
  const messages = segments.map(({ target, sent, received }) => {
    const [hex, length] = sent ?? received ?? ['', 0];
    const bytes = sent === undefined ? '' : (hex.match(/../g) ?? []).map((pair) => ` 0x${pair}`).join('');
    return `${sent === undefined ? 'r' : 'w'}${length}@${hexOf(target)}${bytes}`;
  });
  return `i2ctransfer -y ${number} ${messages.join(' ')}`;
}
