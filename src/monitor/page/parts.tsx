import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ask } from './api.ts';
import { Faults } from './faults.tsx';
import { Panel } from './parts/panel.tsx';
import type { Part } from './parts/part.ts';
import { mayControl } from './store.ts';
import { READ_ONLY, READ_ONLY_TEXT, TouchButton } from './touch-button.tsx';

/** How often the values of a panel are read, in ms. */
const LOOK_MS = 500;
const PRESS_MS = 200;
interface LineOf {
  readonly path: string;
  readonly line: number;
  readonly name: string;
  readonly direction: string;
  readonly high: boolean;
  readonly drivers: readonly string[];
}

interface Description {
  readonly parts: readonly Part[];
  readonly lines: readonly LineOf[];
  /** Paths of what is on real hardware. */
  readonly real: readonly string[];
}

/** A panel for each simulated part, made from its data sheet, and the lines of GPIO. */
export function Parts() {
  const description = useSignal<Description>({ parts: [], lines: [], real: [] });
  const failure = useSignal('');
  useEffect(() => {
    const look = () =>
      ask<Description>({ call: 'describe' }).then(
        (found) => {
          description.value = found;
          failure.value = '';
        },
        (thrown: Error) => {
          failure.value = thrown.message;
        },
      );
    void look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [description, failure]);
  const { parts, lines, real } = description.value;
  const isReadOnly = real.length > 0 && !mayControl.value;
  return (
    <section class="parts" aria-label="Parts">
      <h2>Parts</h2>
      {failure.value && <p class="bad">{failure.value}</p>}
      {isReadOnly && (
        <p class="hint" id={READ_ONLY}>
          {READ_ONLY_TEXT}
        </p>
      )}
      {parts.length === 0 && <p class="hint">No simulated parts.</p>}
      {parts.map((part) => (
        <Panel key={part.path} part={part} />
      ))}
      {lines.length > 0 && <h2>Lines</h2>}
      <ul class="lines">
        {lines.map((line) => (
          <LineItem key={`${line.path} ${line.line}`} line={line} isReal={real.includes(line.path)} />
        ))}
      </ul>
      <Faults isReadOnly={isReadOnly} />
    </section>
  );
}

function LineItem({ line, isReal }: { line: LineOf; isReal: boolean }) {
  const name = line.name || `${line.path} ${line.line}`;
  const press = () =>
    void ask({ call: 'press', target: line.path, line: String(line.line), ms: PRESS_MS }).catch(() => {});
  return (
    <li>
      <span class={`lamp${line.high ? ' on' : ''}`} aria-hidden="true" />
      <span class="name">{name}</span>
      <span class="hint">
        {line.direction}, {line.high ? 'high' : 'low'}
        {line.drivers.length > 0 && ` by ${line.drivers.join(', ')}`}
      </span>
      {line.direction === 'in' && (
        <TouchButton isReal={isReal} label={`Press ${name}`} text="Press" act={press} />
      )}
    </li>
  );
}
