import type { Part } from '../model.ts';
import { word } from './packets.ts';
import { type Finger, type Screen, screenPart } from './screens.ts';

const LINUX = (file: string) => `Linux drivers/input/touchscreen/${file}: commands and reports`;
const high = (value: number) => [value >> 8, value & 0xff];
const sumOf = (bytes: readonly number[]) => bytes.reduce((sum, byte) => sum + byte, 0);
/** So that all bytes together are a multiple of 256. */
const withSum = (bytes: readonly number[]) => [...bytes, -sumOf(bytes) & 0xff];
/** x and y of 12 bits: the higher bits of both, then the lower ones of each. */
const packed = ({ x, y }: Finger) => [((x >> 8) << 4) | (y >> 8), x & 0xff, y & 0xff];
/** The higher bits of each, then the lower ones of both. */
const packedLow = ({ x, y }: Finger) => [x >> 4, y >> 4, ((x & 0x0f) << 4) | (y & 0x0f)];
const zeros = (count: number) => new Array<number>(count).fill(0);

const [FIRST_EVENT, ALL_EVENTS] = [0x60, 0x61];
/** The state of a finger in its event: none, pressed, moved, released. */
const STATE = { none: 0, down: 1, move: 2, up: 3 } as const;

const s6sy761: Screen = {
  names: 'samsung,s6sy761',
  title: 'S6SY761 touch screen',
  source: LINUX('s6sy761.c'),
  at: 0x48,
  answer([command], finger, { sincePowerOn }) {
    switch (command) {
      case FIRST_EVENT:
        // After power-on the first event tells that it has started.
        if (sincePowerOn === 0) return [0x02 << 2, 0x00];
        if (finger.event === 'none') return [];
        return [
          (STATE[finger.event] << 6) | (1 << 2),
          ...packedLow(finger),
          10,
          8,
          finger.pressure & 0x3f,
          0,
        ];
      case 0x21: // The firmware is whole.
        return [0x80];
      case 0x23: // Panel: x and y, then at 8 its channels.
        return [...high(4095), ...high(4095), 0, 0, 0, 0, 18, 32, 0];
      case 0x52:
        return [0x00, ...high(0x6761)];
      case 0x55: // Not in the boot loader.
        return [0x20];
      default:
        return [];
    }
  },
  takes: ([command]) => command === FIRST_EVENT || command === ALL_EVENTS,
  clears: ([command]) => command === 0x62,
};

/** Registers of 16 bits, the low byte of the number first. */
const [ZINITIX_STATUS, ZINITIX_CLEAR] = [0x0080, 0x0003];
const numberOf = ([low = 0, upper = 0]: readonly number[]) => low | (upper << 8);
/** Bits of a finger: it is there, came, moved, went; bits of the whole: the same, and how many changed. */
const ZINITIX_FINGER = { none: 0x01, down: 0x03, move: 0x05, up: 0x08 } as const;
const ZINITIX_STATE = { none: 0, down: 0x803, move: 0x804, up: 0x009 } as const;

const zinitix = (names: string, title: string, revision: number): Screen => ({
  names,
  title: `${title} touch screen`,
  source: LINUX('zinitix.c'),
  at: 0x20,
  notModelled: ['settings are taken, and not read back'],
  answer(command, finger) {
    switch (numberOf(command)) {
      case ZINITIX_STATUS:
        return [
          ...word(ZINITIX_STATE[finger.event]),
          finger.touching || finger.event === 'up' ? 1 : 0,
          0,
          ...word(finger.x),
          ...word(finger.y),
          finger.pressure,
          finger.event === 'none' && !finger.touching ? 0 : ZINITIX_FINGER[finger.event],
          0,
          0,
        ];
      case 0x0011:
        return word(revision);
      case 0x0012:
      case 0x0013:
        return word(1);
      default:
        return [];
    }
  },
  takes: () => false,
  clears: (command) => numberOf(command) === ZINITIX_CLEAR,
});

const ILI_TOUCH = 0x10;
const ili = (name: string, screen: Pick<Screen, 'answer'> & Partial<Screen>): Screen => ({
  names: `ilitek,${name}`,
  title: `${name.toUpperCase()} touch screen`,
  source: LINUX('ili210x.c'),
  at: 0x41,
  takes: ([command]) => command === ILI_TOUCH,
  ...screen,
});
/** Five bytes a finger: bit 15 of x says that it touches. */
const iliFinger = ({ touching, x, y, pressure }: Finger) =>
  touching ? [...high(x | 0x8000), ...high(y), pressure] : [0xff & 0x7f, 0xff, 0xff, 0xff, 0];

