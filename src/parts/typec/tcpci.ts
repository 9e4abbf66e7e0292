import type { Kit, Model, Part } from '../model.ts';
import { type Chip, type Sheet, tcpci } from './tcpci-sheet.ts';

/** What a cable may have at a CC pin, and what a sink sees of a source: table 4-22. */
const PULLS: Readonly<Record<string, number>> = { Rp: 1, 'Rp 1.5 A': 2, 'Rp 3 A': 3 };
const OTHERS = ['open', 'Ra', 'Rd'];
/** ROLE_CONTROL (table 4-19). */
const [RP, RD, OPEN] = [1, 2, 3];
/** CC_STATUS of a source. */
const [SEES_NOTHING, SEES_RA, SEES_RD] = [0, 1, 2];
/** COMMAND (table 4-31). */
const CMD = {
  WAKE: 0x11,
  NO_DETECTION: 0x22,
  DETECTION: 0x33,
  NO_SINK: 0x44,
  SINK: 0x55,
  NO_SOURCE: 0x66,
  SOURCE: 0x77,
  SOURCE_HIGH: 0x88,
  LOOK: 0x99,
  RX_ONE_MORE: 0xaa,
  FAST_SWAP: 0xcc,
  RESET_TX: 0xdd,
  RESET_RX: 0xee,
  IDLE: 0xff,
} as const;
/** FAULT_STATUS: a command that cannot be carried out, or does not exist. */
const COMMAND_FAULT = 0x01;
/** TRANSMIT (table 4-39). */
const [SOP, HARD_RESET, CABLE_RESET] = [0, 5, 6];
/** VBUS is there from 4 V on (table 4-25); 25 mV a step of a voltage, and a factor above its ten bits. */
const PRESENT_V = 4;
const STEP_V = 0.025;
const SOURCE_V = 5;
/** Bytes of a message: a header of two and seven objects of four. */
const LONGEST = 30;
/** A message and its acknowledgement, and the time until a missing one is given up: PD 3.0, tReceive. */
const MESSAGE_NS = 1_000_000;
const GIVE_UP_NS = 1_100_000;

function voltageRegister(volts: number): number {
  const steps = Math.round(volts / STEP_V);
  const scale = steps < 1024 ? 0 : steps < 2048 ? 1 : 2;
  return (scale << 10) | (steps >> scale);
}

function newState() {
  return {
    /** What it settled for while it toggled, as ROLE_CONTROL has it. */
    presents: OPEN as number,
    sent: [] as readonly number[],
    hardResets: 0,
    /** POWER_STATUS, as the last alert of it was. */
    power: 0,
  };
}
type State = ReturnType<typeof newState>;

/** The CC pins: what it presents there, and what it sees. */
function ccPins({ ALERT, CC_STATUS, ROLE_CONTROL }: Chip, { sense }: Kit<Sheet>, state: State) {
  const own = (role: number) => (ROLE_CONTROL.DRP && state.presents !== OPEN ? state.presents : role);
  function sees(presents: number, pull: string): number {
    if (presents === RD) return PULLS[pull] ?? SEES_NOTHING;
    if (presents !== RP) return SEES_NOTHING;
    return pull === 'Rd' ? SEES_RD : pull === 'Ra' ? SEES_RA : SEES_NOTHING;
  }
  return {
    look(): void {
      const { value: before } = CC_STATUS;
      const pulls = [sense.cc1, sense.cc2];
      if (CC_STATUS.LOOKING) {
        const found = pulls.some((pull) => Object.hasOwn(PULLS, pull))
          ? RD
          : pulls.includes('Rd')
            ? RP
            : undefined;
        if (found !== undefined) {
          if (ROLE_CONTROL.DRP) state.presents = found;
          CC_STATUS.LOOKING = 0;
        }
      }
      const isLooking = CC_STATUS.LOOKING === 1;
      const [one, two] = [own(ROLE_CONTROL.CC1), own(ROLE_CONTROL.CC2)];
      CC_STATUS.RESULT = Number(!isLooking && (one === RD || two === RD));
      CC_STATUS.CC1 = isLooking ? SEES_NOTHING : sees(one, sense.cc1);
      CC_STATUS.CC2 = isLooking ? SEES_NOTHING : sees(two, sense.cc2);
      if (CC_STATUS.value !== before) ALERT.CC = 1;
    },
    get attached(): boolean {
      const [one, two] = [CC_STATUS.CC1, CC_STATUS.CC2];
      return CC_STATUS.RESULT ? one > 0 || two > 0 : one === SEES_RD || two === SEES_RD;
    },
    check(): void {
      for (const pull of [sense.cc1, sense.cc2]) {
        if (Object.hasOwn(PULLS, pull) || OTHERS.includes(pull)) continue;
        throw new RangeError(
          `invalid pull of a CC pin: expected ${[...OTHERS, ...Object.keys(PULLS)].join(', ')}, got ${JSON.stringify(pull)}`,
        );
      }
    },
  };
}

