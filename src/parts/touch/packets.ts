import type { I2cBehaviour } from '../model.ts';

/** 16 bits, the lower byte first. */
export const word = (value: number) => [value & 0xff, (value >> 8) & 0xff];
export const wordAt = (bytes: readonly number[], at: number) =>
  (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);

/** More than the longest command. */
const MAX_WRITTEN = 64;

/** Plain data, part of a snapshot. */
export interface PacketState {
  received: number[];
  sent: readonly number[];
  position: number;
}
export const newPacketState = (): PacketState => ({ received: [], sent: [], position: 0 });

/**
 * A device of commands and reports: what is read after a command is its answer, what is read without one is the oldest
 * report.
 * @param fill what comes behind an answer
 */
export function packetWire(
  state: PacketState,
  fill: number,
  device: {
    /** @returns what is read behind it */
    execute(command: readonly number[]): readonly number[];
    oldest(): readonly number[];
  },
): I2cBehaviour {
  function take(): void {
    if (state.received.length === 0) return;
    const command = state.received;
    Object.assign(state, { received: [], sent: device.execute(command), position: 0 });
  }
  return {
    start(_address, read) {
      const isAnswer = state.received.length > 0;
      take();
      if (read && !isAnswer) Object.assign(state, { sent: device.oldest(), position: 0 });
      return true;
    },
    write(data) {
      const taken = data.subarray(0, Math.max(0, MAX_WRITTEN - state.received.length));
      state.received.push(...taken);
      return taken.length;
    },
    read(into) {
      for (let index = 0; index < into.length; index++) into[index] = state.sent[state.position++] ?? fill;
    },
    stop: take,
  };
}
