import type { LineOf } from '../state.ts';
import { ask } from './api.ts';
import { Faults } from './faults.tsx';
import { Board } from './parts/board-tree.tsx';
import { Panel } from './parts/panel.tsx';
import { READ_ONLY, READ_ONLY_TEXT, TouchButton } from './parts/touch-button.tsx';
import { board, mayControl } from './store.ts';

const PRESS_MS = 200;

/** A panel for each simulated part, made from its data sheet, and the lines of GPIO. */
export function Parts() {
  const { parts = [], lines = [], real = [] } = board.value ?? {};
  const isReadOnly = real.length > 0 && !mayControl.value;
  return (
    <section class="parts" aria-label="Parts">
      <Board />
      <h2>Parts</h2>
      {isReadOnly && (
        <p class="hint" id={READ_ONLY}>
          {READ_ONLY_TEXT}
        </p>
      )}
      {board.value !== undefined && parts.length === 0 && <p class="hint">No simulated parts.</p>}
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
