/**
 * Writes down what the real tools do: `node record.js OUT.json`, compiled, as root, where there are /dev/cuse
 * and spi-tools 0.8.4 (a guest: see test/guest).
 */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { exposeNodes, NodeRegistry } from '../../../src/dev/index.ts';
import { FakeSpi } from '../../dev/fake-adapters.ts';
import { type RecordedSpi, SPI_CASES, type SpiCase } from './cases.ts';

function run({ tool, args, stdin = '' }: SpiCase): Promise<RecordedSpi> {
  return new Promise((resolve, reject) => {
    const child = spawn(tool, args);
    const stdout: Buffer[] = [];
    let stderr = '';
    child.stdout.on('data', (chunk) => stdout.push(chunk));
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (code) => {
      const bytes = Buffer.concat(stdout);
      const shown = tool === 'spi-pipe' ? bytes.toString('hex') : bytes.toString();
      resolve({ tool, args, stdin, stdout: shown, stderr, code: code ?? -1 });
    });
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}

const nodes = new NodeRegistry();
nodes.addSpi(new FakeSpi(0), 0);
const made = await exposeNodes(nodes);
const recorded: RecordedSpi[] = [];
for (const one of SPI_CASES) recorded.push(await run(one));
await Promise.all(made.map((node) => node.close()));
writeFileSync(process.argv[2] ?? 'recorded.json', `${JSON.stringify(recorded, undefined, 1)}\n`);
