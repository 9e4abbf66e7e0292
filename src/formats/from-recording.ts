import { addressOf, isTenBit } from '../bus/index.ts';
import {
  type RecordedBytes,
  type RecordedEntry,
  type RecordedLine,
  type RecordedTransfer,
  type Recording,
  recordedBusName,
} from '../recording/index.ts';
import type { TracedBus, TracedBytes, TracedSegment, TracedTransfer } from '../trace/index.ts';
import type { Captured, CapturedEvent } from './captured.ts';

/** Who asks when a recording says nothing of it. */
const USUAL_CLIENT = 'the board';

/**
 * What a recording says that happened. @throws {RecordingError} it is a pattern (`??`, `repeat`, `any`), and not what happened
 */
export function capturedFrom(recording: Recording): Captured {
  const { head, summary } = recording;
  const buses = tracedBusesOf(recording);
  const { tree, clock } = head;
  return {
    buses,
    board: tree && { ...tree, clock },
    beganMs: head.beganMs,
    events: { [Symbol.iterator]: () => eventsOf(recording, buses) },
    notes: summary.cut === undefined ? [] : [summary.cut],
  };
}

/** The buses that a recording declares, with their parts. */
export function tracedBusesOf({ head }: Recording): readonly TracedBus[] {
  return [...head.buses.values()].map((bus) => ({
    kind: bus.kind,
    number: bus.number,
    path: bus.path,
    parts: head.parts
      .filter((part) => part.bus === recordedBusName(bus))
      .map(({ unit, name, compatible, addressWidth, size }) => ({
        reg: [isTenBit(unit) ? unit : addressOf(unit)],
        ...{ name, compatible, addressWidth, size },
      })),
  }));
}

function* eventsOf(recording: Recording, buses: readonly TracedBus[]): Generator<CapturedEvent> {
  const places = new Map(buses.map((bus, place) => [recordedBusName(bus), place]));
  const { lines, beganMs = 0 } = recording.head;
  let atNs = 0;
  let sequence = 0;
  for (const { entry } of recording.entries()) {
    if (entry.how !== 'once' || entry.group > 0)
      throw recording.error(
        entry.line,
        `a pattern (${entry.group > 0 ? 'any' : entry.how}) is nothing that happened`,
      );
    atNs += entry.afterNs ?? 0;
    sequence++;
    const { what } = entry;
    if (what.kind === 'lost') yield { atNs, what };
    else if (what.kind === 'edge') {
      const line = lines.get(what.name) as RecordedLine;
      const startedMs = beganMs + atNs / 1e6;
      yield { atNs, what: { sequence, startedMs, ...what, controller: line.controller, line: line.line } };
    } else {
      const bus = places.get(what.bus) as number;
      yield {
        atNs,
        what: tracedOf(what, { bus, sequence, atMs: beganMs + atNs / 1e6 }, () => refuse(recording, entry)),
      };
    }
  }
}

function refuse(recording: Recording, { line }: RecordedEntry): never {
  throw recording.error(line, 'a pattern (?? or *) is nothing that happened');
}

/** @param refuse what to do with bytes that are a pattern */
export function tracedOf(
  recorded: RecordedTransfer,
  { bus, sequence, atMs }: { bus: number; sequence: number; atMs: number },
  refuse: (() => never) | undefined,
): TracedTransfer {
  const { segments, fault, nack, wireNs = 0, queuedNs, stretchedNs, attempts, struck, client } = recorded;
  const bytesOf = (bytes: RecordedBytes | undefined): TracedBytes | undefined => {
    if (bytes !== undefined && (bytes.isOpen || bytes.known !== undefined)) refuse?.();
    return bytes && { bytes: bytes.bytes, length: bytes.length };
  };
  return {
    ...{ kind: 'transfer', sequence, bus, attempts, stretchedNs, struck, fault },
    startedMs: atMs - queuedNs / 1e6,
    queuedMs: queuedNs / 1e6,
    wireMs: wireNs / 1e6,
    client: client ?? USUAL_CLIENT,
    ...(nack !== undefined && { nack }),
    segments: segments.map(
      ({ target, tenBit, sent, received }): TracedSegment => ({
        ...{ target, tenBit, sent: bytesOf(sent), received: bytesOf(received) },
      }),
    ),
  };
}
