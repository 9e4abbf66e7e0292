import type { Model, Part } from '../model.ts';
import { type CommandList, type Commands, commandRunner, fail, text, u16, u32 } from './commands.ts';
import { EVENT, eventCommands, sensedOf } from './cros-ec-events.ts';
import { outputCommands, powerCommands, tunnelCommands } from './cros-ec-outputs.ts';
import { MOST_EVENTS, newState, type Sheet, sheet } from './cros-ec-sheet.ts';
import { ecI2c, ecSpi, newFrameState } from './frame.ts';

/** `enum host_event_code`, as bits. */
const HOST_EVENT = {
  lidClosed: 1 << 0,
  lidOpen: 1 << 1,
  power: 1 << 2,
  acOn: 1 << 3,
  acOff: 1 << 4,
  key: 1 << 12,
};
/** `enum ec_feature_code`: keyboard fan and light, keys, host events, I2C, charger, battery, USB PD, RTC, event masks. */
const FEATURES = [2, 3, 7, 13, 15, 16, 17, 22, 27, 32];
/** Who it is, and how it is spoken to. */
function aboutCommands(packetBytes: number): CommandList {
  const features = [0, 32].map((first) =>
    FEATURES.filter((each) => each >= first && each < first + 32).reduce(
      (bits, each) => bits | (1 << (each - first)),
      0,
    ),
  );
  const version = () => [
    ...text('dtbus_v1.0.0', 32),
    ...text('dtbus_v1.0.0', 32),
    ...text('', 32),
    ...u32(2),
  ];
  return [
    [0x00, [1, () => u32(2)]],
    [0x01, [1, (params) => u32((params.u32() + 0x01020304) >>> 0)]],
    [0x02, [1, version]],
    [0x04, [1, () => text('dtbus_v1.0.0', 32)]],
    [0x05, [1, () => [...text('dtbus', 32), ...text('simulated', 32), ...text('', 32)]]],
    [0x06, [1, () => u16(1)]],
    [0x09, [1, () => u32(0)]],
    [0x0b, [1, () => [...u32(1 << 3), ...u16(packetBytes), ...u16(packetBytes), ...u32(0)]]],
    [0x0d, [1, () => features.flatMap(u32)]],
    [0x0e, [1, () => u32(1)]],
    // No motion sensors.
    [0x2b, [0b1111, (params) => (params.u8() === 0 ? [0, 0] : fail())]],
    [0xd2, [1, () => []]],
    [0x134, [1, () => [0]]],
  ];
}

const model: Model<Sheet> = (_registers, kit) => {
  const {
    sense,
    keep,
    bus,
    pin: { INT },
  } = kit;
  const state = keep(newState());
  const frame = keep(newFrameState());
  const sensed = sensedOf(sense);
  const showLine = () => INT.set(state.events.length === 0);
  const packetBytes = bus === 'spi' ? 544 : 240;
  const commands: Commands = new Map([
    ...aboutCommands(packetBytes),
    ...outputCommands(state, kit),
    ...eventCommands(state, sensed, showLine),
    ...powerCommands(sense),
    ...tunnelCommands(kit),
  ]);
  const run = commandRunner(commands);

  function tell(type: number, data: readonly number[]): void {
    state.events = [...state.events, { type, data }].slice(-MOST_EVENTS);
    showLine();
  }
  function tellHost(bits: number): void {
    state.hostEvents |= bits;
    state.hostEventsB |= bits;
    tell(EVENT.HOST, u32(bits));
  }
  let charging = false;

  return {
    reset() {
      Object.assign(state, newState());
      Object.assign(frame, newFrameState());
      charging = sense.charger > 0;
      showLine();
    },
    restored() {
      charging = sense.charger > 0;
      showLine();
    },
    sensed(name) {
      if (name === 'keys') tell(EVENT.KEYS, sensed.matrix());
      else if (name === 'powerButton' || name === 'volumeUp' || name === 'volumeDown') {
        tell(EVENT.BUTTONS, u32(sensed.buttons()));
        if (name === 'powerButton' && sense.powerButton) tellHost(HOST_EVENT.power);
      } else if (name === 'lidOpen' || name === 'tabletMode') {
        tell(EVENT.SWITCHES, u32(sensed.switches()));
        if (name === 'lidOpen') tellHost(sense.lidOpen ? HOST_EVENT.lidOpen : HOST_EVENT.lidClosed);
      } else if (name === 'charger' && charging !== sense.charger > 0) {
        charging = sense.charger > 0;
        tellHost(charging ? HOST_EVENT.acOn : HOST_EVENT.acOff);
      }
    },
    properties: {
      get keyboardBacklight() {
        return state.keyboardLight;
      },
      get displayBacklight() {
        return state.displayLight;
      },
      get asleep() {
        return state.asleep;
      },
      get waiting() {
        return state.events.length;
      },
    },
    ...(bus === 'spi' ? { spi: ecSpi(frame, packetBytes, run) } : { i2c: ecI2c(frame, packetBytes, run) }),
  };
};

export const parts: readonly Part[] = [
  {
    ...sheet,
    compatible: ['google,cros-ec-spi', 'google,cros-ec-i2c'],
    title: 'Embedded controller of a Chromebook: keys, lid, charger, lights, and the I2C buses behind it',
    model,
  },
];
