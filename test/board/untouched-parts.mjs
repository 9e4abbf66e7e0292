// What a thousand parts of a kind hold that nobody touches, in bytes for each, as a line of JSON for each kind. On the
// compiled package. Counted is what is left beside a board with the same nodes, all disabled; code and data sheets are
// loaded before.
import { openBoard } from '../../dist/src/board/index.js';
import { heldWhileOpen, USUAL_KINDS } from '../support/held-memory.mjs';

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

const held = (source) => heldWhileOpen(() => openBoard({ source, backEnd: 'inline', treeChecks: 'off' }));

const KINDS = {
  i2c: [...USUAL_KINDS, 'invensense,mpu6050', 'nxp,pca9548'],
  spi: ['bosch,bme280', 'jedec,spi-nor', 'microchip,mcp3008'],
};
const kinds = Object.entries(KINDS).flatMap(([bus, each]) => each.map((kind) => [bus, kind]));
for (const [bus, kind] of kinds) {
  const [parts, nodes] = [source(bus, kind), source(bus, kind, 'status = "disabled";')];
  await held(parts);
  await held(nodes);
  const beside = await held(nodes);
  const bytes = ((await held(parts)) - beside) / (BUSES * ON_A_BUS);
  console.log(JSON.stringify({ kind: `${kind} on ${bus}`, bytes }));
}
