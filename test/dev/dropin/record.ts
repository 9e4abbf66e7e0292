/**
 * Writes down what the real packages do: `node record.js FOLDER OUT`, compiled, as root, where there is
 * /dev/cuse (a guest: see test/guest). FOLDER has i2c-bus 5.2.3 and spi-device 3.1.2 installed and built.
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { exposeNodes, NodeRegistry } from '../../../src/dev/index.ts';
import { ModelBus } from '../../cli/i2c-tools/model-bus.ts';
import { FakeSpi } from '../fake-adapters.ts';
import { callI2cBus } from './i2c-bus-calls.ts';
import { callSpiDevice } from './spi-device-calls.ts';

const CALLS = { 'i2c-bus': callI2cBus, 'spi-device': callSpiDevice };

const [folder = '.', out = '.', only] = process.argv.slice(2);

// The calls wait in the kernel for a node that another thread of the same process would serve: so a process of its own.
if (only !== undefined) {
  const name = only as keyof typeof CALLS;
  const { entries } = await CALLS[name](createRequire(`${folder}/`)(name));
  writeFileSync(`${out}/${name}.jsonl`, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
} else {
  const nodes = new NodeRegistry();
  nodes.addI2c(new ModelBus(1), { isBound: ModelBus.isBound });
  nodes.addSpi(new FakeSpi(0), 0);
  const made = await exposeNodes(nodes);
  for (const name of Object.keys(CALLS)) {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), folder, out, name], {
      stdio: 'inherit',
    });
    await new Promise((resolve) => child.once('exit', resolve));
  }
  await Promise.all(made.map((node) => node.close()));
}
