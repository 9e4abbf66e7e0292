// A part that notes what reaches it: a number of eight bytes and when, by the machine's monotonic clock. What was noted is kept
// when the process is killed. A read gives back the number that was written last.
import { openSync, writeSync } from 'node:fs';
import { notingPart } from '../noting-part.mjs';
import { NUMBER_BYTES, wireRecord } from './records.mjs';

export const models = [
  notingPart({
    compatible: 'acme,wire',
    title: 'witness of a bus',
    bytes: NUMBER_BYTES,
    open(node) {
      const file = openSync(node.string('acme,file'), 'a');
      let last = new Uint8Array(NUMBER_BYTES);
      return {
        note(number) {
          last = number;
          writeSync(file, wireRecord(number, process.hrtime.bigint()));
        },
        read: (at) => last[at % NUMBER_BYTES],
      };
    },
  }),
];