/** VBUS: whether it is there, how high it is, and what is told of it. */
function lookAtVbus(chip: Chip, { sense }: Kit<Sheet>, state: State): void {
  const { ALERT, POWER_STATUS, POWER_CONTROL } = chip;
  const volts = POWER_STATUS.SOURCING ? Math.max(SOURCE_V, sense.vbus) : sense.vbus;
  const steps = volts / STEP_V;
  POWER_STATUS.VBUS = Number(POWER_STATUS.DETECTION === 1 && volts >= PRESENT_V);
  POWER_STATUS.VCONN = POWER_CONTROL.VCONN;
  chip.VBUS_VOLTAGE.value = POWER_CONTROL.NO_MONITOR ? 0 : voltageRegister(volts);
  if (!POWER_CONTROL.NO_ALARMS) {
    if (steps > chip.VBUS_ALARM_HIGH.value) ALERT.VBUS_HIGH = 1;
    if (steps < chip.VBUS_ALARM_LOW.value) ALERT.VBUS_LOW = 1;
  }
  if (POWER_STATUS.SINKING && steps < chip.VBUS_DISCONNECT_THRESHOLD.value) ALERT.VBUS_DISCONNECT = 1;
  if ((POWER_STATUS.value ^ state.power) & chip.POWER_STATUS_MASK.value) ALERT.POWER = 1;
  state.power = POWER_STATUS.value;
}

/** What COMMAND does; false: it cannot be done, or is none. */
function runCommand(command: number, { CC_STATUS, POWER_STATUS, TX_COUNT, RX_COUNT }: Chip, state: State) {
  switch (command) {
    case CMD.WAKE:
    case CMD.IDLE:
    case CMD.RX_ONE_MORE:
    case CMD.FAST_SWAP:
      return true;
    case CMD.NO_DETECTION:
      if (POWER_STATUS.SINKING || POWER_STATUS.SOURCING) return false;
      POWER_STATUS.DETECTION = 0;
      return true;
    case CMD.DETECTION:
      POWER_STATUS.DETECTION = 1;
      return true;
    case CMD.NO_SINK:
      POWER_STATUS.SINKING = 0;
      return true;
    case CMD.SINK:
      if (POWER_STATUS.SOURCING) return false;
      POWER_STATUS.SINKING = 1;
      return true;
    case CMD.NO_SOURCE:
      POWER_STATUS.SOURCING = 0;
      POWER_STATUS.HIGH_VOLTAGE = 0;
      return true;
    case CMD.SOURCE:
      if (POWER_STATUS.SINKING) return false;
      POWER_STATUS.SOURCING = 1;
      POWER_STATUS.HIGH_VOLTAGE = 0;
      return true;
    case CMD.SOURCE_HIGH:
      if (!POWER_STATUS.SOURCING) return false;
      POWER_STATUS.HIGH_VOLTAGE = 1;
      return true;
    case CMD.LOOK:
      state.presents = OPEN;
      CC_STATUS.LOOKING = 1;
      return true;
    case CMD.RESET_TX:
      TX_COUNT.value = 0;
      return true;
    case CMD.RESET_RX:
      RX_COUNT.value = 0;
      return true;
    default:
      return false;
  }
}

