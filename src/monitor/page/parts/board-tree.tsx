import type { Bus, Channel, Peripheral } from '../../state.ts';
import { board } from '../store.ts';

/** The board as its tree has it: buses with what carries them, parts, channels; and how each is. */
export function Board() {
  const { buses = [] } = board.value ?? {};
  if (buses.length === 0) return null;
  const gone = buses.filter(({ state }) => state === 'lost');
  return (
    <section class="board" aria-label="Board">
      <h2>Board</h2>
      <p role="status" class="bad">
        {gone.length > 0 && `${gone.map(({ name }) => name).join(', ')}: adapter gone`}
      </p>
      <ul class="tree">
        {buses.map((bus) => (
          <BusItem key={bus.path} bus={bus} />
        ))}
      </ul>
    </section>
  );
}

/** What the state of a bus is called; what is open needs no word. */
const BUS_STATES = { closed: 'not opened', opening: 'opening', open: '', lost: 'gone' } as const;

function BusItem({ bus }: { bus: Bus }) {
  const { name, path, host, state, fault, isConnected, peripherals } = bus;
  const isGone = state === 'lost' || host === undefined;
  return (
    <li data-path={path}>
      <span class={`lamp${state === 'open' ? ' on' : isGone ? ' gone' : ''}`} aria-hidden="true" />
      <b>{name}</b> <span class="hint">{host ?? 'no adapter'}</span>{' '}
      <Word text={BUS_STATES[state]} isBad={isGone} />
      <Connected is={isConnected} />
      {fault !== undefined && <p class="bad">{fault}</p>}
      <Parts parts={peripherals} kind={bus.kind} />
    </li>
  );
}

function Parts({ parts, kind }: { parts: readonly Peripheral[]; kind: Bus['kind'] }) {
  if (parts.length === 0) return null;
  return (
    <ul>
      {parts.map((part) => (
        <PartItem key={part.path} part={part} kind={kind} />
      ))}
    </ul>
  );
}

/** What is said of a part that nobody can use. */
const ANSWERS = { model: '', wire: '', nothing: 'no model', refused: 'of another client' } as const;

function PartItem({ part, kind }: { part: Peripheral; kind: Bus['kind'] }) {
  const { path, reg, compatible, model, owner, answeredBy, channels } = part;
  const isSilent = board.value?.silent.includes(path) === true;
  const lamp = isSilent ? ' gone' : ANSWERS[answeredBy] === '' ? ' on' : '';
  return (
    <li data-path={path} title={path}>
      <span class={`lamp${lamp}`} aria-hidden="true" />
      <code>{reg.map((unit) => (kind === 'i2c' ? hexOf(unit) : `cs ${unit}`)).join(' ')}</code>{' '}
      <span class="name">{lastStep(path)}</span>{' '}
      <span class="hint">{model ?? (answeredBy === 'wire' ? 'on the wire' : (compatible[0] ?? ''))}</span>{' '}
      <Word text={ANSWERS[answeredBy]} isBad={false} />
      {isSilent && <Word text="silent" isBad={true} />}
      {owner !== undefined && <span class="word">owner {owner}</span>}
      {channels.length > 0 && (
        <ul>
          {channels.map((channel) => (
            <ChannelItem key={channel.path} channel={channel} />
          ))}
        </ul>
      )}
    </li>
  );
}

function ChannelItem({ channel: { path, number, isConnected, peripherals } }: { channel: Channel }) {
  return (
    <li data-path={path}>
      {number === undefined ? lastStep(path) : `channel ${number}`} <Connected is={isConnected} />
      <Parts parts={peripherals} kind="i2c" />
    </li>
  );
}

function Connected({ is }: { is: boolean | undefined }) {
  if (is === undefined) return null;
  return <span class={is ? 'word good' : 'word'}>{is ? 'connected' : 'not connected'}</span>;
}

function Word({ text, isBad }: { text: string; isBad: boolean }) {
  return text === '' ? null : <span class={isBad ? 'word bad' : 'word'}>{text}</span>;
}

const TEN_BIT = 0x8000_0000;

/** An address: bit 31 is that of ten-bit ones. */
const hexOf = (unit: number): string =>
  unit >= TEN_BIT
    ? `0x${(unit - TEN_BIT).toString(16).padStart(3, '0')}`
    : `0x${unit.toString(16).padStart(2, '0')}`;

const lastStep = (path: string): string => path.slice(path.lastIndexOf('/') + 1) || path;
