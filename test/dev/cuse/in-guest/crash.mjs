/** Makes a node and dies of an exception while a program has it open: nobody may be left hanging. */
import { spawn } from 'node:child_process';
import { exposeNodes, NodeRegistry } from '../../../../dist/src/dev/index.js';

const nodes = new NodeRegistry();
const adapter = {
  number: 7,
  name: 'silent',
  functionality: 0x0eff0009,
  transferSync() {},
  transfer: () => new Promise(() => {}),
};
nodes.addI2c(adapter);
await exposeNodes(nodes);
spawn('/bin/sh', ['-c', 'i2cget -y 7 0x50; echo "the program ended with $?"'], { stdio: 'inherit' });
setTimeout(() => {
  throw new Error('a mistake');
}, 500);
