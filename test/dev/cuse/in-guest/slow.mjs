/** A part that holds the clock for a minute when it is read: whoever asks it is inside an ioctl for as long. */
const MINUTE_MS = 60_000;

export const models = [
  {
    compatible: ['acme,slow'],
    bus: 'i2c',
    title: 'Slow part',
    properties: [],
    create: (node) => ({
      state: {},
      addresses: [node.u32('reg')],
      reset() {},
      start: () => true,
      write: (bytes) => bytes.length,
      read: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, MINUTE_MS),
      stop() {},
    }),
  },
];
