// What a thousand parts of a kind hold that nobody touches, in bytes for each, as a line of JSON for each kind. On the
// compiled package, by `node --expose-gc untouched-parts.mjs BUS KIND [BUS KIND...]`. Counted is what is left after a sweep
// of the heap and of what its objects have outside of it (buffers), beside a board with the same nodes, all disabled. Code and
// data sheets are loaded before.
import { setTimeout as pause } from 'node:timers/promises';
import { openBoard } from '../../dist/src/board/index.js';

const [BUSES, ON_A_BUS] = [10, 100];

function source(bus, kind, more = '') {
  const part = (reg) => `p@${reg.toString(16)} { compatible = "${kind}"; reg = <${reg}>; ${more} };`;
  const first = bus === 'i2c' ? 8 : 0;
  const parts = Array.from({ length: ON_A_BUS }, (_, index) => part(first + index)).join('\n');
  const node = (number) =>
    `bus${number} { compatible = "platform,virtio-${bus}"; #address-cells = <1>; #size-cells = <0>; ${parts} };`;
  // To a GPIO controller pins of parts lead: of parts without an interrupt they are not looked at.
  const gpio = 'gpio { compatible = "platform,virtio-gpio"; gpio-controller; #gpio-cells = <2>; };';
  return `/dts-v1/; / { ${gpio} ${Array.from({ length: BUSES }, (_, number) => node(number)).join('\n')} };`;
}

/** Bytes that are held while the board is open. */
async function held(text) {
  const board = await openBoard({ source: text, backEnd: 'inline', treeChecks: 'off' });
  // What promises and weak references keep is let go when this turn of the event loop has ended.
  await pause(10);
  for (let sweep = 0; sweep < 3; sweep++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  await board.close();
  await pause(10);
  return heapUsed + external;
}

for (let at = 2; at < process.argv.length; at += 2) {
  const [bus, kind] = process.argv.slice(at, at + 2);
  const [parts, nodes] = [source(bus, kind), source(bus, kind, 'status = "disabled";')];
  await held(parts);
  await held(nodes);
  const beside = await held(nodes);
  const bytes = ((await held(parts)) - beside) / (BUSES * ON_A_BUS);
  console.log(JSON.stringify({ kind: `${kind} on ${bus}`, bytes }));
}