/** Messages of Power Delivery, both ways. `drive` shows ALERT on its pin; `fault` is a command that cannot be done. */
function messages(
  chip: Chip,
  { sense, once, misuse, pin }: Kit<Sheet>,
  state: State,
  partner: { readonly attached: boolean },
  drive: () => void,
  fault: () => void,
) {
  const { ALERT, RECEIVE_DETECT, TX_COUNT, TX_BYTES } = chip;
  const acknowledged = once(() => {
    ALERT.TX_SUCCESS = 1;
    drive();
  }, pin.ALERT);
  const givenUp = once(() => {
    ALERT.TX_FAILED = 1;
    drive();
  }, pin.ALERT);
  return {
    cancel() {
      acknowledged.cancel();
      givenUp.cancel();
    },
    transmit(type: number, retries: number): void {
      if (acknowledged.pending || givenUp.pending) {
        misuse('transmit', 'TRANSMIT was written before the message before had ended');
        ALERT.TX_DISCARDED = 1;
      } else if (type === HARD_RESET || type === CABLE_RESET) {
        // Both bits tell that it was sent; nothing is received until the driver says so.
        if (type === HARD_RESET) state.hardResets = (state.hardResets + 1) & 0xffff;
        RECEIVE_DETECT.value = 0;
        acknowledged.start(MESSAGE_NS);
        givenUp.start(MESSAGE_NS);
      } else if (TX_COUNT.value < 2 || TX_COUNT.value > LONGEST) fault();
      else {
        const bytes = Array.from({ length: TX_COUNT.value }, (_, index) => TX_BYTES.get(index));
        if (type === SOP) state.sent = bytes;
        if (type === SOP && sense.partnerAnswers && partner.attached) acknowledged.start(MESSAGE_NS);
        else givenUp.start(GIVE_UP_NS * (1 + retries));
      }
    },
    /** Room for one message: until its alert is cleared, a further one is lost. */
    receive(bytes: Uint8Array): void {
      if (bytes.length < 2 || bytes.length > LONGEST || bytes.length % 4 !== 2) {
        throw new RangeError(
          `invalid received: expected 2 bytes and up to 7 objects of 4, got ${bytes.length} bytes`,
        );
      }
      if (!RECEIVE_DETECT.SOP || !partner.attached) return;
      if (ALERT.RX) {
        ALERT.RX_OVERFLOW = 1;
        return;
      }
      chip.RX_COUNT.value = bytes.length + 1;
      chip.RX_TYPE.value = SOP;
      for (const [index, byte] of bytes.entries()) chip.RX_BYTES.set(index, byte);
      ALERT.RX = 1;
    },
    hardReset(): void {
      if (!RECEIVE_DETECT.HARD_RESET) return;
      RECEIVE_DETECT.value = 0;
      ALERT.HARD_RESET = 1;
    },
  };
}

