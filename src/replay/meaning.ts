import { meaningOn, tracedBusesOf, tracedOf } from '../formats/index.ts';
import { type RecordedTransfer, type Recording, recordedBusName, transferText } from '../recording/index.ts';

/** Says a transfer as a line has it, and what it means by the data sheet of its part. */
export type Describe = (transfer: Said) => string;

/** What is said of a transfer. */
export type Said = Pick<RecordedTransfer, 'bus' | 'segments' | 'fault' | 'nack'>;

/** Reads transfers by the parts that a recording names. */
export async function describer(recording: Recording): Promise<Describe> {
  const buses = tracedBusesOf(recording);
  const meaning = await meaningOn(buses);
  const places = new Map(buses.map((bus, place) => [recordedBusName(bus), place]));
  return (said) => {
    const line = transferText(said);
    const bus = places.get(said.bus);
    if (bus === undefined || said.segments.length === 0) return line;
    const result = {
      kind: 'transfer',
      wireNs: 0,
      queuedNs: 0,
      stretchedNs: 0,
      attempts: 1,
      struck: [],
    } as const;
    const traced = tracedOf(
      { ...result, client: undefined, ...said },
      { bus, sequence: 1, atMs: 0 },
      undefined,
    );
    const { part, text } = meaning(traced);
    return part === '' ? line : `${line} (${part}: ${text})`;
  };
}
