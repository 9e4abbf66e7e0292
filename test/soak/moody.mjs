// A part that fails in every way. A file of its own: an error in a promise is nobody's, and all parts of its file fail.
export const models = [
  {
    compatible: ['acme,moody'],
    bus: 'i2c',
    title: 'part that fails in every way',
    properties: [],
    create: (_node, { clock }) => ({
      state: {},
      addresses: [0x11],
      reset() {},
      start: () => true,
      write(bytes) {
        if (bytes[0] === 1) throw new Error('a bug of the model');
        if (bytes[0] === 2) setImmediate(() => Promise.reject(new Error('a bug of the model')));
        if (bytes[0] === 3)
          clock.after(1, () => {
            throw new Error('a bug of the model');
          });
        if (bytes[0] === 4) for (;;);
        return bytes.length;
      },
      read: (into) => into.fill(0),
      stop() {},
    }),
  },
];
