import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { Property } from '../../state.ts';
import { ask } from '../api.ts';
import { hex, useLooks } from './part.ts';
import { Typed } from './typed.tsx';

/** Bytes of a page. */
const PAGE = 128;
const ROW = 8;

interface Bytes {
  /** How many there are. */
  readonly size: number;
  readonly base64: string;
}

/** What a memory holds, a page at a time; read while it is shown. Bytes that were another a moment ago are marked. */
export function Memory({ part, property: { name, doc } }: { part: string; property: Property }) {
  const isOpen = useSignal(false);
  const from = useSignal(0);
  const found = useSignal<Bytes & { at: number }>({ size: 0, base64: '', at: -1 });
  const before = useRef<{ from: number; bytes: Uint8Array } | undefined>(undefined);
  const bytes = bytesOf(found.value);
  const look = () => {
    if (!isOpen.peek()) return;
    const at = from.peek();
    ask<Bytes>({ call: 'bytes', part, property: name, from: at, length: PAGE }).then(
      (answer) => {
        if (at !== from.peek()) return;
        const last = found.peek();
        if (last.at === at && answer.base64 !== last.base64)
          before.current = { from: at, bytes: bytesOf(last) };
        found.value = { ...answer, at };
      },
      () => {},
    );
  };
  useLooks(look, part, name);
  const go = (to: number) => {
    from.value = Math.max(0, Math.min(to, Math.max(0, found.value.size - 1))) & ~(PAGE - 1);
    before.current = undefined;
    look();
  };
  const old = before.current?.from === from.value ? before.current.bytes : undefined;
  const { size } = found.value;
  return (
    <details
      class="memory"
      onToggle={(event) => {
        isOpen.value = event.currentTarget.open;
        look();
      }}
    >
      <summary title={doc}>
        {name}
        {size > 0 && <span class="hint">, {size} bytes</span>}
      </summary>
      {isOpen.value && size > PAGE && <Turn name={name} from={from.value} size={size} go={go} />}
      {isOpen.value && (
        <pre tabIndex={0}>
          {Array.from({ length: Math.ceil(bytes.length / ROW) }, (_, row) => (
            <Line key={row} at={from.value} row={row} bytes={bytes} old={old} />
          ))}
        </pre>
      )}
    </details>
  );
}

const bytesOf = ({ base64 }: Bytes): Uint8Array =>
  Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));

interface LineProps {
  readonly at: number;
  readonly row: number;
  readonly bytes: Uint8Array;
  readonly old: Uint8Array | undefined;
}

function Line({ at, row, bytes, old }: LineProps) {
  const some = [...bytes.subarray(row * ROW, (row + 1) * ROW)];
  const isNew = (index: number) => old !== undefined && old[row * ROW + index] !== some[index];
  const text = some.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
  return (
    <>
      <span class="faint">{hex(at + row * ROW, 4)} </span>
      {some.map((byte, index) => (
        <> {isNew(index) ? <mark>{hex(byte, 2)}</mark> : hex(byte, 2)}</>
      ))}
      {`${'   '.repeat(ROW - some.length)}  ${text}\n`}
    </>
  );
}

interface TurnProps {
  readonly name: string;
  readonly from: number;
  readonly size: number;
  readonly go: (to: number) => void;
}

function Turn({ name, from, size, go }: TurnProps) {
  return (
    <p class="turn">
      <button
        type="button"
        aria-label={`Back in ${name}`}
        disabled={from === 0}
        onClick={() => go(from - PAGE)}
      >
        ◀
      </button>
      <Typed
        type="text"
        label={`Address in ${name}, hexadecimal`}
        shown={`0x${hex(from, 4)}`}
        take={(text) => go(Number.parseInt(text, 16) || 0)}
      />
      <button
        type="button"
        aria-label={`On in ${name}`}
        disabled={from + PAGE >= size}
        onClick={() => go(from + PAGE)}
      >
        ▶
      </button>
    </p>
  );
}
