// A lab in which everything goes wrong, and a checker that proves from what its clients saw, what its hosts said and what reached
// its wires that nothing was sent twice, lost without an errno, or sent without a lease. On the compiled package.
//
//   npm run soak:lab -- [TRANSFERS] [SEED]
//
// Two hosts (`dtbus share`) with five buses, two of them on adapters; clients in processes of their own come by Unix sockets, TLS
// and NATS, half of them through proxies. Hosts, clients and the NATS server are killed, clients are paused beyond their
// leases, streams are cut in the middle of a frame, answers are swallowed, adapters are unplugged, leases are stolen. Needs Debian's
// nats-server and openssl. What must hold stands in `check.mjs`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { randomFrom } from '../../fuzz/random.mjs';
import { check } from './check.mjs';
import { proxyTo } from './proxy.mjs';
import { readLines, readWire } from './records.mjs';

const transfers = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!(transfers > 0) || !Number.isInteger(seed)) {
  console.error('usage: npm run soak:lab -- [TRANSFERS] [SEED]');
  process.exit(2);
}
const CLIENTS = 8;
const READY_MS = 60_000;
/** In which something comes about, and a client stops that was told to. */
const STOP_MS = 120_000;
const CH341A = '5512';
const NATS = process.env.DTBUS_NATS_SERVER || 'nats-server';
const random = randomFrom(seed);
const pick = (list) => list[random(list.length)];
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const dtbus = here('../../../bin/dtbus.js');
const model = here('wire.mjs');
const folder = mkdtempSync(join(tmpdir(), 'dtbus-lab-'));
const path = (name) => join(folder, name);
const faults = [];
const strikes = {};
const strike = (what) => {
  strikes[what] = (strikes[what] ?? 0) + 1;
};

const children = new Set();
process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});
function run(file, argv, options) {
  const child = spawn(file, argv, options);
  children.add(child);
  child.once('exit', () => children.delete(child));
  return child;
}
const tls = {
  DTBUS_TLS_CA: path('cert.pem'),
  DTBUS_TLS_CERT: path('cert.pem'),
  DTBUS_TLS_KEY: path('key.pem'),
};
const env = {
  ...process.env,
  ...tls,
  XDG_RUNTIME_DIR: folder,
  XDG_STATE_HOME: path('state'),
  DTBUS_UNPLUG: folder,
};

/** A process, once it has said `text`. @throws {Error} it has ended before */
async function start(file, argv, text, more = {}) {
  const child = run(file, argv, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...env, ...more } });
  let said = '';
  const ready = new Promise((resolve, reject) => {
    const failed = (why) => () => reject(new Error(`${argv.join(' ')}: ${why}: ${said}`));
    const late = setTimeout(failed('not ready'), READY_MS);
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        said = (said + data).slice(-4000);
        if (!said.includes(text)) return;
        clearTimeout(late);
        resolve();
      });
    child.once('exit', failed('ended'));
    child.once('error', failed('not started'));
  });
  await ready;
  return child;
}

