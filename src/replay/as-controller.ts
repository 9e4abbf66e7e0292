import {
  BusFault,
  I2C_M,
  type I2cAdapter,
  type I2cMessage,
  type SpiAdapter,
  type SpiTransfer,
} from '../bus/index.ts';
import {
  type RecordedBus,
  type RecordedSegment,
  type RecordedTransfer,
  type Recording,
  recordedBusName,
} from '../recording/index.ts';
import { fits } from './match.ts';
import { describer } from './meaning.ts';

/** What carries the buses of a recording. */
export interface PlayedBuses {
  i2c(number: number): I2cAdapter | undefined;
  /** With the mode bits of the part at a chip select. */
  spi(
    number: number,
    chipSelect: number,
  ): { readonly adapter: SpiAdapter; readonly mode: number } | undefined;
}

/** What came of a recording that was sent. */
export interface Played {
  /** Transfers that were carried out. */
  readonly sent: number;
  /** `boot.bus:12: expected …, got …` */
  readonly differences: readonly string[];
}

/**
 * Sends what a recording has, one transfer after the other, and compares the answers: a golden master of parts and adapters.
 * Of `repeat` and `optional` the answers are not compared; edges are passed over.
 * @throws {RecordingError} a bus that is not there, bytes that are to be sent and are not known
 */
export async function playAsController(recording: Recording, buses: PlayedBuses): Promise<Played> {
  const describe = await describer(recording);
  const differences: string[] = [];
  let sent = 0;
  for (const { entry } of recording.entries()) {
    const { what, line, how } = entry;
    if (what.kind !== 'transfer') continue;
    const bus = recording.head.buses.get(what.bus) as RecordedBus;
    const got = await carryOut(recording, line, what, bus, buses);
    sent++;
    if (how !== 'once' || isAsRecorded(what, got)) continue;
    differences.push(`${recording.file}:${line}: expected ${describe(what)}; got ${describe(got)}`);
  }
  return { sent, differences };
}

async function carryOut(
  recording: Recording,
  line: number,
  transfer: RecordedTransfer,
  bus: RecordedBus,
  buses: PlayedBuses,
): Promise<RecordedTransfer> {
  const missing = () => recording.error(line, `not found: bus ${recordedBusName(bus)} on this board`);
  const { segments } = transfer;
  for (const { sent } of segments)
    if (sent !== undefined && (sent.bytes.length < sent.length || sent.isOpen || sent.known !== undefined))
      throw recording.error(line, 'bytes that are to be sent are not known (masked, cut, or a pattern)');
  let fault: BusFault | undefined;
  let received: readonly (Uint8Array | undefined)[];
  if (bus.kind === 'i2c') {
    const adapter = buses.i2c(bus.number);
    if (adapter === undefined) throw missing();
    const messages = segments.map(messageOf);
    fault = await faultOf(() => adapter.transfer(messages));
    received = messages.map(({ flags, buf }) => ((flags & I2C_M.RD) === 0 ? undefined : buf));
  } else {
    const chipSelect = segments[0]?.target ?? 0;
    const found = buses.spi(bus.number, chipSelect);
    if (found === undefined) throw missing();
    const transfers = segments.map(spiTransferOf);
    fault = await faultOf(() => found.adapter.transfer(chipSelect, found.mode, transfers));
    received = transfers.map(({ rx }) => rx);
  }
  return {
    ...transfer,
    fault: fault?.code,
    nack: fault?.nack,
    segments: segments.map((segment, i) => {
      const bytes = received[i];
      if (bytes === undefined) return segment;
      const isLost = fault !== undefined;
      return { ...segment, received: { bytes: isLost ? new Uint8Array(0) : bytes, length: bytes.length } };
    }),
  };
}

async function faultOf(work: () => Promise<void>): Promise<BusFault | undefined> {
  try {
    await work();
    return undefined;
  } catch (thrown) {
    return BusFault.from(thrown);
  }
}

function messageOf({ target, tenBit, sent, received }: RecordedSegment): I2cMessage {
  const flags = (sent === undefined ? I2C_M.RD : 0) | (tenBit ? I2C_M.TEN : 0);
  return {
    addr: target,
    flags,
    buf: sent === undefined ? new Uint8Array(received?.length ?? 0) : sent.bytes,
  };
}

function spiTransferOf({ sent, received }: RecordedSegment): SpiTransfer {
  return {
    ...{ tx: sent?.bytes, rx: received && new Uint8Array(received.length) },
    ...{ speedHz: 0, bitsPerWord: 0, csChange: false, txNbits: 0, rxNbits: 0 },
    ...{ wordDelayNs: 0, csSetupNs: 0, csHoldNs: 0, csInactiveNs: 0 },
  };
}

/** The same errno at the same place, and the same bytes as far as the recording knows them. */
function isAsRecorded(wanted: RecordedTransfer, got: RecordedTransfer): boolean {
  if (wanted.fault !== got.fault) return false;
  if (wanted.fault !== undefined)
    return (
      wanted.nack === undefined ||
      got.nack === undefined ||
      (wanted.nack.message === got.nack.message && wanted.nack.byte === got.nack.byte)
    );
  return wanted.segments.every(({ received }, i) => {
    const bytes = got.segments[i]?.received?.bytes;
    return received === undefined || bytes === undefined || fits(bytes, received);
  });
}
