import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a model's code may do to its thread, and what is said of it. It does so by itself, some time after it was made. */
export const MISDEEDS: Readonly<Record<string, { readonly does: string; readonly told: RegExp }>> = {
  loops: { does: 'for (;;);', told: /did not return (within 1 s|while the memory of the process grew)/ },
  'queues microtasks without end': {
    does: 'const again = () => Promise.resolve().then(again); again();',
    told: /did not return (within 1 s|while the memory of the process grew)/,
  },
  'queues ticks without end': {
    does: 'const again = () => process.nextTick(again); again();',
    told: /did not return (within 1 s|while the memory of the process grew)/,
  },
  sleeps: {
    does: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
    told: /did not return (within 1 s|while the memory of the process grew)/,
  },
  exits: { does: 'process.exit(3);', told: /ended its thread/ },
  'kills its process': { does: 'process.kill(process.pid, "SIGKILL");', told: /ended its thread/ },
  'fills its heap': {
    does: 'const all = []; for (;;) all.push({ all, at: all.length });',
    told: /took more than \d+ MiB of memory|did not return/,
  },
  'fills memory beside it': {
    does: 'const all = []; setInterval(() => all.push(Buffer.alloc(32 * 2 ** 20, 1)), 5);',
    told: /took more than \d+ MiB of memory|did not return/,
  },
  'mangles globals': {
    does: `Array.prototype.push = Array.prototype.map = () => { throw new Error("mangled"); };
      Object.assign = JSON.stringify = Map.prototype.get = () => 7; globalThis.Date = undefined;
      Promise.prototype.then = undefined; globalThis.Int32Array = Uint8Array; setTimeout(() => { throw 1; });`,
    told: /mangled|crashed its thread|model threw|ended its thread|did not return/,
  },
};

const CELLS = '#address-cells = <1>; #size-cells = <0>;';

/** A channel with an LM75 of its own address. */
function channel(index: number): string {
  const address = (0x60 + index).toString(16);
  return `${CELLS} i2c@0 { reg = <0>; ${CELLS} temp@${address} { compatible = "national,lm75"; reg = <0x${address}>; }; };`;
}

/**
 * A board with an honest LM75 and a model for each misdeed. Each does it so long after it was made; `behind`: after its
 * address was first called, and it is a multiplexer, with an LM75 behind it at 0x60 and up. @returns its file
 */
export function misbehavingBoard(folder: string, afterMs: number, behind = false): string {
  const parts = Object.values(MISDEEDS).map(({ does }, index) => {
    const address = (0x10 + index).toString(16);
    writeFileSync(
      join(folder, `bad-${index}.mjs`),
      `export const models = [{ compatible: ['acme,bad${index}'], bus: 'i2c', title: 'Bad', properties: [],
        create: (node, context) => {
          const segments = ${behind ? 'node.children.map((child) => context.segment(child))' : 'undefined'};
          let begun = false;
          const begin = () => {
            if (!begun) setTimeout(() => { ${does} }, ${afterMs});
            begun = true;
            return true;
          };
          ${behind ? '' : 'begin();'}
          return { state: {}, addresses: [0x${address}], segments, reset() {}, start: begin, write: (b) => b.length,
            read(b) { b.fill(7); }, stop() {} };
        } }];`,
    );
    return `bad@${address} { compatible = "acme,bad${index}"; reg = <0x${address}>; dtbus,model = "./bad-${index}.mjs"; ${behind ? channel(index) : ''} };`;
  });
  const file = join(folder, 'board.dts');
  writeFileSync(
    file,
    `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
      temp@48 { compatible = "national,lm75"; reg = <0x48>; };
      ${parts.join('\n')} }; };`,
  );
  return file;
}

/** Of what was told, the sentences on one part. */
export function toldOf(index: number, sentences: readonly string[]): string {
  const path = `/i2c/bad@${(0x10 + index).toString(16)}`;
  return sentences.filter((sentence) => sentence.includes(path)).join('\n');
}