const ILI: readonly Screen[] = [
  ili('ili210x', {
    answer: ([command], { touching, x, y }) =>
      command === ILI_TOUCH ? [touching ? 1 : 0, ...high(x), ...high(y)] : [],
  }),
  ili('ili2117', {
    // It is read without a command: ten fingers of four bytes, FFh where there is none, and a sum.
    answer: (_command, finger) =>
      withSum([
        0x5a,
        ...(finger.touching ? [...packed(finger), finger.pressure] : zeros(4).map(() => 0xff)),
        ...zeros(36).map(() => 0xff),
        0,
      ]),
    takes: () => true,
  }),
  ili('ili2120', {
    answer: ([command], finger) => (command === ILI_TOUCH ? [0, 0, 0, ...iliFinger(finger)] : []),
  }),
  ili('ili251x', {
    answer([command], finger) {
      switch (command) {
        case ILI_TOUCH:
          return [finger.touching ? 1 : 0, ...iliFinger(finger)];
        case 0x20: // Panel: x and y.
          return [...word(4096), ...word(4096), 0, 0, 0, 0, 0, 0];
        case 0x40:
          return [6, 0, 0, 0, 0, 0, 0, 0];
        case 0x42: // Protocol
          return [6, 0];
        case 0x61: // "2510" in its kernel's version
          return [0x10, 0x25, 0, 0, 0];
        case 0xc0: // The application runs.
          return [0x5a, 0];
        default:
          return [];
      }
    },
  }),
];

/** Registers and values of 32 bits. */
const wide = (value: number) => [
  (value >>> 24) & 0xff,
  (value >>> 16) & 0xff,
  (value >>> 8) & 0xff,
  value & 0xff,
];
const register = (command: readonly number[]) =>
  command.length < 4 ? -1 : command.reduce((value, byte) => value * 0x100 + byte, 0);
const AREA = 4;
const place = ({ x, y }: Finger) => wide(((AREA << 24) | (x << 12) | y) >>> 0);
const C_MESSAGE = 0xb00b_0104;
const C_PLACE = 0xb00b_0108;

const imagis = (
  names: string,
  chip: readonly [at: number, value: number],
  message: number,
  coordinates: number,
): Screen => ({
  names: names
    .split(' ')
    .map((name) => `imagis,${name}`)
    .join(' '),
  title: `${names.toUpperCase()} touch screen`,
  source: LINUX('imagis.c'),
  at: 0x50,
  answer(command, finger, { sinceTouch }) {
    const at = register(command);
    if (at === chip[0]) return wide(chip[1]);
    // Of those with one register for both the message comes first.
    if (at === message && (message !== coordinates || sinceTouch === 0))
      return wide(finger.event === 'none' ? 0 : (1 << 12) | (finger.touching ? 1 : 0));
    return at === coordinates ? place(finger) : [];
  },
  takes: (command, { sinceTouch }) =>
    register(command) === coordinates && (message !== coordinates || sinceTouch > 0),
});

const mip4: Screen = {
  names: 'melfas,mip4_ts',
  title: 'MIP4 touch screen',
  source: LINUX('melfas_mip4.c'),
  at: 0x48,
  answer([first, second], finger) {
    switch (((first ?? 0) << 8) | (second ?? 0)) {
      case 0x0100:
        return [...'MIP4'].map((letter) => letter.charCodeAt(0));
      case 0x0110: // x, y, channels, keys, pressures, size in mm, points per mm
        return [...word(4095), ...word(4095), 18, 32, 0, 0, 0, 0, 0, 0, 0, 0];
      case 0x0171:
        return [...'MMS4'].map((letter) => letter.charCodeAt(0));
      case 0x0120:
        return [1, 0, 1, 0, 1, 0, 1, 0];
      case 0x0200: // Functions, the format of an event, and its size
        return [0, 0, 0, 0, 0, 0, 8];
      case 0x0210:
        return [finger.event === 'none' ? 0 : 8];
      case 0x0211:
        return [
          (finger.touching ? 0x80 : 0) | 0x40 | 1,
          ((finger.y >> 8) << 4) | (finger.x >> 8),
          finger.x & 0xff,
          finger.y & 0xff,
          finger.pressure,
          10,
          10,
          10,
        ];
      default:
        return [];
    }
  },
  takes: ([first, second]) => first === 0x02 && second === 0x11,
};

const msg = (name: string, answer: Screen['answer']): Screen => ({
  names: `mstar,${name}`,
  title: `${name.toUpperCase()} touch screen`,
  source: LINUX('msg2638.c'),
  at: 0x26,
  answer,
  takes: () => true,
});
const MSG: readonly Screen[] = [
  msg('msg2138', (_command, finger) =>
    withSum([0x52, ...(finger.touching ? packed(finger) : [0xff, 0xff, 0xff]), 0xff, 0xff, 0xff]),
  ),
  msg('msg2638', (_command, finger) =>
    withSum([
      0x5a,
      ...(finger.touching ? [...packed(finger), finger.pressure] : zeros(4).map(() => 0xff)),
      ...zeros(16).map(() => 0xff),
      0xff,
    ]),
  ),
];

