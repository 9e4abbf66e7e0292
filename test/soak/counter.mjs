// A part that notes every write in a file: what was sent and acknowledged stands there once, and nothing else does.
import { appendFileSync } from 'node:fs';
import { notingPart } from './noting-part.mjs';

export const models = [
  notingPart({
    compatible: 'acme,counter',
    title: 'counter of writes',
    bytes: 8,
    open(node) {
      const file = node.string('acme,file');
      return { note: (record) => appendFileSync(file, record), read: () => 0 };
    },
  }),
];
