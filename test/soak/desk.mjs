// A desk full of adapters: seven of different kinds, which are pulled out and put back again and again, a
// multiplexer and simulated parts between them, two guests with Linux and a script that all use them at once.
//
//   npm run soak:desk -- [SECONDS] [SEED]
//
// Nothing that was acknowledged may be lost, nothing may arrive twice, and the server's descriptors must be level.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { BusPirateEmulator, V4_FIRMWARE_8_0 } from '../../dist/hosts/bus-pirate/index.js';
import { BusPirate5Emulator } from '../../dist/hosts/bus-pirate-5/index.js';
import { FirmataEmulator } from '../../dist/hosts/firmata/index.js';
import { serveEmulator } from '../../dist/hosts/link/index.js';
import { MicropythonEmulator } from '../../dist/hosts/micropython/index.js';
import { SerprogEmulator } from '../../dist/hosts/serprog/index.js';
import { openBoard } from '../../dist/src/board/index.js';
import { I2cWire, SpiWire } from '../../dist/src/sim/index.js';
import { randomFrom } from '../fuzz/random.mjs';
import { COUNTER, counter, FLASH, flashWire, RECORD_BYTES } from './desk-parts.mjs';

const seconds = Number(process.argv[2] ?? 60);
const seed = Number(process.argv[3] ?? Date.now() % 2 ** 31);
if (!(seconds > 0) || !Number.isInteger(seed)) {
  console.error('usage: npm run soak:desk -- [SECONDS] [SEED]');
  process.exit(2);
}
/** In ten minutes; in less time it is as many as there is time for. */
const UNPLUGGED = 200;
const EVERY_MS = 3000;
const READY_MS = 30_000;
/** What a transfer may end with while its adapter is away. */
const AWAY = ['EIO', 'ENODEV', 'ENXIO', 'ETIMEDOUT', 'EPROTO'];
const GUESTS = [1, 2];
const SCRIPT = 9;
/** The buses by their numbers: one on each adapter that has I2C. */
const BUS = { pirate: 1, micropython: 2, firmata: 3, ch341a: 4, mux: 5, dln2: 6, pirate5: 7 };
/** Adapters on USB, emulated in the server's process, and their products: `unplug.mjs` pulls them out there. */
const ON_USB = { ch341a: '5512', dln2: '2013' };
/** The server looks for what to pull out more often than this. */
const SEEN_MS = 50;
const unplug = fileURLToPath(new URL('unplug.mjs', import.meta.url));
const dtbus = fileURLToPath(new URL('../../bin/dtbus.js', import.meta.url));
const models = fileURLToPath(new URL('counter.mjs', import.meta.url));
const kernel =
  process.env.DTBUS_GUEST_KERNEL ?? fileURLToPath(new URL('../../../shared/guest/linux', import.meta.url));
const random = randomFrom(seed);
const folder = mkdtempSync(join(tmpdir(), 'dtbus-desk-'));
const faults = [];
const fail = (sentence) => {
  faults.push(sentence);
  console.error(`FAULT: ${sentence}`);
};

const arrived = { pirate: new Map(), pirate5: new Map(), micropython: new Map(), firmata: new Map() };
const wire = (name) => {
  const i2c = new I2cWire();
  i2c.attach(counter(arrived[name]), `/${name}`);
  return i2c;
};
const wires = {
  pirate: wire('pirate'),
  pirate5: wire('pirate5'),
  micropython: wire('micropython'),
  firmata: wire('firmata'),
  serprog: flashWire(),
};
const EMULATORS = {
  pirate: () => new BusPirateEmulator({ i2c: wires.pirate, spi: new SpiWire(), traits: V4_FIRMWARE_8_0 }),
  pirate5: () => new BusPirate5Emulator({ i2c: wires.pirate5 }),
  micropython: () => new MicropythonEmulator({ i2c: wires.micropython }),
  firmata: () => new FirmataEmulator({ i2c: wires.firmata }),
  serprog: () => new SerprogEmulator({ spi: wires.serprog }),
};
const logOf = (name) => join(folder, `${name}.log`);
const portOf = (name) => join(folder, `port-${name}`);
const plugged = new Map();
const plug = (name) => plugged.set(name, serveEmulator(EMULATORS[name](), { pty: true, link: portOf(name) }));

