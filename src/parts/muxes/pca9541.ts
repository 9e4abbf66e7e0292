import type { DataSheet } from '../data-sheet.ts';
import type { Model, Part } from '../model.ts';

/** Command code: register number in the lowest two bits. */
const REGISTER = 0x03;
const AUTO_INCREMENT = 0x10;
const LAST = 2;

const sheet = {
  compatible: ['nxp,pca9541'],
  title: 'PCA9541A/01 I2C bus master selector',
  source: 'NXP PCA9541A data sheet, Rev. 5',
  notModelled: [
    'the other master: a test says what it has done',
    'refusal (NACK) of unknown command codes and of writes to the interrupt status',
    'the bus sensor (BUSOK)',
    'the time of a bus initialization',
  ],
  node: 'i2c-arbitrator',
  bus: { i2c: { form: 'byte registers', address: 0x70, last: LAST } },
  registers: {
    IE: { at: 0, fields: { BUSLOSTMSK: 3, BUSOKMSK: 2, BUSINITMSK: 1, INTINMSK: 0 } },
    CONTROL: {
      at: 1,
      reset: 0x04,
      fields: {
        NTESTON: 7,
        TESTON: 6,
        BUSINIT: 4,
        NBUSON: [3, 'ro'],
        BUSON: 2,
        NMYBUS: [1, 'ro'],
        MYBUS: 0,
      },
    },
    ISTAT: {
      at: 2,
      fields: {
        NMYTEST: [7, 'ro'],
        MYTEST: [6, 'ro'],
        BUSLOST: [3, 'rc'],
        BUSOK: [2, 'rc'],
        BUSINIT: [1, 'rc'],
        INTIN: [0, 'ro'],
      },
    },
  },
  senses: {
    otherMyBus: {
      kind: 'flag',
      doc: 'NMYBUS as the other master leaves it: unlike MYBUS, that master has the bus',
    },
    otherBusOn: { kind: 'flag', doc: 'NBUSON as the other master leaves it: like BUSON, the bus is off' },
    otherTest: { kind: 'flag', doc: 'the other master has set NTESTON: it asks for the bus' },
    interruptInput: { kind: 'flag', doc: 'INT_IN is low: a part behind it asks for attention' },
  },
  shows: { connected: { kind: 'flag', doc: 'this master is connected to the bus behind it' } },
  pins: ['INT'],
} as const satisfies DataSheet;

/**
 * As master 0 sees it. Who reads MYBUS and NMYBUS alike has control; BUSON and NBUSON unlike connect (tables 9 and 10). Both
 * take effect at STOP.
 */
const model: Model<typeof sheet> = ({ IE, CONTROL, ISTAT }, { node, segment, sense, keep, pin: { INT } }) => {
  const children =
    node.children.find(({ name }) => name === 'i2c-arb') ??
    node.children.find(({ name }) => name === 'i2c@0');
  const behind = [segment(children)];
  const nobody: readonly object[] = [];
  const state = keep({ connected: true, increments: false, reading: false });

  function interrupt(): void {
    ISTAT.INTIN = Number(sense.interruptInput);
    ISTAT.MYTEST = CONTROL.TESTON;
    ISTAT.NMYTEST = Number(sense.otherTest);
    const maskable = ISTAT.value & 0x0f & ~IE.value;
    INT.set((maskable | ISTAT.MYTEST | ISTAT.NMYTEST) === 0);
  }

  function connect(): void {
    const before = state.connected;
    state.connected = CONTROL.MYBUS === CONTROL.NMYBUS && CONTROL.BUSON !== CONTROL.NBUSON;
    if (!before && state.connected && CONTROL.BUSINIT) ISTAT.BUSINIT = 1;
  }

  return {
    segments: () => (state.connected ? behind : nobody),
    pointer(code) {
      state.increments = (code & AUTO_INCREMENT) !== 0;
      return code & REGISTER;
    },
    next: (number) => (!state.increments ? number : number < LAST ? number + 1 : state.reading ? 0 : LAST),
    begin(read) {
      state.reading = read;
    },
    end() {
      connect();
      interrupt();
    },
    sensed() {
      const before = state.connected;
      CONTROL.NMYBUS = Number(sense.otherMyBus);
      CONTROL.NBUSON = Number(sense.otherBusOn);
      connect();
      if (before && !state.connected) ISTAT.BUSLOST = 1;
      interrupt();
    },
    reset() {
      CONTROL.NMYBUS = Number(sense.otherMyBus);
      CONTROL.NBUSON = Number(sense.otherBusOn);
      connect();
      interrupt();
    },
    restored: interrupt,
    properties: {
      get connected() {
        return state.connected;
      },
    },
  };
};

export const parts: readonly Part[] = [{ ...sheet, model }];
