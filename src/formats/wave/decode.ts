import { type Captured, FoundEvents, foundTransfer } from '../captured.ts';
import { type Channels, channelsOf, type SpiChannels } from './channels.ts';
import { I2cDecoder } from './decode-i2c.ts';
import { SpiDecoder, type SpiLevels } from './decode-spi.ts';
import { type Wave, WaveError } from './samples.ts';

/** How waves are read. */
export interface WaveOptions {
  /** `SCL=D0`: which channel is what, where its name does not say so. */
  readonly channels: readonly string[];
  /** 0 to 3. */
  readonly spiMode: number;
}

/** Most moments at which levels change: some ten seconds' work. */
const CHANGES_MAX = 2 ** 26;
/** Most levels that are looked at: changes, each with all channels. */
const LEVELS_MAX = 2 ** 31;

/** How many changes of levels are looked at, by how many channels there are. */
export function changesMax(channels: number): number {
  return Math.min(CHANGES_MAX, Math.floor(LEVELS_MAX / Math.max(1, channels)));
}

type Step = (atNs: number, levels: readonly boolean[]) => void;

/**
 * The transfers that waves carry, and the edges of lines that belong to no bus.
 * @param most moments at which levels change
 * @throws {WaveError}
 */
export function decodeWave(
  wave: Wave,
  { channels: given, spiMode }: WaveOptions,
  most = changesMax(wave.names.length),
): Captured {
  const channels = channelsOf(wave.names, given);
  const events = new FoundEvents();
  const found = ({ atNs, transfer }: { atNs: number; transfer: Parameters<typeof foundTransfer>[0] }) => {
    events.add(foundTransfer(transfer, atNs));
  };
  const decoders: (I2cDecoder | SpiDecoder)[] = [];
  const steps: Step[] = channels.wires.flatMap((wires, bus) => {
    if (wires.kind === 'spi')
      return wires.selects.map(([chipSelect, lane]) => {
        const levelsOf = spiLevels(wires, lane);
        const decoder = new SpiDecoder({ bus, chipSelect, mode: spiMode }, found, levelsOf(wave.idle));
        decoders.push(decoder);
        return ((atNs, levels) => decoder.step(atNs, levelsOf(levels))) as Step;
      });
    const { scl, sda } = wires;
    const decoder = new I2cDecoder(bus, found, { scl: wave.idle[scl] ?? true, sda: wave.idle[sda] ?? true });
    decoders.push(decoder);
    return [(atNs, levels) => decoder.step(atNs, levels[scl] ?? true, levels[sda] ?? true)] as Step[];
  });
  steps.push(lineWatcher(wave, channels, events));
  let left = most;
  for (const { atNs, levels } of wave.steps) {
    if (left-- === 0)
      throw new WaveError(`more than ${most} changes of levels; cut the trace into parts and convert each`);
    for (const step of steps) step(atNs, levels);
  }
  const broken = decoders.reduce((sum, decoder) => sum + decoder.broken, 0);
  return {
    ...{ buses: channels.buses, board: undefined, beganMs: undefined },
    events: events.inOrder(),
    notes:
      broken === 0 ? [] : [`${broken} times a transfer ended within a byte; those bits were passed over`],
  };
}

function spiLevels({ sck, mosi, miso }: SpiChannels, cs: number) {
  return (levels: readonly boolean[]): SpiLevels => ({
    cs: levels[cs] ?? true,
    sck: levels[sck] ?? false,
    mosi: mosi === undefined ? undefined : levels[mosi],
    miso: miso === undefined ? undefined : levels[miso],
  });
}

/** Where nobody knows the controller of a line. */
const NO_CONTROLLER = '/imported';

function lineWatcher({ names, idle }: Wave, { lines }: Channels, events: FoundEvents): Step {
  const levels = lines.map((lane) => idle[lane] ?? false);
  return (atNs, now) => {
    lines.forEach((lane, place) => {
      const high = now[lane] ?? false;
      if (levels[place] === high) return;
      levels[place] = high;
      const common = { kind: 'edge', sequence: 0, startedMs: atNs / 1e6, controller: NO_CONTROLLER } as const;
      events.add({ atNs, what: { ...common, line: lane, name: names[lane] ?? '', high } });
    });
  };
}
