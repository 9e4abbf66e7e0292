// A part that notes what reaches it: a number of eight bytes and when, by the machine's monotonic clock. What was noted is kept
// when the process is killed. A read gives back the number that was written last.
import { openSync, writeSync } from 'node:fs';
import { NUMBER_BYTES, wireRecord } from './records.mjs';

export const models = [
  {
    compatible: ['acme,wire'],
    bus: 'i2c',
    title: 'witness of a bus',
    properties: [],
    create(node) {
      const file = openSync(node.string('acme,file'), 'a');
      let heard = [];
      let last = new Uint8Array(NUMBER_BYTES);
      let at = 0;
      return {
        state: {},
        addresses: [0x10],
        reset() {},
        start() {
          heard = [];
          at = 0;
          return true;
        },
        // Adapters bring bytes one by one.
        write(bytes) {
          heard.push(...bytes);
          if (heard.length === NUMBER_BYTES) {
            last = Uint8Array.from(heard);
            writeSync(file, wireRecord(last, process.hrtime.bigint()));
          }
          return bytes.length;
        },
        read(into) {
          for (let index = 0; index < into.length; index++) into[index] = last[at++ % NUMBER_BYTES];
        },
        stop() {},
      };
    },
  },
];
