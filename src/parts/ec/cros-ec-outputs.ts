import type { Kit } from '../model.ts';
import { below, type CommandList, fail, store, text, u16, u32 } from './commands.ts';
import { PWMS, REGULATORS, type Sheet, type State } from './cros-ec-sheet.ts';

/** `enum ec_pwm_type`. */
const PWM_KEYBOARD = 1;
const PWM_DISPLAY = 2;
const SLEEP_SUSPENDS = [1, 3];

/** Fan, lights, regulators, clock, sleep. */
export function outputCommands(state: State, kit: Kit<Sheet>): CommandList {
  const { sense, clock } = kit;
  const seconds = () => Math.floor(clock.wall() / 1000) + state.clockOffset;
  const regulator = (index: number) =>
    state.regulators[below(index, REGULATORS)] as State['regulators'][number];
  return [
    [0x20, [1, () => u32(sense.fanSpeed)]],
    [0x22, [1, () => [state.keyboardLight, state.keyboardLight > 0 ? 1 : 0]]],
    [
      0x23,
      [
        1,
        (params) =>
          store(() => {
            state.keyboardLight = Math.min(params.u8(), 100);
          }),
      ],
    ],
    [
      0x25,
      [
        1,
        (params) => {
          const [duty, type, index] = [params.u16(), params.u8(), params.u8()];
          if (type === PWM_KEYBOARD) state.keyboardLight = Math.round((duty * 100) / 0xffff);
          else if (type === PWM_DISPLAY) state.displayLight = duty;
          else state.duty[below(index, PWMS)] = duty;
          return [];
        },
      ],
    ],
    [
      0x26,
      [
        1,
        (params) => {
          const [type, index] = [params.u8(), params.u8()];
          if (type === PWM_KEYBOARD) return u16(Math.round((state.keyboardLight * 0xffff) / 100));
          if (type === PWM_DISPLAY) return u16(state.displayLight);
          return u16(state.duty[below(index, PWMS)] as number);
        },
      ],
    ],
    [0x44, [1, () => u32(seconds() >>> 0)]],
    [
      0x46,
      [
        1,
        (params) =>
          store(() => {
            state.clockOffset += params.u32() - seconds();
          }),
      ],
    ],
    [
      0x9b,
      [
        1,
        (params) =>
          store(() => {
            state.ldos[below(params.u8(), REGULATORS)] = params.u8();
          }),
      ],
    ],
    [0x9c, [1, (params) => [state.ldos[below(params.u8(), REGULATORS)] as number]]],
    [
      0xa9,
      [
        0b11,
        (params) => {
          state.asleep = SLEEP_SUSPENDS.includes(params.u8());
          return params.version === 1 && !state.asleep ? u32(0) : [];
        },
      ],
    ],
    [
      0x12c,
      [
        1,
        (params) => {
          const index = below(params.u32(), REGULATORS);
          const voltages = [1800, 3300];
          const room = Array.from({ length: 16 }, (_, at) => voltages[at] ?? 0);
          return [...text(`regulator${index}`, 16), ...u16(voltages.length), ...room.flatMap(u16)];
        },
      ],
    ],
    [
      0x12d,
      [
        1,
        (params) =>
          store(() => {
            regulator(params.u32()).on = params.u8() === 0 ? 0 : 1;
          }),
      ],
    ],
    [0x12e, [1, (params) => [regulator(params.u32()).on]]],
    [
      0x12f,
      [
        1,
        (params) => {
          const [index, least, most] = [params.u32(), params.u32(), params.u32()];
          const found = [1800, 3300].find((each) => each >= least && each <= most);
          regulator(index).millivolts = found ?? fail();
          return [];
        },
      ],
    ],
    [0x130, [1, (params) => u32(regulator(params.u32()).millivolts)]],
  ];
}

/** Battery and USB-C ports; a charger is on port 0. */
export function powerCommands(sense: Kit<Sheet>['sense']): CommandList {
  const port = (index: number) => ({ charges: below(index, sense.usbPorts) === 0 && sense.charger > 0 });
  const milli = (value: number) => Math.round(value * 1000);
  function charge(): readonly number[] {
    const on = sense.charger > 0;
    const current = on ? milli(sense.chargerCurrent) : 0;
    return [on ? 1 : 0, on ? 8400 : 0, current, current, sense.batteryCharge].flatMap(u32);
  }
  function powerInfo(index: number): readonly number[] {
    const { charges } = port(index);
    const [voltage, current] = charges ? [milli(sense.charger), milli(sense.chargerCurrent)] : [0, 0];
    // Role: disconnected 0, sink 2; type: USB PD 1. No dual role.
    const measured = [voltage, voltage, current, current].flatMap(u16);
    return [charges ? 2 : 0, charges ? 1 : 0, 0, 0, ...measured, ...u32(voltage * current)];
  }
  return [
    [0xa0, [1, (params) => (params.u8() === 0 ? charge() : fail())]],
    [
      0x101,
      [
        0b10,
        (params) => {
          const { charges } = port(params.u8());
          return [charges ? 3 : 1, 0, 0, ...text(charges ? 'SNK_READY' : 'SNK_DISCONNECTED', 32)];
        },
      ],
    ],
    [0x102, [1, () => [sense.usbPorts]]],
    [0x103, [1, (params) => powerInfo(params.u8())]],
    [0x105, [1, () => [sense.usbPorts]]],
    [0x11a, [1, (params) => (port(params.u8()).charges ? [1] : [0])]],
  ];
}

/** `EC_I2C_STATUS_…`, `EC_I2C_FLAG_…`. */
const I2C = { NACK: 1, READ: 1 << 15 };

/** The buses that its node has tunnels to, by `google,remote-bus`. */
export function tunnelCommands(kit: Kit<Sheet>): CommandList {
  const tunnels = new Map(
    kit.node.children
      .filter(({ compatible }) => compatible.includes('google,cros-ec-i2c-tunnel'))
      .map((child) => [child.u32('google,remote-bus') ?? 0, kit.controller(kit.segment(child))]),
  );
  return [
    [0xb7, [1, (params) => (params.u8() === 1 ? [] : [0])]],
    [
      0x9e,
      [
        1,
        (params) => {
          const tunnel = tunnels.get(params.u8());
          const messages = Array.from({ length: params.u8() }, () => {
            const [flags, length] = [params.u16(), params.u16()];
            return { address: flags & 0x3ff, read: (flags & I2C.READ) !== 0, length };
          });
          if (tunnel === undefined) return [I2C.NACK, 0];
          const data: number[] = [];
          for (let index = 0; index < messages.length; index++) {
            const { address, read, length } = messages[index] as (typeof messages)[number];
            const written = read ? new Uint8Array() : params.take(length);
            const then = messages[index + 1];
            // A write and a read of the same address are one transfer.
            const joins = !read && then?.read === true && then.address === address;
            const wanted = read ? length : joins ? then.length : 0;
            const got = tunnel.transfer(address, written, wanted);
            if (got === undefined) return [I2C.NACK, index];
            data.push(...got);
            if (joins) index++;
          }
          return [0, messages.length, ...data];
        },
      ],
    ],
  ];
}
