import { effect } from '@preact/signals';
import { isTransfer, type Row } from '../row.ts';
import { paint } from './paint.ts';
import * as store from './store.ts';
import {
  edgesOf,
  LABELS,
  LANE,
  laneOf,
  mark,
  markers,
  moveBy,
  moveMarker,
  putMarker,
  RULER,
  seen,
  startOf,
  timeOf,
  view,
  xOf,
  zoomBy,
} from './view.ts';

/** Draws the buses and lines over time on a canvas, and lets people move about. */
export function attachTimeline(canvas: HTMLCanvasElement): () => void {
  let due = false;
  let width = 0;
  const draw = () => {
    due = false;
    if (width > 0) paint(canvas, width);
  };
  // In the frame that it is asked in, when all is set.
  const ask = () => {
    if (!due) queueMicrotask(draw);
    due = true;
  };
  // Asked for at each frame, the width would cost a layout of the page.
  const sizes = new ResizeObserver(([entry]) => {
    width = entry?.contentRect.width ?? 0;
    requestAnimationFrame(draw);
  });
  sizes.observe(canvas);
  const stop = effect(() => {
    void [store.version.value, store.lanes.value, store.selected.value, view.value, markers.value];
    ask();
  });
  const follow = effect(() => {
    void store.version.value;
    if (store.follows.value) followEnd();
  });
  const zoomAt = (x: number, by: number) => zoomBy(by, timeOf(x, canvas.getBoundingClientRect().width));
  canvas.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
        moveBy((event.deltaX || event.deltaY) / 1000);
      else zoomAt(event.offsetX, event.deltaY > 0 ? 1.25 : 0.8);
    },
    { passive: false },
  );
  attachPointer(canvas);
  canvas.addEventListener('keydown', (event) => {
    const act = KEYS[`${event.shiftKey && event.key.startsWith('Arrow') ? 'Shift ' : ''}${event.key}`];
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

const KEYS: Readonly<Record<string, () => void>> = {
  '+': () => zoomBy(0.5),
  '=': () => zoomBy(0.5),
  '-': () => zoomBy(2),
  ArrowLeft: () => moveBy(-0.2),
  ArrowRight: () => moveBy(0.2),
  m: () => mark(),
  'Shift ArrowLeft': () => moveMarker(-0.005),
  'Shift ArrowRight': () => moveMarker(0.005),
  Escape: () => {
    markers.value = [];
  },
};

/** So near to a marker, in px, it is that which is dragged. */
const NEAR = 6;

/** A drag moves the view, or a marker; a click selects, with Shift it sets a marker. */
function attachPointer(canvas: HTMLCanvasElement): void {
  const widthOf = () => canvas.getBoundingClientRect().width;
  let dragged: { readonly x: number; readonly from: number; readonly marker: number } | undefined;
  canvas.addEventListener('pointerdown', ({ pointerId, offsetX }) => {
    canvas.setPointerCapture(pointerId);
    const marker = markers.peek().findIndex((at) => Math.abs(xOf(at, widthOf()) - offsetX) < NEAR);
    dragged = { x: offsetX, from: view.peek().from, marker };
  });
  canvas.addEventListener('pointermove', ({ offsetX }) => {
    if (dragged === undefined || Math.abs(offsetX - dragged.x) < 4) return;
    if (dragged.marker >= 0) {
      putMarker(dragged.marker, timeOf(offsetX, widthOf()));
      return;
    }
    const { span } = view.peek();
    store.follows.value = false;
    view.value = { from: dragged.from - ((offsetX - dragged.x) / (widthOf() - LABELS)) * span, span };
  });
  canvas.addEventListener('pointerup', ({ offsetX, offsetY, shiftKey }) => {
    const wasClick = dragged !== undefined && Math.abs(offsetX - dragged.x) < 4;
    dragged = undefined;
    if (!wasClick) return;
    if (shiftKey) mark(timeOf(offsetX, widthOf()));
    else pick(offsetX, offsetY, widthOf());
  });
}

/** The newest at the right edge, with what was shown before at its scale. */
function followEnd(): void {
  const { rows } = store;
  if (rows.length === 0) return;
  const { from, span } = view.peek();
  const end = rows.end(rows.length - 1);
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
  let best: number | undefined;
  for (const place of seen()) {
    if (laneOf(store.rows.happening(place)) !== lane?.name) continue;
    const [left, right] = edgesOf(place, width);
    if (x >= left - 3 && x <= right + 3) best = place;
  }
  if (best !== undefined) store.reveal(store.rows.n(best));
}