const model: Model<Sheet> = (chip, kit) => {
  const { sense, keep, misuse, pin } = kit;
  const { ALERT, ALERT_MASK, CC_STATUS, POWER_STATUS, FAULT_STATUS, FAULT_STATUS_MASK } = chip;
  const state = keep(newState());
  const heard = keep({ hardResets: 0 });
  function drive(): void {
    if (FAULT_STATUS.value & FAULT_STATUS_MASK.value) ALERT.FAULT = 1;
    pin.ALERT.set((ALERT.value & ALERT_MASK.value) === 0);
  }
  const fault = () => {
    FAULT_STATUS.value |= COMMAND_FAULT;
  };
  const cc = ccPins(chip, kit, state);
  const pd = messages(chip, kit, state, cc, drive, fault);
  const vbus = () => lookAtVbus(chip, kit, state);
  function look(): void {
    cc.look();
    vbus();
    drive();
  }
  function powerOn(): void {
    Object.assign(state, newState());
    pd.cancel();
    cc.look();
    vbus();
    ALERT.value = 0;
    drive();
  }
  powerOn();
  const properties = {
    get attached() {
      return cc.attached;
    },
    get sourcing() {
      return POWER_STATUS.SOURCING === 1;
    },
    get sinking() {
      return POWER_STATUS.SINKING === 1;
    },
    get vconn() {
      return POWER_STATUS.VCONN === 1;
    },
    get flipped() {
      return chip.TCPC_CONTROL.FLIPPED === 1;
    },
    get sent() {
      return Uint8Array.from(state.sent);
    },
    get sentHardResets() {
      return state.hardResets;
    },
  };
  return {
    reset: powerOn,
    restored: drive,
    properties,
    sensed(name) {
      cc.check();
      if (name === 'received') pd.receive(sense.received);
      if (sense.hardResets !== heard.hardResets) pd.hardReset();
      heard.hardResets = sense.hardResets;
      look();
    },
    afterWrite: drive,
    onWrite: {
      ROLE_CONTROL() {
        state.presents = OPEN;
        CC_STATUS.LOOKING = 0;
        cc.look();
      },
      POWER_CONTROL: vbus,
      COMMAND({ value }) {
        if (!runCommand(value, chip, state)) {
          if (value !== 0)
            misuse('command', `COMMAND ${value.toString(16)}h cannot be carried out now, or does not exist`);
          fault();
        }
        look();
      },
      TRANSMIT: ({ TYPE, RETRIES }) => pd.transmit(TYPE, RETRIES),
    },
  };
};

/** A chip with these registers: names, title, source, and its numbers: vendor, product, device. */
const ROWS: readonly (readonly [
  compatible: readonly [string, ...string[]],
  title: string,
  source: string,
  ids: readonly [vendor: number, product: number, device: number],
])[] = [
  [
    ['nxp,ptn5110', 'nxp,ptn5110hq', 'tcpci'],
    'PTN5110 Type-C port controller',
    'NXP PTN5110 data sheet, USB TCPCI 1.0',
    [0x1fc9, 0x5110, 0x0004],
  ],
  [
    ['richtek,rt1711h'],
    'RT1711H Type-C port controller',
    'Richtek RT1711H data sheet, USB TCPCI 1.0',
    [0x29cf, 0x1711, 0x2171],
  ],
  [
    ['richtek,rt1715'],
    'RT1715 Type-C port controller',
    'Richtek RT1715 data sheet, USB TCPCI 1.0',
    [0x29cf, 0x1711, 0x2173],
  ],
  [
    ['etekmicro,et7304'],
    'ET7304 Type-C port controller',
    "ETEK ET7304 (ids: Linux's tcpci_rt1711h), USB TCPCI 1.0",
    [0x6dcf, 0x1711, 0x2173],
  ],
  [
    ['hynetek,husb311'],
    'HUSB311 Type-C port controller',
    "Hynetek HUSB311 (ids: Linux's tcpci_rt1711h), USB TCPCI 1.0",
    [0x2e99, 0x0311, 0x0000],
  ],
];

export const parts: readonly Part[] = ROWS.map(([compatible, title, source, [vendor, product, device]]) => ({
  ...tcpci,
  compatible,
  title,
  source,
  registers: {
    VENDOR_ID: { at: 0x00, width: 16, reset: vendor, access: 'ro' },
    PRODUCT_ID: { at: 0x02, width: 16, reset: product, access: 'ro' },
    DEVICE_ID: { at: 0x04, width: 16, reset: device, access: 'ro' },
    TYPEC_REVISION: { at: 0x06, width: 16, reset: 0x0011, access: 'ro' },
    PD_REVISION: { at: 0x08, width: 16, reset: 0x2011, access: 'ro' },
    PD_INTERFACE_REVISION: { at: 0x0a, width: 16, reset: 0x1010, access: 'ro' },
    ...tcpci.registers,
  },
  model,
}));
