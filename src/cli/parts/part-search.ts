import { didYouMean } from '../../input/index.ts';
import { type PartListing, withoutVendor } from './part-listing.ts';

/** What people call things, and the words of our titles that mean it. */
const CALLED: Readonly<Record<string, readonly string[]>> = {
  adc: ['converter,'],
  altimeter: ['pressure'],
  altitude: ['pressure'],
  barometer: ['pressure'],
  battery: ['power monitor'],
  button: ['gpio expander'],
  buttons: ['gpio expander'],
  compass: ['magnetometer'],
  dht: ['humidity'],
  gyro: ['gyroscope'],
  hygrometer: ['humidity'],
  imu: ['gyroscope'],
  'io-expander': ['gpio expander'],
  keypad: ['gpio expander'],
  lcd: ['character display'],
  led: ['led', 'pwm'],
  lidar: ['distance'],
  lux: ['light'],
  memory: ['eeprom', 'flash'],
  motion: ['accelerometer', 'gyroscope'],
  mux: ['multiplexer', 'i2c switch'],
  oled: ['ssd13'],
  power: ['power monitor'],
  relay: ['gpio expander'],
  rtc: ['clock'],
  screen: ['display'],
  servo: ['pwm'],
  thermometer: ['temperature'],
  tof: ['distance'],
  voc: ['gas'],
  voltage: ['power monitor', 'converter,'],
  voltmeter: ['power monitor', 'converter,'],
};
/** What people call things in several words, and the one of the above, or of a title, that means it. */
const PHRASES: readonly (readonly [phrase: RegExp, word: string])[] = [
  [/real[- ]?time clock/g, 'rtc'],
  [/analog(ue)?[- ]to[- ]digital( converter)?/g, 'adc'],
  [/digital[- ]to[- ]analog(ue)?( converter)?/g, 'dac'],
  [/(i\/o|io|port)[- ]expander/g, 'io-expander'],
  [/time[- ]of[- ]flight/g, 'tof'],
  [/\b[69][- ]?(axis|dof)\b/g, 'imu'],
  // A size in two words.
  [/(\d+) ([km](?:bit|b|ib)?)\b/g, '$1$2'],
];
/** Words that say nothing of which part is meant. */
const FILLERS: readonly string[] = [
  ...['sensor', 'chip', 'module', 'part', 'driver', 'controller', 'breakout', 'board', 'ic'],
  ...['a', 'an', 'the', 'i2c', 'spi'],
];

/**
 * Parts that `text` means: by a compatible, with or without its vendor; else those that fit all of its words: words of
 * name, title and properties, what people call such parts (`oled`, `rtc`), a size in bits or bytes (`32k`).
 */
export function findParts(parts: readonly PartListing[], text: string): PartListing[] {
  const wanted = PHRASES.reduce(
    (words, [phrase, word]) => words.replace(phrase, word),
    text.trim().toLowerCase(),
  );
  const exact = parts.filter(({ compatible }) =>
    compatible.some((name) => name === wanted || withoutVendor(name) === wanted),
  );
  if (exact.length > 0) return exact;
  const whole = parts.filter((part) => fits(part, wanted));
  if (whole.length > 0 || wanted === '') return whole;
  const words = wanted.split(/\s+/);
  const telling = words.filter((word) => !FILLERS.includes(word));
  return parts.filter((part) => telling.length > 0 && telling.every((word) => fits(part, word)));
}

/** The nearest word that finds something; undefined where none is near. */
export function nearestPart(parts: readonly PartListing[], text: string): string | undefined {
  const known = parts.flatMap(({ name, compatible, title }) => [
    name,
    ...compatible,
    ...title.toLowerCase().split(/[^a-z0-9-]+/),
  ]);
  return didYouMean(text.toLowerCase(), new Set([...known, ...Object.keys(CALLED)]));
}

function fits(part: PartListing, word: string): boolean {
  const size = sizeOf(word);
  if (size !== undefined) return size.includes(bytesOf(part) ?? 0);
  const called = Object.hasOwn(CALLED, word) ? (CALLED[word] as readonly string[]) : [word];
  const texts = [part.title, ...part.compatible, ...part.properties.map(({ name }) => name)];
  return called.some((each) => texts.some((text) => text.toLowerCase().includes(each)));
}

/** `32k` in bytes: as makers count EEPROMs, in bits, and as their users do; undefined for what is not a size. */
function sizeOf(word: string): number[] | undefined {
  const [, digits, unit, bits] = /^(\d+)(k|m)(bit|b|ib)?$/.exec(word) ?? [];
  if (digits === undefined) return undefined;
  const count = Number(digits) * (unit === 'k' ? 1 << 10 : 1 << 20);
  return bits === 'bit' ? [count / 8] : bits === undefined ? [count, count / 8] : [count];
}

function bytesOf({ title, sheet }: PartListing): number | undefined {
  const [, bytes] = /(\d+) bytes/.exec(title) ?? [];
  return bytes === undefined ? sheet?.memory?.size : Number(bytes);
}
