// Attacks on a server of buses, each a function of the server's folder that goes on for ever. `node attacks.mjs NAME FOLDER`
// runs one, and writes how often it was carried out. They are harmless to everything but a server that does not bound
// what one guest may take.
import { join } from 'node:path';
import { CONTROL_ATTACKS } from './control-attacks.mjs';
import { MODEL_ATTACKS } from './model-attacks.mjs';
import { RING_ATTACKS } from './ring-attacks.mjs';
import { SESSION_ATTACKS } from './session-attacks.mjs';

const atBus =
  (attack, bus = 'i2c1') =>
  (folder) =>
    attack(join(folder, `${bus}.sock`));

export const ATTACKS = {
  ...Object.fromEntries(
    Object.entries(RING_ATTACKS).map(([name, { attack, bus }]) => [name, atBus(attack, bus)]),
  ),
  ...Object.fromEntries(Object.entries(SESSION_ATTACKS).map(([name, attack]) => [name, atBus(attack)])),
  ...MODEL_ATTACKS,
  ...CONTROL_ATTACKS,
};

if (process.argv[1]?.endsWith('attacks.mjs')) await ATTACKS[process.argv[2]](process.argv[3]);
