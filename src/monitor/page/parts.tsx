import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { ask } from './api.ts';
import { Faults } from './faults.tsx';
import { mayControl, trouble } from './store.ts';
import { READ_ONLY, READ_ONLY_TEXT, TouchButton } from './touch-button.tsx';

/** How often the values of a panel are read, in ms. */
const LOOK_MS = 500;
const PRESS_MS = 200;
/** What a PNG begins with, in base64: the picture is shown already. */
const PNG = 'iVBORw0KGgo';
/** Bytes of a memory that are shown. */
const HEX_BYTES = 256;

interface Property {
  readonly name: string;
  readonly kind: 'number' | 'integer' | 'flag' | 'text' | 'bytes';
  readonly unit?: string;
  readonly range?: readonly [number, number];
  readonly readOnly?: boolean;
  readonly doc: string;
}

type Value = number | boolean | string | { readonly base64: string };

interface Part {
  readonly path: string;
  readonly title: string;
  readonly properties: readonly Property[];
}

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

function Panel({ part }: { part: Part }) {
  const isOpen = useSignal(true);
  const values = useSignal<Readonly<Record<string, Value>>>({});
  const failure = useSignal('');
  useEffect(() => {
    const look = () => {
      if (!isOpen.value || document.hidden || trouble.value !== undefined) return;
      ask<{ values: Readonly<Record<string, Value>> }>({ call: 'get', part: part.path }).then(
        (found) => {
          values.value = found.values;
        },
        () => {},
      );
    };
    look();
    const timer = setInterval(look, LOOK_MS);
    return () => clearInterval(timer);
  }, [part.path, isOpen, values]);
  const set = (name: string, value: Value) => {
    values.value = { ...values.value, [name]: value };
    ask({ call: 'set', part: part.path, values: { [name]: value } }).then(
      () => {
        failure.value = '';
      },
      (thrown: Error) => {
        failure.value = thrown.message;
      },
    );
  };
  const toggled = (event: Event) => {
    isOpen.value = (event.currentTarget as HTMLDetailsElement).open;
  };
  return (
    <details open onToggle={toggled} data-part={part.path}>
      <summary>
        <b>{part.path.slice(part.path.lastIndexOf('/') + 1)}</b> <span class="hint">{part.title}</span>
      </summary>
      {failure.value && (
        <p class="bad" role="alert">
          {failure.value}
        </p>
      )}
      {part.properties.map((property) => (
        <Input key={property.name} property={property} value={values.value[property.name]} set={set} />
      ))}
    </details>
  );
}

interface InputProps {
  readonly property: Property;
  readonly value: Value | undefined;
  readonly set: (name: string, value: Value) => void;
}

function Input({ property, value, set }: InputProps) {
  const { name, kind, doc, unit = '', readOnly = false } = property;
  if (value === undefined) return null;
  if (typeof value === 'object' && value.base64.startsWith(PNG)) return null;
  if (typeof value === 'object') return <Memory name={name} base64={value.base64} />;
  if (typeof value === 'string' && value.includes('\n')) return <Picture name={name} text={value} />;
  if (typeof value === 'boolean')
    return (
      <label title={doc}>
        <span>{name}</span>
        <input
          type="checkbox"
          checked={value}
          disabled={readOnly}
          onChange={(event) => set(name, event.currentTarget.checked)}
        />
      </label>
    );
  if (readOnly)
    return (
      <p title={doc}>
        <span>{name}</span>{' '}
        <output>
          {value} {unit}
        </output>
      </p>
    );
  if (kind === 'text')
    return (
      <label title={doc}>
        <span>{name}</span>
        <input type="text" value={value} onChange={(event) => set(name, event.currentTarget.value)} />
      </label>
    );
  return <NumberInput property={property} value={Number(value)} set={set} />;
}

function NumberInput({
  property,
  value,
  set,
}: {
  property: Property;
  value: number;
  set: InputProps['set'];
}) {
  const { name, kind, doc, unit = '', range } = property;
  const isEdited = useRef(false);
  const change = (event: { currentTarget: HTMLInputElement }) => {
    if (event.currentTarget.value !== '') set(name, Number(event.currentTarget.value));
  };
  const [least, most] = range ?? [undefined, undefined];
  const step =
    kind === 'integer' ? 1 : least === undefined || most === undefined ? 'any' : niceStep(most - least);
  return (
    <label title={doc}>
      <span>{name}</span>
      {least !== undefined && most !== undefined && (
        <input
          type="range"
          aria-label={name}
          min={least}
          max={most}
          step={step}
          value={value}
          onInput={change}
        />
      )}
      <input
        type="number"
        min={least}
        max={most}
        step="any"
        value={isEdited.current ? undefined : value}
        onFocus={() => {
          isEdited.current = true;
        }}
        onBlur={() => {
          isEdited.current = false;
        }}
        onChange={change}
      />
      <span class="unit">{unit}</span>
    </label>
  );
}

/** About a thousand steps from one end to the other. */
function niceStep(span: number): number {
  return 10 ** Math.floor(Math.log10(span / 500));
}

function Memory({ name, base64 }: { name: string; base64: string }) {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const lines = Array.from({ length: Math.min(bytes.length, HEX_BYTES) / 16 }, (_, row) => {
    const some = [...bytes.subarray(row * 16, row * 16 + 16)];
    const hex = some.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = some.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    return `${(row * 16).toString(16).padStart(4, '0')}  ${hex}  ${text}`;
  });
  return (
    <figure>
      <figcaption>
        {name}, {bytes.length} bytes
      </figcaption>
      <pre tabIndex={0}>{lines.join('\n')}</pre>
    </figure>
  );
}

/** What a display shows: half blocks are dots, and anything else is text. */
function Picture({ name, text }: { name: string; text: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const isDots = /^[ ▀▄█\n]*$/.test(text);
  useEffect(() => {
    if (canvas.current !== null) paintDots(canvas.current, text);
  }, [text]);
  if (!isDots) return <pre class="screen">{text}</pre>;
  return <canvas class="dots" ref={canvas} role="img" aria-label={name} />;
}

function paintDots(canvas: HTMLCanvasElement, text: string): void {
  const lines = text.replace(/\n$/, '').split('\n');
  const width = Math.max(1, ...lines.map((line) => line.length));
  canvas.width = width;
  canvas.height = lines.length * 2;
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(width, lines.length * 2);
  const light = (x: number, y: number, isLit: boolean) =>
    image.data.set(isLit ? [140, 220, 255, 255] : [8, 14, 24, 255], 4 * (y * width + x));
  for (const [row, line] of lines.entries())
    for (let x = 0; x < width; x++) {
      const dots = ' ▀▄█'.indexOf(line[x] ?? ' ');
      light(x, 2 * row, (dots & 1) !== 0);
      light(x, 2 * row + 1, (dots & 2) !== 0);
    }
  context.putImageData(image, 0, 0);
}
