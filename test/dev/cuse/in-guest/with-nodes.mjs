/**
 * Makes the nodes of a board, runs a shell script on them, and takes them away again:
 * `node with-nodes.mjs BOARD SCRIPT`. Says `after: PATH gone|there` for each node at the end.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { openBoard } from '../../../../dist/src/board/index.js';
import { exposeNodes } from '../../../../dist/src/dev/index.js';

const [file, script] = process.argv.slice(2);
const board = await openBoard(file);
const made = await exposeNodes(board.nodes, { mode: 0o640, gid: 20 });
for (const { boardPath, path } of made) console.log(`${boardPath} is ${path}`);
const child = spawn('/bin/sh', ['-c', script], { stdio: 'inherit' });
const code = await new Promise((resolve) => child.once('exit', resolve));
await Promise.all(made.map((node) => node.close()));
await board.close();
for (const { path } of made) console.log(`after: ${path} ${existsSync(path) ? 'there' : 'gone'}`);
process.exitCode = code;
