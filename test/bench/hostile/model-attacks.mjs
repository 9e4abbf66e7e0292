// Attacks by models of a tree's own: what a guest asks them for ends their thread, one after the other.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from '../report.mjs';
import { carriedOut } from './count.mjs';

/** More than are ended while a row is measured. */
const MODELS = 10;
const FIRST = { call: 0x10, timer: 0x30 };
const DOES = {
  call: 'for (;;);',
  timer: 'if (!began) setTimeout(() => { for (;;); }); began = true; return true;',
};

/** Nodes of models that loop in a call, and of such that loop in a timer; their files are written into `folder`. */
export function loopingModels(folder) {
  return Object.entries(FIRST).flatMap(([kind, first]) =>
    Array.from({ length: MODELS }, (_, each) => {
      const address = (first + each).toString(16);
      const name = `looping-${kind}-${each}`;
      writeFileSync(
        join(folder, `${name}.mjs`),
        `let began = false;
export const models = [{ compatible: ['acme,${name}'], bus: 'i2c', title: 'Loops', properties: [],
  create: () => ({ state: {}, addresses: [0x${address}], reset() {}, start() { ${DOES[kind]} },
    write: (b) => b.length, read() {}, stop() {} }) }];\n`,
      );
      return `loops@${address} { compatible = "acme,${name}"; reg = <0x${address}>; dtbus,model = "./${name}.mjs"; };`;
    }),
  );
}

/** Reads of each of the models, one every `ms`; one whose thread was ended counts. */
async function ask(folder, first, ms) {
  const { openBoard } = await load('.');
  const board = await openBoard(undefined, { connect: folder });
  const bus = board.open('/dev/i2c-9');
  for (let each = 0; ; each = (each + 1) % MODELS) {
    const address = first + each;
    const gone = await bus.transfer([{ addr: address, read: 1 }]).then(
      () => false,
      () => true,
    );
    if (gone) carriedOut();
    await new Promise((resolve) => setTimeout(resolve, ms));
  }
}

export const MODEL_ATTACKS = {
  'models that loop in a call': (folder) => ask(folder, FIRST.call, 100),
  'models that loop in a timer': (folder) => ask(folder, FIRST.timer, 100),
};
