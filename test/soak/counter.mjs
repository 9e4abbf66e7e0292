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
];
