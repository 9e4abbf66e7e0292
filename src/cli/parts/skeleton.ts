/** What `dtbus parts new` makes a part's files of. */
export interface Naming {
  /** `acme,thermometer`: the compatible. */
  readonly compatible: string;
  /** `thermometer`: files begin with it, and the node. */
  readonly name: string;
  readonly typescript: boolean;
  /** Where `test` comes from. */
  readonly runner: 'node:test' | 'vitest';
}

/** The files of a part of one's own, by name: a data sheet with its model, a board that has it, and a test that passes. */
export function skeleton(naming: Naming): Readonly<Record<string, string>> {
  const ending = naming.typescript ? 'mts' : 'mjs';
  const { name } = naming;
  return {
    [`${name}.${ending}`]: model(naming),
    [`${name}.dts`]: board(naming, `${name}.${ending}`),
    [`${name}.test.${ending}`]: test(naming, `${name}.${ending}`),
  };
}

/** A label of a device tree: no `-`, and no digit first. */
export function labelOf({ name }: Pick<Naming, 'name'>): string {
  const label = name.replaceAll('-', '_');
  return /^\d/.test(label) ? `part_${label}` : label;
}

function model({ compatible, name, typescript }: Naming): string {
  const head = typescript ? `import type { DataSheet, DataSheetWithModel, Model } from 'dtbus/sim';\n\n` : '';
  const type = typescript ? ': Model<typeof sheet>' : '';
  return `${head}/** What it is: change this to what your data sheet says. */
const sheet = {
  compatible: ['${compatible}'],
  title: '${name}: measures a level',
  bus: { i2c: { form: 'byte registers', address: 0x42, last: 0x03 } },
  registers: {
    ID: { at: 0x00, reset: 0x5a, access: 'ro' },
    CONTROL: { at: 0x01, fields: { START: [0, 'sc'] } },
    STATUS: { at: 0x02, fields: { READY: [0, 'rc'] } },
    LEVEL: { at: 0x03, access: 'ro' },
  },
  senses: { level: { kind: 'integer', range: [0, 255], initial: 42, doc: 'what it measures' } },
  pins: ['INT'],
}${typescript ? ' as const satisfies DataSheet' : ''};

const CONVERSION_NS = 10e6;

/** What it does beyond holding its registers: a measurement takes 10 ms, then INT goes low until STATUS is read. */
const model${type} = ({ STATUS, LEVEL }, { sense, once, pin: { INT } }) => {
  const conversion = once(() => {
    LEVEL.value = sense.level;
    STATUS.READY = 1;
    INT.set(false);
  }, INT);
  return {
    onWrite: {
      CONTROL({ START }) {
        if (START === 1) conversion.start(CONVERSION_NS);
      },
    },
    onRead: {
      STATUS() {
        const status = STATUS.value;
        STATUS.READY = 0;
        INT.set(true);
        return status;
      },
    },
    reset() {
      conversion.cancel();
      INT.set(true);
    },
  };
};

export const parts${typescript ? ': readonly DataSheetWithModel[]' : ''} = [{ ...sheet, model }];
`;
}

function board({ compatible, name }: Naming, file: string): string {
  return `/dts-v1/;

/ {
	aliases {
		i2c1 = &i2c;
	};

	i2c: i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;

		${labelOf({ name })}: ${name}@42 {
			compatible = "${compatible}";
			reg = <0x42>;
			dtbus,model = "./${file}";
		};
	};
};
`;
}

function test({ name, typescript, runner }: Naming, file: string): string {
  const label = labelOf({ name });
  const part = typescript ? `board.part<{ level: number }>('&${label}')` : `board.part('&${label}')`;
  return `import assert from 'node:assert';
import { test } from '${runner}';
import { partChecks } from 'dtbus/sim';
import { boardTest } from 'dtbus/test';
import { parts } from './${file}';

// What holds for every part: registers, reset, snapshots, bytes in runs of any length.
for (const { name, check } of parts.flatMap((part) => partChecks(part))) test(name, check);

const onBoard = new URL('./${name}.dts', import.meta.url);
const CONTROL = 1;
const STATUS = 2;

test('a measurement takes 10 ms', boardTest(onBoard, async (board) => {
  ${part}.level = 123;
  const i2c = board.open('/dev/i2c-1');
  const read = async () => {
    const [bytes] = await i2c.transfer([
      { addr: 0x42, write: Uint8Array.of(STATUS) },
      { addr: 0x42, read: 2 },
    ]);
    return [...(bytes ?? [])];
  };
  await i2c.transfer([{ addr: 0x42, write: Uint8Array.of(CONTROL, 1) }]);
  await board.pass('9 ms');
  assert.deepEqual(await read(), [0, 0]);
  await board.pass('1 ms');
  assert.deepEqual(await read(), [1, 123]);
  assert.deepEqual(await read(), [0, 123]);
}));
`;
}
