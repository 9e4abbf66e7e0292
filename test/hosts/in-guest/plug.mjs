/**
 * Plugs an emulated USB adapter into this machine, runs a shell script, and unplugs it:
 * `node plug.mjs FOLDER SCRIPT`. Behind it are an LM75 at 0x48 and a 24c02 at 0x50, a W25Q80 on SPI.
 */
import { spawn } from 'node:child_process';
import { EmulatedPort, plugIntoMachine } from '../../../dist/src/usb/index.js';
import { makeEmulator } from './emulators.mjs';

const [folder, script] = process.argv.slice(2);
const port = new EmulatedPort(await makeEmulator(folder));
const session = plugIntoMachine(port);
const child = spawn('/bin/sh', ['-c', script], { stdio: 'inherit' });
const code = await new Promise((resolve) => child.once('exit', resolve));
port.unplug();
session.close();
process.exitCode = code;