async function kill(child, signal = 'SIGKILL') {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill(signal);
  const [code] = await ended;
  return code;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

const certificate =
  'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout key.pem -out cert.pem -subj /CN=lab -addext subjectAltName=IP:127.0.0.1';
if (spawnSync('openssl', certificate.split(' '), { cwd: folder }).status !== 0)
  throw new Error('not found: the command openssl, which makes certificates; install it');

const BUS = 'compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;';
const logOf = (host, bus) => path(`${host}-${bus}.wire`);
const part = (host, bus) =>
  `wire@10 { compatible = "acme,wire"; reg = <0x10>; dtbus,model = "${model}"; acme,file = "${logOf(host, bus)}"; };`;
const plain = (host, label, bus) => `${label}: ${bus} { ${BUS} ${part(host, bus)} };`;
const onAdapter = (label, bus, adapter) =>
  `${label}: ${bus} { ${BUS} dtbus,host = <&${adapter}>; dtbus,timeout-ms = <8000>; };`;
const inside = (host, bus) => `i2c { #address-cells = <1>; #size-cells = <0>; ${part(host, bus)} };`;
const tree = (name, text) => {
  writeFileSync(path(`${name}.dts`), `/dts-v1/; / { ${text} };`);
  return path(`${name}.dts`);
};

const HOSTS = {
  desk: {
    buses: ['i2c-1', 'i2c-2', 'i2c-3'],
    onAdapter: 'i2c-3',
    tree: `aliases { i2c1 = &a; i2c2 = &b; i2c3 = &c; };
      ${plain('desk', 'a', 'i2c-1')} ${plain('desk', 'b', 'i2c-2')} ${onAdapter('c', 'i2c-3', 'pirate')}
      hosts { pirate: pirate { compatible = "dangerousprototypes,bus-pirate"; port = "${path('pirate')}"; dtbus,power; dtbus,pull-ups; }; };`,
  },
  rack: {
    buses: ['i2c-1', 'i2c-2'],
    onAdapter: 'i2c-2',
    tree: `aliases { i2c1 = &a; i2c2 = &b; };
      ${plain('rack', 'a', 'i2c-1')} ${onAdapter('b', 'i2c-2', 'ch341a')}
      hosts { ch341a: ch341a { compatible = "dtbus,ch341a-emulator"; ${inside('rack', 'i2c-2')} }; };`,
  },
};
const emulator = tree(
  'pirate',
  `hosts { p: pirate { compatible = "dtbus,bus-pirate-emulator"; port = "${path('pirate')}"; ${inside('desk', 'i2c-3')} }; };`,
);

const natsPort = await freePort();
const startNats = () =>
  start(
    NATS,
    [
      '-a',
      '127.0.0.1',
      '-p',
      String(natsPort),
      '--tls',
      '--tlscert',
      tls.DTBUS_TLS_CERT,
      '--tlskey',
      tls.DTBUS_TLS_KEY,
    ],
    'Server is ready',
  );
const startPirate = () => start(process.execPath, [dtbus, 'up', emulator, '--trust', model], path('pirate'));
const running = { nats: await startNats(), pirate: await startPirate() };
const ports = {};
for (const name of Object.keys(HOSTS)) ports[name] = await freePort();
const startHost = async (name) => {
  const flags = ['--import', here('witness.mjs'), '--import', here('../unplug.mjs')];
  const words = [dtbus, 'share', path(`${name}.dts`), '--trust', model, '--socket', path(`${name}.sock`)];
  const places = ['--listen', `127.0.0.1:${ports[name]}`, '--nats', `nats://127.0.0.1:${natsPort}/${name}`];
  const log = { DTBUS_LAB_LOG: path(`${name}.log`) };
  running[name] = await start(process.execPath, [...flags, ...words, ...places], 'ready\n', log);
};
const proxies = [];
const through = async (at, target) => {
  proxies.push(await proxyTo(at, target, random));
  return proxies.at(-1).port;
};
const onPort = (port) => ({ port, host: '127.0.0.1' });
const natsThrough = await through(0, onPort(natsPort));
const lab = [];
for (const [name, host] of Object.entries(HOSTS)) {
  tree(name, host.tree);
  const tlsThrough = await through(0, onPort(ports[name]));
  await through(path(`${name}-far.sock`), { path: path(`${name}.sock`) });
  const ways = [
    `remote:${path(`${name}.sock`)}`,
    `remote:${path(`${name}-far.sock`)}`,
    ...[ports[name], tlsThrough].map((port) => `remote:tls://127.0.0.1:${port}`),
    ...[natsPort, natsThrough].map((port) => `remote:nats://127.0.0.1:${port}/${name}`),
  ];
  lab.push({ name, buses: host.buses, ways });
}
writeFileSync(path('lab.json'), JSON.stringify(lab));
await Promise.all(Object.keys(HOSTS).map(startHost));

let [clients, asked, isOver] = [0, 0, false];
const atWork = new Map();
function startClient() {
  const id = ++clients;
  const argv = [
    here('client.mjs'),
    String(id),
    String(seed + id * 7919),
    path(`client-${id}.log`),
    path('lab.json'),
  ];
  const child = run(process.execPath, argv, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], env });
  atWork.set(id, child);
  child.on('message', ({ calls }) => {
    asked += calls;
  });
  child.once('exit', (code) => {
    if (atWork.get(id) !== child || isOver) return;
    faults.push(`client ${id} ended by itself with ${code}`);
    startClient();
    atWork.delete(id);
  });
}