function boardFile() {
  const bus = 'compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;';
  const on = (
    name,
  ) => `${name}_bus: i2c-${BUS[name]} { ${bus} dtbus,host = <&${name}>; dtbus,timeout-ms = <8000>;
    temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,simulate; }; };`;
  for (const name of Object.keys(ON_USB)) writeFileSync(logOf(name), '');
  const usb = (
    name,
  ) => `${name}: ${name} { compatible = "dtbus,${name}-emulator"; i2c { #address-cells = <1>; #size-cells = <0>;
      counter@10 { compatible = "acme,counter"; reg = <0x10>; dtbus,model = "${models}"; acme,file = "${logOf(name)}"; }; }; };`;
  writeFileSync(
    join(folder, 'desk.dts'),
    `/dts-v1/; / {
  aliases { ${Object.keys(BUS)
    .map((name) => `i2c${BUS[name]} = &${name}_bus;`)
    .join(' ')} spi0 = &spi; };
  ${Object.keys(BUS)
    .filter((name) => name !== 'mux')
    .map(on)
    .join('\n  ')}
  mux_bus: i2c-${BUS.mux} { ${bus}
    mux@70 { compatible = "nxp,pca9548"; reg = <0x70>; #address-cells = <1>; #size-cells = <0>;
      i2c@0 { reg = <0>; #address-cells = <1>; #size-cells = <0>; temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temperature=10"; }; };
      i2c@5 { reg = <5>; #address-cells = <1>; #size-cells = <0>; temp@48 { compatible = "national,lm75"; reg = <0x48>; dtbus,set = "temperature=50"; }; }; }; };
  spi: spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&serprog>; dtbus,timeout-ms = <8000>; };
  hosts {
    pirate: pirate { compatible = "dangerousprototypes,bus-pirate"; port = "${portOf('pirate')}"; };
    serprog: serprog { compatible = "dtbus,serprog"; port = "${portOf('serprog')}"; };
    micropython: micropython { compatible = "micropython,board"; port = "${portOf('micropython')}"; dtbus,scl = "5"; dtbus,sda = "4"; };
    firmata: firmata { compatible = "firmata,board"; port = "${portOf('firmata')}"; };
    pirate5: pirate-5 { compatible = "dangerousprototypes,bus-pirate-5"; port = "${portOf('pirate5')}"; };
    ${Object.keys(ON_USB).map(usb).join('\n    ')}
  };
};`,
  );
  return join(folder, 'desk.dts');
}

/** The board in a process of its own. */
async function serve() {
  const child = spawn(
    process.execPath,
    [
      '--import',
      unplug,
      dtbus,
      'serve',
      boardFile(),
      '--socket-dir',
      join(folder, 'served'),
      '--trust',
      models,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, DTBUS_UNPLUG: folder },
    },
  );
  let said = '';
  const ready = new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`not ready: ${said}`)), READY_MS);
    const hear = (data) => {
      said += data;
      if (!said.includes('ready')) return;
      clearTimeout(late);
      resolve();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}: ${said}`)));
  });
  process.once('exit', () => child.kill('SIGKILL'));
  await ready;
  return { child, said: () => said };
}

/** Ends a guest with the processes that it has. */
function end(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** A Linux whose i2c-tools write records on every bus until `stop` is there; what was acknowledged goes to its console. */
function boot(guest) {
  const numbers = Object.entries(BUS).filter(([name]) => name !== 'mux');
  const init = join(folder, `init-${guest}.sh`);
  const buses = numbers.map(([, number], index) => `${index}:${number}`).join(' ');
  writeFileSync(
    init,
    `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc; mount -t sysfs sysfs /sys; mountpoint -q /dev || mount -t devtmpfs dev /dev
