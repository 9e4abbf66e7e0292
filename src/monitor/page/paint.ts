import { printable } from '../../input/printable.ts';
import { type EdgeRow, isTransfer, type Lane, type TransferRow } from '../row.ts';
import { colourOf } from './colours.ts';
import { type Mark, marksOf } from './marks.ts';
import * as store from './store.ts';
import {
  edgesOf,
  LABELS,
  LANE,
  laneOf,
  MARKER_NAMES,
  markers,
  RULER,
  seen,
  timeText,
  view,
  xOf,
} from './view.ts';
import { i2cPieces, type Piece, spiPieces } from './wave.ts';

/** A transfer that is this wide shows its bits. */
const WAVE_PX = 260;

interface Paper {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly colour: (name: string) => string;
}

/** Draws all that is seen, on so many px. */
export function paint(canvas: HTMLCanvasElement, width: number): void {
  const lanes = store.lanes.value;
  const height = RULER + LANE * lanes.length;
  const scale = devicePixelRatio;
  const context = canvas.getContext('2d');
  if (context === null) return;
  resize(canvas, Math.round(width * scale), Math.round(height * scale));
  canvas.style.height = `${height}px`;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = '11px ui-monospace, monospace';
  const paper = { context, width, height, colour: colourOf };
  paintRuler(paper);
  paintRows(paper, lanes);
  paintLabels(paper, lanes);
  paintMarkers(paper);
}

/** Only where it has another size: each time a canvas gets new memory. */
function resize(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
}

function paintRuler({ context, width, height, colour }: Paper): void {
  const { from, span } = view.value;
  const step = 10 ** Math.floor(Math.log10(span / 3));
  const origin = store.rows.length === 0 ? from : store.rows.at(0);
  const apart = (step / span) * (width - LABELS);
  // The last time is about the longest text: none may run into the next.
  const wide = context.measureText(timeText(from + span - origin, step)).width + 10;
  const every = [1, 2, 5].find((count) => count * apart > wide) ?? 10;
  context.textAlign = 'center';
  for (let at = origin + Math.ceil((from - origin) / step) * step; at < from + span; at += step) {
    const x = xOf(at, width);
    context.fillStyle = colour('line');
    context.fillRect(x, RULER - 4, 1, height);
    context.fillStyle = colour('faint');
    const isWhole = x - wide / 2 > LABELS - 10 && x + wide / 2 < width + 5;
    if (isWhole && Math.round((at - origin) / step) % every === 0)
      context.fillText(timeText(at - origin, step), x, 12);
  }
}

function paintLabels({ context, height, colour }: Paper, lanes: readonly Lane[]): void {
  context.fillStyle = colour('back');
  context.fillRect(0, 0, LABELS - 4, height);
  context.textAlign = 'left';
  for (const [index, { name }] of lanes.entries()) {
    const top = RULER + index * LANE;
    context.fillStyle = colour('line');
    context.fillRect(0, top, LABELS - 4, 1);
    context.fillStyle = colour('text');
    context.fillText(printable(name).slice(-13), 4, top + LANE / 2 + 4);
  }
}

/** What is drawn of a lane. */
interface Drawn {
  readonly top: number;
  /** Up to where transfers are, and those that failed. */
  right: number;
  failedRight: number;
  /** The right end of its last mark over a narrow transfer. */
  marked: number;
  /** The last level of a line. */
  level?: { readonly x: number; readonly high: boolean };
}

