import { type Signal, useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { colourOf } from '../colours.ts';
import type { Ends } from './curve-points.ts';

const WIDTH = 300;
const HEIGHT = 80;

interface DrawingProps {
  /** From 0 to 1. */
  readonly heights: Signal<readonly number[]>;
  readonly ends: Ends;
  readonly unit: string;
}

/** A curve to draw by the pointer; or by keys: left and right choose a place, up and down move the curve there. */
export function Drawing({ heights, ends, unit }: DrawingProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const at = useSignal(0);
  const last = heights.value.length - 1;
  const valueAt = (place: number) => ends.low + (ends.high - ends.low) * (heights.value[place] as number);
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, heights.value, at.value);
  });
  const put = (place: number, height: number) => {
    const from = Math.min(at.value, place);
    const to = Math.max(at.value, place);
    // A quick pointer leaves nothing out.
    heights.value = heights.value.map((old, i) => (i >= from && i <= to ? clamp(height) : old));
    at.value = place;
  };
  const draw = (event: PointerEvent, isFirst: boolean) => {
    const { width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect();
    const place = Math.round(clamp(event.offsetX / width) * last);
    if (isFirst) at.value = place;
    put(place, 1 - event.offsetY / height);
  };
  const keyed = (event: KeyboardEvent) => {
    const now = heights.value[at.value] as number;
    const keys: Readonly<Record<string, () => void>> = {
      ArrowLeft: () => {
        at.value = Math.max(0, at.value - 1);
      },
      ArrowRight: () => {
        at.value = Math.min(last, at.value + 1);
      },
      ArrowUp: () => put(at.value, now + 0.05),
      ArrowDown: () => put(at.value, now - 0.05),
    };
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  const seconds = (ends.seconds * at.value) / last;
  return (
    <canvas
      class="drawing"
      ref={canvas}
      width={WIDTH}
      height={HEIGHT}
      tabIndex={0}
      role="slider"
      aria-label="Curve to draw: left and right choose a time, up and down change the value there"
      aria-valuemin={ends.low}
      aria-valuemax={ends.high}
      aria-valuenow={valueAt(at.value)}
      aria-valuetext={`at ${seconds.toFixed(1)} s: ${valueAt(at.value).toFixed(2)} ${unit}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        draw(event, true);
      }}
      onPointerMove={(event) => event.buttons === 1 && draw(event, false)}
      onKeyDown={keyed}
    />
  );
}

const clamp = (height: number): number => Math.min(1, Math.max(0, height));

function paint(canvas: HTMLCanvasElement, heights: readonly number[], at: number): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const x = (place: number) => 2 + (place / (heights.length - 1)) * (WIDTH - 4);
  const y = (height: number) => 3 + (1 - height) * (HEIGHT - 6);
  context.clearRect(0, 0, WIDTH, HEIGHT);
  context.strokeStyle = colourOf('line');
  context.strokeRect(x(at), 0, 0, HEIGHT);
  context.strokeStyle = colourOf('accent');
  context.lineWidth = 2;
  context.beginPath();
  for (const [place, height] of heights.entries()) context.lineTo(x(place), y(height));
  context.stroke();
  context.lineWidth = 1;
}