n=0
while [ ! -e ${join(folder, 'stop')} ]; do
  n=$((n + 1))
  for pair in ${buses}; do
    said=$(i2ctransfer -y \${pair%:*} w8@0x10 0 0 ${guest} \${pair#*:} 0 $((n >> 16)) $((n >> 8 & 255)) $((n & 255)) 2>&1) && [ -z "$said" ] && echo "ok \${pair#*:} $n"
  done
done
echo ended
busybox poweroff -f
`,
    { mode: 0o755 },
  );
  const console = openSync(join(folder, `console-${guest}`), 'w');
  const devices = numbers.map(
    ([, number]) => `virtio_uml.device=${join(folder, 'served', `i2c${number}.sock`)}:34`,
  );
  const args = ['mem=96M', 'root=/dev/root', 'rootfstype=hostfs', 'rootflags=/', 'ro', `init=${init}`];
  const child = spawn(kernel, [...args, 'con0=fd:0,fd:1', 'con=null', 'quiet', 'seccomp=on', ...devices], {
    stdio: ['ignore', console, console],
    detached: true,
    cwd: folder,
  });
  process.once('exit', () => end(child.pid));
  return { child, ended: new Promise((resolve) => child.once('exit', resolve)) };
}

const record = (who, bus, number) => {
  const bytes = Buffer.from([0, 0, who, bus, 0, 0, 0, 0]);
  bytes.writeUIntBE(number, 5, 3);
  return bytes;
};
const acknowledged = new Map(Object.values(BUS).map((bus) => [bus, new Set()]));
/** The number of the script's next record. */
let next = 1;
const count = { unplugged: 0, transfers: 0, away: 0, guests: 0, arrived: 0 };

/** Whether it came to an end; an adapter may be away. */
async function tried(run) {
  try {
    await run();
    count.transfers++;
    return true;
  } catch (error) {
    if (!AWAY.includes(error.code)) throw error;
    count.away++;
    return false;
  }
}

async function script(until) {
  const board = await openBoard({ connect: join(folder, 'served'), onWarning: () => {} });
  const buses = Object.entries(BUS).map(([name, number]) => ({
    name,
    number,
    i2c: board.open(`/dev/i2c-${number}`),
  }));
  const flash = board.open('/dev/spidev0.0');
  for (const { i2c } of buses) i2c.timeoutMs = 20_000;
  flash.timeoutMs = 20_000;
  const each = async ({ name, number, i2c }) => {
    while (performance.now() < until) {
      const n = next++;
      if (name === 'mux') {
        const channel = n & 1 ? 0 : 5;
        // The channel is connected at the STOP.
        await i2c.transfer([{ addr: 0x70, write: Uint8Array.of(1 << channel) }]);
        const [bytes] = await i2c.transfer([{ addr: 0x48, read: 2 }]);
        if (bytes[0] !== (channel === 0 ? 10 : 50)) fail(`behind channel ${channel} the LM75 read ${bytes}`);
        count.transfers++;
      } else {
        const bytes = record(SCRIPT, number, n);
        if (await tried(() => i2c.transfer([{ addr: COUNTER, write: bytes }])))
          acknowledged.get(number).add(bytes.toString('hex'));
        const [temperature] = await i2c
          .transfer([
            { addr: 0x48, write: Uint8Array.of(0) },
            { addr: 0x48, read: 2 },
          ])
          .catch((error) => {
            if (AWAY.includes(error.code)) return [];
            throw error;
          });
        if (temperature !== undefined && temperature[0] !== 25)
          fail(`i2c-${number}: the simulated LM75 read ${temperature}`);
      }
      await sleep(random(20));
    }
  };
  const reading = async () => {
    while (performance.now() < until) {
      const at = random(3000);
      await tried(async () => {
        const { rx } = await flash.transfer([{ tx: Uint8Array.of(3, 0, at >> 8, at & 0xff) }, { rx: 256 }]);
        const data = Buffer.from(rx).subarray(-256);
        if (!data.equals(FLASH.subarray(at, at + 256))) fail(`the flash read other data at ${at}`);
      });
      await sleep(random(30));
    }
  };
  await Promise.all([...buses.map(each), reading()]);
  await board.close();
}

/** How often each was pulled out. */
const pulled = new Map();

async function unplugging(until) {
  const names = [...Object.keys(EMULATORS), ...Object.keys(ON_USB)];
  const everyMs = Math.min(EVERY_MS, (seconds * 1000) / UNPLUGGED);
  while (performance.now() < until && count.unplugged < UNPLUGGED) {
    const name = names[random(names.length)];
    const away = join(folder, `away-${ON_USB[name]}`);
    if (name in ON_USB) writeFileSync(away, '');
    else plugged.get(name).close();
    count.unplugged++;
    pulled.set(name, (pulled.get(name) ?? 0) + 1);
    await sleep((name in ON_USB ? SEEN_MS : 0) + random(Math.ceil(everyMs / 3)));
    if (name in ON_USB) rmSync(away);
    else plug(name);
    await sleep(everyMs * 0.6);
  }
}

const descriptors = (pid) => readdirSync(`/proc/${pid}/fd`).length;

/** What a guest's console says was acknowledged. */
function guestsAcknowledged(guest) {
  const text = readFileSync(join(folder, `console-${guest}`), 'latin1');
  for (const [, bus, number] of text.matchAll(/^ok (\d+) (\d+)\r?$/gm)) {
    acknowledged.get(Number(bus)).add(record(guest, Number(bus), Number(number)).toString('hex'));
    count.guests++;
  }
  if (!/^ended/m.test(text)) fail(`guest ${guest} did not come to its end: ${text.slice(-400)}`);
}

function compare(name, seen) {
  const sure = acknowledged.get(BUS[name]);
  const lost = [...sure].filter((key) => !seen.has(key)).length;
  const doubled = [...seen.values()].filter((times) => times > 1).length;
  count.arrived += seen.size;
  console.log(
    `${name}: ${sure.size} writes acknowledged, ${seen.size} arrived, ${lost} lost, ${doubled} doubled`,
  );
  if (sure.size === 0) fail(`nothing happened on ${name}`);
  if (lost > 0) fail(`${name}: ${lost} writes were acknowledged and lost`);
  if (doubled > 0) fail(`${name}: ${doubled} writes arrived twice`);
}

function logged(name) {
  const log = readFileSync(logOf(name));
  const seen = new Map();
  for (let at = 0; at < log.length; at += RECORD_BYTES) {
    const key = log.subarray(at, at + RECORD_BYTES).toString('hex');
    seen.set(key, (seen.get(key) ?? 0) + 1);
  }
  return seen;
}

console.log(`desk, seed ${seed}, ${seconds} s`);
if (!existsSync(kernel)) {
  console.error(`no kernel at ${kernel}: set DTBUS_GUEST_KERNEL (see test/guest/README.md)`);
  process.exit(2);
}
for (const name of Object.keys(EMULATORS)) plug(name);
const server = await serve();
await script(performance.now() + 1500);
const before = descriptors(server.child.pid);
const guests = GUESTS.map(boot);
const until = performance.now() + seconds * 1000;
await Promise.all([script(until), unplugging(until)]);
writeFileSync(join(folder, 'stop'), '');
await Promise.race([Promise.all(guests.map(({ ended }) => ended)), sleep(60_000)]);
for (const { child } of guests) end(child.pid);
// All adapters are open once more.
const earlier = new Map([...acknowledged].map(([bus, keys]) => [bus, keys.size]));
await script(performance.now() + 3000);
for (const [name, bus] of Object.entries(BUS))
  if (name !== 'mux' && acknowledged.get(bus).size === earlier.get(bus))
    fail(`${name} acknowledges nothing any more`);
await sleep(500);
const after = descriptors(server.child.pid);
for (const guest of GUESTS) guestsAcknowledged(guest);
for (const [name, seen] of Object.entries(arrived)) compare(name, seen);
for (const name of Object.keys(ON_USB)) compare(name, logged(name));
console.log(`pulled out: ${[...pulled].map(([name, times]) => `${name} ${times}`).join(', ')}`);
for (const [name, product] of Object.entries(ON_USB)) {
  const file = join(folder, `pulled-${product}`);
  const times = existsSync(file) ? readFileSync(file).length : 0;
  if (times !== (pulled.get(name) ?? 0)) fail(`${name} was pulled out ${times} times of ${pulled.get(name)}`);
}
console.log(JSON.stringify({ ...count, descriptors: { before, after } }));
if (after > before) fail(`descriptors grew from ${before} to ${after}`);
if (count.unplugged === 0 || count.guests === 0) fail('nothing happened');
if (faults.length > 0) console.error(server.said());
server.child.removeAllListeners('exit');
server.child.kill('SIGTERM');
await new Promise((resolve) => server.child.once('exit', resolve));
for (const served of plugged.values()) served.close();
if (faults.length === 0) rmSync(folder, { recursive: true });
console.log(faults.length === 0 ? 'no fault' : `${faults.length} faults; see ${folder}`);
process.exitCode = faults.length === 0 ? 0 : 1;