const CST_STOP = [0xd0, 0x00, 0xab];
const cst340: Screen = {
  names: 'hynitron,cst340',
  title: 'CST340 touch screen',
  source: LINUX('hynitron_cstxxx.c'),
  at: 0x1a,
  answer([first, second], finger) {
    switch (((first ?? 0) << 8) | (second ?? 0)) {
      case 0xa002: // In the mode that takes a program
        return [0xac];
      case 0xd1fc:
        return [0, 0, 0xca, 0xca];
      case 0xd208:
        return [1, 0, 0, 1];
      case 0xd000:
        return [finger.touching ? 0x06 : 0x00, ...packedLow(finger), 10 << 3, finger.touching ? 1 : 0, 0xab];
      default:
        return [];
    }
  },
  takes: () => false,
  clears: (command) => CST_STOP.every((byte, index) => command[index] === byte),
};

/** Kinds of a touch: new, the same, released. */
const NVT = { none: 2, down: 1, move: 2, up: 3 } as const;
const NVT_PARAMETERS = 0x78;
const novatek = (names: string, title: string, wake: number, chip: number): Screen => ({
  names,
  title: `${title} touch screen`,
  source: LINUX('novatek-nvt-ts.c'),
  at: 0x34,
  answer([command], finger) {
    if (command === NVT_PARAMETERS) {
      // Width and height at 4 and 6, fingers at 9, interrupt at a falling edge, how it wakes, which chip it is.
      return [0, 0, 0, 0, ...high(4095), ...high(4095), 0, 10, 0, 1, wake, 0, chip];
    }
    if (command !== 0) return [];
    const there = finger.touching || finger.event === 'up';
    return [
      ...(there ? [(1 << 3) | NVT[finger.event], ...packedLow(finger), 10, finger.pressure] : [0xff]),
      ...zeros(there ? 54 : 59).map(() => 0xff),
    ];
  },
  takes: ([command]) => command === 0,
});

const MMS_EVENTS = 0x10;
const mms = (names: string, title: string, size: 6 | 8): Screen => ({
  names,
  title: `${title} touch screen`,
  source: LINUX('mms114.c'),
  at: 0x48,
  notModelled: ['settings are taken, and not read back', 'touch keys'],
  answer([command], finger) {
    if (command === 0x0f) return [finger.event === 'none' ? 0 : size];
    if (command !== MMS_EVENTS) return command === 0xf0 || command === 0xe1 ? [1, 1, 1, 1, 1, 1] : [];
    const { touching, x, y, pressure } = finger;
    return [
      (touching ? 0x80 : 0) | (1 << 5) | 1,
      ((y >> 8) << 4) | (x >> 8),
      x & 0xff,
      y & 0xff,
      10,
      pressure,
      0,
      0,
    ].slice(0, size);
  },
  takes: ([command]) => command === MMS_EVENTS,
});

const SCREENS: readonly Screen[] = [
  s6sy761,
  zinitix(
    'zinitix,bt541 zinitix,bt531 zinitix,bt532 zinitix,bt538 zinitix,bt548 zinitix,bt554 zinitix,at100',
    'BT541',
    0x5410,
  ),
  zinitix('zinitix,bt402 zinitix,bt412 zinitix,bt432', 'BT402', 0x4020),
  zinitix('zinitix,bt403 zinitix,bt413', 'BT403', 0x4030),
  zinitix('zinitix,bt404', 'BT404', 0x4040),
  ...ILI,
  imagis('ist3038', [0xc000_0000, 0x3038_3038], 0x20, 0x20),
  imagis('ist3038b', [0x30, 0x0030_380b], 0x20, 0x20),
  imagis('ist3038c', [0xc000_1000, 0x38c], C_MESSAGE, C_PLACE),
  imagis('ist3038h', [0xc000_1000, 0x38d], C_MESSAGE, C_PLACE),
  imagis('ist3032c', [0xc000_1000, 0x32c], C_MESSAGE, C_PLACE),
  mip4,
  ...MSG,
  cst340,
  novatek('novatek,nt11205-ts', 'NT11205', 0x05, 0x05),
  novatek('novatek,nt36672a-ts', 'NT36672A', 0x01, 0x08),
  mms('melfas,mms114 melfas,mms152 melfas,mms345l', 'MMS114', 8),
  mms('melfas,mms136 melfas,mms134s', 'MMS136', 6),
];

export const parts: readonly Part[] = SCREENS.map(screenPart);
