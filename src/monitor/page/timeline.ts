import { effect } from '@preact/signals';
import { isTransfer, type Row } from '../row.ts';
import { paint } from './paint.ts';
import * as store from './store.ts';
import { edgesOf, LABELS, LANE, laneOf, markers, RULER, seen, startOf, timeOf, view } from './view.ts';

const LEAST_SPAN = 1e-3;
const MOST_SPAN = 864e5;

/** Draws the buses and lines over time on a canvas, and lets people move about. */
export function attachTimeline(canvas: HTMLCanvasElement): () => void {
  let due = false;
  const draw = () => {
    due = false;
    paint(canvas);
  };
  const ask = () => {
    if (!due) requestAnimationFrame(draw);
    due = true;
  };
  const sizes = new ResizeObserver(ask);
  sizes.observe(canvas);
  const stop = effect(() => {
    void [store.version.value, store.lanes.value, store.selected.value, view.value, markers.value];
    ask();
  });
  const follow = effect(() => {
    void store.version.value;
    if (store.follows.value) followEnd();
  });
  const zoomAt = (x: number, by: number) => {
    const { width } = canvas.getBoundingClientRect();
    const { from, span } = view.peek();
    const anchor = timeOf(x, width);
    const next = Math.min(MOST_SPAN, Math.max(LEAST_SPAN, span * by));
    store.follows.value = false;
    view.value = { from: anchor - ((anchor - from) / span) * next, span: next };
  };
  const move = (part: number) => {
    const { from, span } = view.peek();
    store.follows.value = false;
    view.value = { from: from + span * part, span };
  };
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
        move((event.deltaX || event.deltaY) / 1000);
      else zoomAt(event.offsetX, event.deltaY > 0 ? 1.25 : 0.8);
    },
    { passive: false },
  );
  let dragged: { readonly x: number; readonly from: number } | undefined;
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    dragged = { x: event.offsetX, from: view.peek().from };
  });
  canvas.addEventListener('pointermove', (event) => {
    if (dragged === undefined || Math.abs(event.offsetX - dragged.x) < 4) return;
    const { span } = view.peek();
    const { width } = canvas.getBoundingClientRect();
    store.follows.value = false;
    view.value = { from: dragged.from - ((event.offsetX - dragged.x) / (width - LABELS)) * span, span };
  });
  canvas.addEventListener('pointerup', (event) => {
    const wasClick = dragged !== undefined && Math.abs(event.offsetX - dragged.x) < 4;
    dragged = undefined;
    if (!wasClick) return;
    const { width } = canvas.getBoundingClientRect();
    if (event.shiftKey) markers.value = [...markers.value, timeOf(event.offsetX, width)].slice(-2);
    else pick(event.offsetX, event.offsetY, width);
  });
  canvas.addEventListener('keydown', (event) => {
    const { width } = canvas.getBoundingClientRect();
    const keys: Readonly<Record<string, () => void>> = {
      '+': () => zoomAt((width + LABELS) / 2, 0.5),
      '=': () => zoomAt((width + LABELS) / 2, 0.5),
      '-': () => zoomAt((width + LABELS) / 2, 2),
      ArrowLeft: () => move(-0.2),
      ArrowRight: () => move(0.2),
      m: () => {
        markers.value = [...markers.value, view.value.from + view.value.span / 2].slice(-2);
      },
      Escape: () => {
        markers.value = [];
      },
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  });
  return () => {
    stop();
    follow();
    sizes.disconnect();
  };
}

/** The newest at the right edge, with what was shown before at its scale. */
function followEnd(): void {
  const last = store.rows.at(-1);
  if (last === undefined) return;
  const { from, span } = view.peek();
  const end = last.at + (isTransfer(last) ? last.queued + last.wire : 0);
  if (end > from + span || end < from) view.value = { from: end - span * 0.9, span };
}

/** Zooms to a row, so that its bits are seen. */
export function zoomTo(row: Row): void {
  store.follows.value = false;
  const length = Math.max(isTransfer(row) ? row.wire : 1, 0.01);
  view.value = { from: startOf(row) - length * 0.3, span: length * 1.6 };
}

/** Selects the transfer at a place. */
function pick(x: number, y: number, width: number): void {
  const lane = store.lanes.value[Math.floor((y - RULER) / LANE)];
  let best: Row | undefined;
  for (const row of seen()) {
    if (laneOf(row) !== lane?.name) continue;
    const [left, right] = edgesOf(row, width);
    if (x >= left - 3 && x <= right + 3) best = row;
  }
  if (best !== undefined) store.selected.value = best.n;
}
