// A part that notes every write in a file: what was sent and acknowledged stands there once, and nothing else does.
import { appendFileSync } from 'node:fs';

const RECORD_BYTES = 8;

export const models = [
  {
    compatible: ['acme,counter'],
    bus: 'i2c',
    title: 'counter of writes',
    properties: [],
    create(node) {
      const file = node.string('acme,file');
      let heard = [];
      return {
        state: {},
        addresses: [0x10],
        reset() {},
        start() {
          heard = [];
          return true;
        },
        // Adapters bring bytes one by one.
        write(bytes) {
          heard.push(...bytes);
          if (heard.length === RECORD_BYTES) appendFileSync(file, Uint8Array.from(heard));
          return bytes.length;
        },
        read: (into) => into.fill(0),
        stop() {},
      };
    },
  },
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
