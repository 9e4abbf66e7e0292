// The programmer to compare with: the emulated serprog at a TCP port, and the same simulated flash behind it.
import { createServer } from 'node:net';
import { serveEmulator } from '../../../dist/hosts/link/index.js';
import { SerprogEmulator } from '../../../dist/hosts/serprog/index.js';
import { loadModels, PartRegistry, populateSpi, RealClock } from '../../../dist/src/sim/index.js';

const COMPATIBLE = 'winbond,w25q80';
const none = () => undefined;
const node = (name, compatible, reg, children) => ({
  name,
  path: `/${name}`,
  children,
  compatible,
  has: (property) => property === 'reg' && reg !== undefined,
  u32: none,
  u32s: (property) => (property === 'reg' ? reg : undefined),
  string: none,
  strings: none,
  bytes: none,
});
const bus = node('spi', [], undefined, [node('flash@0', [COMPATIBLE], [0], [])]);
const catalogue = await loadModels([COMPATIBLE]);
const parts = new PartRegistry();
const { wire } = populateSpi(bus, { catalogue, clock: new RealClock(), parts });
for (const { path } of parts.list()) parts.set(path, 'timeScale', 0);
createServer((stream) => serveEmulator(new SerprogEmulator({ spi: wire }), { stream })).listen(
  Number(process.argv[2]),
  '127.0.0.1',
  () => console.log('ready'),
);
