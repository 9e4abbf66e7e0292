/**
 * Makes the nodes of a board, runs a shell script on them, and takes them away again:
 * `node with-nodes.mjs board|nodes BOARD SCRIPT`. Says `after: PATH gone|there` for each node at the end.
 * The ways: all in one thread that has the board, or a thread for each node beside the board's own.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { exposeBoard, exposeNodes, openBoard } from '../../../../dist/src/board/index.js';

const [way, file, script] = process.argv.slice(2);
const permissions = { mode: 0o640, gid: 20 };

async function threadForEach() {
  const board = await openBoard(file);
  const nodes = await exposeNodes(board.nodes, permissions);
  return {
    nodes,
    close: async () => {
      await Promise.all(nodes.map((node) => node.close()));
      await board.close();
    },
  };
}

const made = way === 'board' ? await exposeBoard(file, permissions) : await threadForEach();
for (const { boardPath, path } of made.nodes) console.log(`${boardPath} is ${path}`);
const child = spawn('/bin/sh', ['-c', script], { stdio: 'inherit' });
const code = await new Promise((resolve) => child.once('exit', resolve));
await made.close();
for (const { path } of made.nodes) console.log(`after: ${path} ${existsSync(path) ? 'there' : 'gone'}`);
process.exitCode = code;
