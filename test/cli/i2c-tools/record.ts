/**
 * Writes down what the real tools do: `node record.js OUT.json`, compiled, as root, where there are /dev/cuse,
 * i2c-tools 4.3 and an i2c-stub with chip_addr=0x50 as bus 0 (a guest: see test/guest).
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { exposeNodes, NodeRegistry } from '../../../src/dev/index.ts';
import { MODEL_CASES, type Recorded, STUB_CASES, type ToolCase } from './cases.ts';
import { ModelBus } from './model-bus.ts';

function run({ tool, args, stdin = '' }: ToolCase): Promise<Recorded> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => resolve({ tool, args, stdin, stdout, stderr, code: code ?? -1 }));
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}

const bus = new ModelBus(1);
const nodes = new NodeRegistry();
nodes.addI2c(bus, { isBound: ModelBus.isBound });
const made = await exposeNodes(nodes);
const model: Recorded[] = [];
for (const one of MODEL_CASES) {
  bus.reset();
  model.push(await run(one));
}
await Promise.all(made.map((node) => node.close()));
const stub: Recorded[] = [];
for (const one of STUB_CASES) stub.push(await run(one));
writeFileSync(process.argv[2] ?? 'recorded.json', `${JSON.stringify({ model, stub }, undefined, 1)}\n`);
