import { createHost } from '../../src/board/assemble/hosts.ts';
import type { HostAdapter, I2cCapabilities } from '../../src/bus/index.ts';
import { diagnosticText, parse } from '../../src/devicetree/index.ts';
import { loadModels, RealClock } from '../../src/sim/index.ts';
import type { ControllerBench, ControllerTraits } from './controller-suite.ts';

/** What an I2C controller says of itself, where it does: else the suite asks for all. */
interface Sheeted {
  readonly capabilities?: I2cCapabilities;
}
/** Hz; what loose wires on a desk carry. */
const SPI_HZ = 2_000_000;

/** The adapter that a device-tree node describes, and what the suite may ask of it. Nothing is opened. */
export interface Hardware {
  readonly host: HostAdapter;
  readonly traits: ControllerTraits;
}

/**
 * @param text the node of an adapter, alone or as `dtbus adapters` prints it, with `hosts` around it
 * @throws {Error} what is wrong with it; {NodeError}
 */
export async function hardwareOf(text: string): Promise<Hardware> {
  const isTree = /\bhosts\b\s*\{/.test(text);
  const { tree, diagnostics } = parse(
    'DTBUS_TEST_ADAPTER',
    `/dts-v1/; ${isTree ? text : `/ { hosts { ${text} }; };`}`,
  );
  const faults = diagnostics.filter(({ severity }) => severity === 'error');
  if (tree === undefined || faults.length > 0)
    throw new Error(
      `invalid DTBUS_TEST_ADAPTER: ${faults.map((fault) => diagnosticText(fault, '')).join('')}`,
    );
  const [node] = tree.root.children.find(({ name }) => name === 'hosts')?.children ?? [];
  if (node === undefined)
    throw new Error(
      'invalid DTBUS_TEST_ADAPTER: expected the node of an adapter, as "dtbus adapters" prints it',
    );
  // An emulated adapter is hardware too, with the parts of its node.
  const parts = node.children.flatMap(({ children }) => children.flatMap(({ compatible }) => compatible));
  const host = await createHost(node, { catalogue: await loadModels(parts), clock: new RealClock() });
  return { host, traits: traitsOf(host) };
}

function traitsOf({ i2c, spi }: HostAdapter): ControllerTraits {
  const { capabilities } = (i2c ?? {}) as Sheeted;
  return {
    hasI2c: i2c !== undefined,
    hasSpi: spi !== undefined,
    ...(capabilities !== undefined && { i2c: capabilities }),
    ...(spi !== undefined && {
      spiModes: [0, 1, 2, 3].filter((mode) => (mode & ~spi.capabilities.modes) === 0),
      spiSpeedHz: Math.min(spi.capabilities.maxSpeedHz || SPI_HZ, SPI_HZ),
    }),
  };
}

/** Opens it. Behind it are a 24c02 at 0x50 and, where it has SPI, a W25Q flash at chip select 0. */
export async function hardwareBench({ host }: Hardware): Promise<ControllerBench> {
  await host.open();
  console.info(`running on ${host.description}`);
  const { i2c, spi } = host;
  return { ...(i2c && { i2c }), ...(spi && { spi }), close: async () => host.close() };
}
