import type { TracedBus } from '../../../board/index.ts';
import { busName } from '../../../trace/decode.ts';
import { InvalidValue } from '../../terminal/usage-error.ts';
import { BYTE_CHANNELS, CHANNELS } from './protocol.ts';

/** Where BeagleLogic's server listens, on this machine alone. */
const HOST = '127.0.0.1';
const PORT = 5555;

/** Nothing happens for no longer than this in what sigrok sees, in ns. */
export const IDLE_NS = 100_000;

/** Where programs find the samples. */
export interface SigrokPlace {
  readonly host: string;
  /** 0: one that is free. */
  readonly port: number;
}

/** Where and of what samples are given. */
export interface SigrokOptions extends SigrokPlace {
  /** The buses of the board that is expected, where they are known. */
  readonly buses?: readonly TracedBus[] | undefined;
  /** Paths or names (`i2c-1`) of buses, or paths of parts on them: only those buses have channels; undefined: all. */
  readonly only?: readonly string[] | undefined;
}

/** `5555`, `:5555`, `0.0.0.0:5555` or `[::]:5555`; undefined for what is no place, such as a board. */
const PLACE = /^(?:(?:\[([\da-f:.]+)\]|([\w.-]+))?:)?(\d{1,5})$/i;

/** Whether a word is a place, or is meant to be one. */
export function isPlace(word: string): boolean {
  return PLACE.test(word) || /^[^/\\]*:[^/\\]*$/.test(word);
}

/** The place that a word says. @throws {InvalidValue} */
export function placeOf(word: string | undefined): SigrokPlace {
  if (word === undefined) return { host: HOST, port: PORT };
  const [, inBrackets, plain, digits = ''] = PLACE.exec(word) ?? [];
  const port = Number(digits);
  if (digits === '' || port > 0xffff) throw new InvalidValue('--sigrok', 'HOST:PORT or PORT', word);
  return { host: inBrackets ?? plain ?? HOST, port };
}

/** `127.0.0.1:5555`, `[::1]:5555` */
export function placeText({ host, port }: SigrokPlace): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Which of a board's buses have channels; all where none of them is named as this process knows it. */
export function shownOf(
  buses: readonly TracedBus[],
  { only }: Pick<SigrokOptions, 'only'>,
): readonly TracedBus[] {
  const shown = buses.filter((bus) =>
    only?.some((name) => [bus.path, busName(bus)].includes(name) || name.startsWith(`${bus.path}/`)),
  );
  return shown.length === 0 ? buses : shown;
}

/** A name as sigrok-cli takes it, which reads `-` as a range: `i2c1.SCL`. */
export function channelName(name: string): string {
  return name.replace(/^(i2c|spi)-/, '$1').replaceAll(/[^\w.]/g, '_');
}

/** How sigrok-cli looks at all channels, named. */
export function commandOf(
  { host, port }: SigrokPlace,
  channels: readonly { readonly name: string }[],
): string {
  // Where the second byte of a sample is not needed: TCP may part it from the first, which libsigrok does not expect.
  const width = channels.length > BYTE_CHANNELS ? '' : `:logic_channels=${BYTE_CHANNELS}`;
  const names = channels.map(({ name }, place) => `${CHANNELS[place]}=${channelName(name)}`).join(',');
  return `sigrok-cli -d beaglelogic:conn=tcp-raw/${host}/${port}${width} -C ${names} --continuous`;
}