/** Rows of a lane that fall on one pixel are drawn once: a million of them take no longer than the screen is wide. */
function paintRows(paper: Paper, lanes: readonly Lane[]): void {
  const before = Number.NEGATIVE_INFINITY;
  const drawn = new Map<string, Drawn>(
    lanes.map(({ name }, index) => [
      name,
      { top: RULER + index * LANE + 4, right: before, failedRight: before, marked: before },
    ]),
  );
  const { rows } = store;
  const selected = store.selected.value;
  for (const place of seen()) {
    const what = rows.happening(place);
    const lane = drawn.get(laneOf(what));
    if (lane === undefined) continue;
    if (!isTransfer(what)) {
      paintEdge(paper, { at: rows.at(place), high: what.high }, lane.top, lane.level);
      lane.level = { x: xOf(rows.at(place), paper.width), high: what.high };
      continue;
    }
    const [left, right] = edgesOf(place, paper.width);
    const hasFailed = what.fault !== undefined;
    const isHidden = right <= (hasFailed ? lane.failedRight : lane.right) && rows.n(place) !== selected;
    if (right < LABELS || isHidden) continue;
    lane.right = Math.ceil(right);
    if (hasFailed) lane.failedRight = lane.right;
    paintTransfer(paper, rows.row(place) as TransferRow, left, right, lane);
  }
  for (const { top, level } of drawn.values()) {
    if (level === undefined) continue;
    paper.context.fillStyle = paper.colour('line-wave');
    paper.context.fillRect(level.x, level.high ? top + 4 : top + 32, paper.width - level.x, 1.5);
  }
}

function paintEdge(
  { context, width, colour }: Paper,
  { at, high }: Pick<EdgeRow, 'at' | 'high'>,
  top: number,
  before: Drawn['level'],
): void {
  const x = xOf(at, width);
  context.fillStyle = colour('line-wave');
  const from = before?.x ?? LABELS;
  context.fillRect(from, (before?.high ?? !high) ? top + 4 : top + 32, Math.max(0, x - from), 1.5);
  context.fillRect(x, top + 4, 1.5, 29);
}

function paintTransfer(paper: Paper, row: TransferRow, left: number, right: number, lane: Drawn): void {
  const { context, colour } = paper;
  const { top } = lane;
  const isSelected = row.n === store.selected.value;
  const marks = marksOf(row);
  const tone = row.fault !== undefined ? 'bad' : marks.length > 0 ? 'marked' : 'good';
  context.fillStyle = colour(right - left < 3 ? tone : `${tone}-back`);
  context.fillRect(left, top, right - left, LANE - 8);
  context.fillStyle = colour(tone);
  context.fillRect(left, top, Math.max(1, right - left), 2);
  if (isSelected) {
    context.strokeStyle = colour('accent');
    context.lineWidth = 2;
    context.strokeRect(left - 1, top - 1, right - left + 2, LANE - 6);
  }
  if (right - left > WAVE_PX) paintWave(paper, row, left, right, top);
  else if (right - left > 30) paintWords(paper, row, left, right, top);
  // One over the other nobody could read.
  if (right - left < BADGE && left < lane.marked && !isSelected) return;
  if (marks.length > 0) lane.marked = left + BADGE;
  paintMarks(paper, marks, left, right, top, tone);
}

/** Side of the square that has a mark's letter. */
const BADGE = 13;

/** Letters of what is special in a transfer: beside its wave, at its lower right, or the first of them over a narrow one. */
function paintMarks(
  { context, colour }: Paper,
  marks: readonly Mark[],
  left: number,
  right: number,
  top: number,
  tone: string,
): void {
  const fit = Math.max(1, Math.floor((right - left - 4) / BADGE));
  context.textAlign = 'center';
  for (const [index, mark] of marks.slice(0, fit).entries()) {
    const isBeside = right - left > WAVE_PX;
    const inside = right - (Math.min(fit, marks.length) - index) * BADGE - 1;
    const x = isBeside ? right + 3 + index * BADGE : right - left < BADGE ? left : inside;
    const y = right - left < BADGE ? top - 3 : top + LANE - 8 - BADGE;
    context.fillStyle = colour(tone);
    context.fillRect(x, y, BADGE - 1, BADGE - 1);
    context.fillStyle = colour('back');
    context.fillText(mark, x + BADGE / 2 - 0.5, y + BADGE - 3.5);
  }
}

function paintWords(
  { context, colour }: Paper,
  row: TransferRow,
  left: number,
  right: number,
  top: number,
): void {
  context.save();
  context.beginPath();
  context.rect(left, top, right - left, LANE);
  context.clip();
  context.fillStyle = colour('text');
  context.textAlign = 'left';
  context.fillText(printable(row.target), left + 4, top + 15);
  context.fillText(printable(row.fault ?? row.text), left + 4, top + 29);
  context.restore();
}