const FAULTS = {
  'host killed': async () => {
    const name = pick(Object.keys(HOSTS));
    await kill(running[name]);
    await startHost(name);
  },
  'NATS server killed': async () => {
    await kill(running.nats);
    await sleep(random(400));
    running.nats = await startNats();
  },
  'client killed': async () => {
    const id = pick([...atWork.keys()]);
    const child = atWork.get(id);
    atWork.delete(id);
    await kill(child);
    startClient();
  },
  'client paused': async () => {
    const child = pick([...atWork.values()]);
    child.kill('SIGSTOP');
    // Leases last 0.2 to 0.6 s.
    await sleep(300 + random(900));
    child.kill('SIGCONT');
  },
  'stream cut': async () => pick(proxies).cut(),
  'answers swallowed': async () => pick(proxies).swallow(20 + random(60)),
  'stream held back': async () => pick(proxies).hold(50 + random(900)),
  'Bus Pirate unplugged': async () => {
    await kill(running.pirate);
    rmSync(path('pirate'), { force: true });
    await sleep(random(300));
    running.pirate = await startPirate();
  },
  'CH341A unplugged': async () => {
    writeFileSync(path(`away-${CH341A}`), '');
    await sleep(50 + random(300));
    rmSync(path(`away-${CH341A}`));
  },
};
/** One after the other in each row; ms between them. A host starts where there is a NATS server. */
const ROWS = [
  [['host killed', 'NATS server killed'], 1500],
  [['client killed'], 2000],
  [['client paused'], 300],
  [['stream cut', 'answers swallowed'], 100],
  [['stream held back'], 200],
  [['Bus Pirate unplugged'], 2500],
  [['CH341A unplugged'], 1500],
];
let isStuck = false;
const isDone = () =>
  isStuck || (asked >= transfers && Object.keys(FAULTS).every((what) => strikes[what] > 0));
async function watch() {
  for (let before = -1; !isDone(); await sleep(STOP_MS, undefined, { ref: false })) {
    isStuck = asked === before;
    before = asked;
  }
}
async function goWrong(names, ms) {
  for (let turn = 0; !isDone(); turn++) {
    await sleep(ms / 2 + random(ms));
    const name = names[turn % names.length];
    if ((await FAULTS[name]()) !== false) strike(name);
  }
}

const began = performance.now();
for (let n = 0; n < CLIENTS; n++) startClient();
void watch();
await Promise.all(ROWS.map((row) => goWrong(...row)));
if (isStuck) faults.push(`nothing came about in ${STOP_MS / 1000} s`);
isOver = true;
for (const [id, child] of atWork) {
  const ended = child.exitCode === null ? once(child, 'exit').then(([each]) => each) : child.exitCode;
  if (child.connected) child.send('stop');
  const code = await Promise.race([ended, sleep(STOP_MS, 'nothing', { ref: false })]);
  if (code !== 0) faults.push(`client ${id} ended with ${code}`);
}
const seconds = Math.round((performance.now() - began) / 1000);
for (const name of Object.keys(HOSTS)) {
  const code = await kill(running[name], 'SIGTERM');
  if (code !== 0) faults.push(`${name} ended with ${code}`);
}
await Promise.all([kill(running.nats), kill(running.pirate)]);
for (const proxy of proxies) proxy.close();

const hosts = Object.fromEntries(Object.keys(HOSTS).map((name) => [name, readLines(path(`${name}.log`))]));
const { wrong, counts } = check({
  clients: Array.from({ length: clients }, (_, index) => readLines(path(`client-${index + 1}.log`))),
  hosts,
  wires: Object.entries(HOSTS).flatMap(([host, { buses, onAdapter: adapter }]) =>
    buses.map((bus) => ({ host, bus, hasAdapter: bus === adapter, records: readWire(logOf(host, bus)) })),
  ),
});
faults.push(...wrong);
strikes['lease stolen'] = Object.values(hosts)
  .flat()
  .filter(({ reason }) => reason?.startsWith('stolen by')).length;
console.log(
  `lab: seed ${seed}, ${seconds} s, ${clients} clients; ${JSON.stringify(strikes)}; ${JSON.stringify(counts)}`,
);
for (const fault of faults) console.log(`FAULT: ${fault}`);
if (faults.length === 0) rmSync(folder, { recursive: true });
console.log(faults.length === 0 ? 'no fault' : `${faults.length} faults; see ${folder}`);
process.exit(faults.length === 0 ? 0 : 1);
