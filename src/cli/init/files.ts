/** What `dtbus init` writes: a board, a driver, a script that uses it, and a test that passes. */
export function projectFiles(name: string, dependency: string): Readonly<Record<string, string>> {
  return {
    'board.dts': BOARD,
    'temperature.mjs': DRIVER,
    'main.mjs': SCRIPT,
    'temperature.test.mjs': TEST,
    'package.json': `${JSON.stringify(packageOf(name, dependency), undefined, 2)}\n`,
  };
}

function packageOf(name: string, dependency: string) {
  return {
    name: name.toLowerCase().replace(/[^a-z0-9-]+/g, '-') || 'board',
    private: true,
    type: 'module',
    scripts: { start: 'node main.mjs', test: 'node --test' },
    dependencies: { dtbus: dependency },
  };
}

const BOARD = `/dts-v1/;

/ {
	model = "my board";

	aliases {
		i2c1 = &i2c;
	};

	i2c: i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;

		/* Simulated: \`dtbus parts\` lists what else there is. */
		temp: temp@48 {
			compatible = "national,lm75";
			reg = <0x48>;
			dtbus,set = "temperature=21.5";
		};
	};
};
`;

const DRIVER = `/** Reads an LM75 at 0x48: register 0, 9 bits, 0.5 °C each. */
export function readTemperature(i2c) {
  const [bytes] = i2c.transferSync([
    { addr: 0x48, write: Uint8Array.of(0) },
    { addr: 0x48, read: 2 },
  ]);
  return new DataView(bytes.slice().buffer).getInt16(0) / 256;
}
`;

const SCRIPT = `import { openBoard } from 'dtbus';
import { readTemperature } from './temperature.mjs';

const board = await openBoard(new URL('board.dts', import.meta.url));
console.log(readTemperature(board.open('/dev/i2c-1')), '°C');
await board.close();
`;

const TEST = `import assert from 'node:assert';
import { after, before, test } from 'node:test';
import { openBoard } from 'dtbus';
import { readTemperature } from './temperature.mjs';

let board;
before(async () => {
  board = await openBoard(new URL('board.dts', import.meta.url));
});
after(() => board.close());

test('reads a temperature below zero', () => {
  board.part('&temp').set('temperature', -5);
  assert.equal(readTemperature(board.open('/dev/i2c-1')), -5);
});
`;