function paintWave(paper: Paper, row: TransferRow, left: number, right: number, top: number): void {
  if (row.bus.startsWith('i2c')) {
    paintPieces(
      paper,
      i2cPieces(row),
      left,
      right,
      { top: top + 12, height: 9 },
      { top: top + 26, height: 9 },
    );
    return;
  }
  const { mosi, miso } = spiPieces(row);
  paintPieces(paper, mosi, left, right, undefined, { top: top + 12, height: 8 });
  paintPieces(paper, miso, left, right, undefined, { top: top + 28, height: 8 });
}

/** SCL in each piece, a third of it each. */
const CLOCK: Readonly<Record<Piece['kind'], readonly (0 | 1)[]>> = {
  start: [1, 1, 1],
  stop: [1, 1, 1],
  bit: [0, 1, 0],
  ack: [0, 1, 0],
  held: [0, 0, 0],
};

interface Track {
  readonly top: number;
  readonly height: number;
}

/** Levels of a wire, and its clock above it. */
function paintPieces(
  { context, colour }: Paper,
  pieces: readonly Piece[],
  left: number,
  right: number,
  clock: Track | undefined,
  data: Track,
): void {
  const wide = (right - left) / Math.max(1, pieces.length);
  const yOf = (track: Track, level: number) => track.top + (level === 1 ? 0 : track.height);
  context.lineWidth = 1.2;
  context.strokeStyle = colour('line-wave');
  context.beginPath();
  context.moveTo(left, yOf(data, 1));
  for (const [index, { kind, level }] of pieces.entries()) {
    const x = left + index * wide;
    if (kind === 'start' || kind === 'stop') context.lineTo(x + wide / 2, yOf(data, 1 - level));
    context.lineTo(kind === 'start' || kind === 'stop' ? x + wide / 2 : x, yOf(data, level));
    context.lineTo(x + wide, yOf(data, level));
  }
  context.stroke();
  if (clock !== undefined && wide > 3) {
    context.beginPath();
    for (const [index, { kind }] of pieces.entries()) {
      const x = left + index * wide;
      const levels = CLOCK[kind];
      for (const [step, level] of levels.entries()) {
        context.lineTo(x + (step * wide) / 3, yOf(clock, level));
        context.lineTo(x + ((step + 1) * wide) / 3, yOf(clock, level));
      }
    }
    context.stroke();
  }
  context.textAlign = 'left';
  let free = left;
  for (const [index, { label, isMissing }] of pieces.entries()) {
    const x = left + index * wide;
    if (isMissing) {
      context.fillStyle = colour('bad');
      context.textAlign = 'right';
      context.fillText('NACK', x + wide, (clock ?? data).top - 2);
      context.textAlign = 'left';
    } else if (label !== undefined && label !== '' && wide * 8 > 16 && x >= free) {
      context.fillStyle = colour('text');
      context.fillText(label, x + 1, (clock ?? data).top - 2);
      free = x + context.measureText(label).width;
    }
  }
}

/** Lines at the markers with their names, and how far they are apart. */
function paintMarkers({ context, width, height, colour }: Paper): void {
  const xs = markers.value.map((at) => xOf(at, width));
  context.textAlign = 'center';
  for (const [index, x] of xs.entries()) {
    context.fillStyle = colour('accent');
    context.fillRect(x, 0, 1.5, height);
    context.fillRect(x - 7, 0, 15, 14);
    context.fillStyle = colour('back');
    context.fillText(MARKER_NAMES[index] as string, x + 0.5, 11);
  }
  const [first, second] = xs;
  if (first === undefined || second === undefined) return;
  const [left, right] = [Math.max(LABELS, Math.min(first, second)), Math.min(width, Math.max(first, second))];
  context.globalAlpha = 0.12;
  context.fillStyle = colour('accent');
  context.fillRect(left, RULER, Math.max(0, right - left), height);
  context.globalAlpha = 1;
}
