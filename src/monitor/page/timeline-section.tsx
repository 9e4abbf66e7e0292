import { useEffect, useRef } from 'preact/hooks';
import { MARKS } from './marks.ts';
import { attachTimeline } from './timeline.ts';
import { mark, markers, moveBy, timeText, zoomBy } from './view.ts';

const BUTTONS: readonly (readonly [sign: string, name: string, act: () => void])[] = [
  ['+', 'Zoom in (+)', () => zoomBy(0.5)],
  ['−', 'Zoom out (−)', () => zoomBy(2)],
  ['←', 'Earlier (left)', () => moveBy(-0.2)],
  ['→', 'Later (right)', () => moveBy(0.2)],
];

/** Waveforms and lines over time, with what moves about in them and what their marks mean. */
export function Timeline() {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => attachTimeline(canvas.current as HTMLCanvasElement), []);
  const [first, second] = markers.value;
  return (
    <section class="timeline" aria-label="Timeline">
      <p class="tools">
        {BUTTONS.map(([sign, name, act]) => (
          <button key={sign} type="button" aria-label={name} title={name} onClick={act}>
            {sign}
          </button>
        ))}
        <button
          type="button"
          title="Sets a marker in the middle (M); a Shift-click sets one there. Drag it, or Shift and arrows."
          onClick={() => mark()}
        >
          Marker
        </button>
        {first !== undefined && (
          <button
            type="button"
            onClick={() => {
              markers.value = [];
            }}
          >
            Clear
          </button>
        )}
        <output>
          {first !== undefined && second !== undefined && (
            <b>Between the markers: {timeText(Math.abs(second - first))}</b>
          )}
        </output>
      </p>
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label="Buses and lines over time"
        aria-describedby="timeline-keys"
      />
      <ul class="legend" aria-label="Marks">
        {Object.entries(MARKS).map(([sign, name]) => (
          <li key={sign}>
            <b>{sign}</b> {name}
          </li>
        ))}
      </ul>
      <p class="hint" id="timeline-keys">
        Ideal waveforms, made from bytes: not measured. Wheel or + − zooms, drag or arrows move, Shift-click
        or M sets a marker, Shift and arrows move it, Escape clears.
      </p>
    </section>
  );
}
