import { afterEach, describe, expect, it } from 'vitest';
import { Client } from '../../../src/backend/index.ts';
import { BoardDevices } from '../../../src/board/assemble/board-devices.ts';
import { loadTree } from '../../../src/board/open/load-tree.ts';
import { I2C_M } from '../../../src/bus/index.ts';
import { findDevices } from '../../../src/frontend/index.ts';
import { TraceReader, traceMemory } from '../../../src/trace/index.ts';

const open: BoardDevices[] = [];
afterEach(async () => {
  for (const devices of open.splice(0)) await devices.close();
});

/** Two I2C buses; the VL53L0X can be given another address. */
async function devices(): Promise<BoardDevices> {
  const bus = (name: string, parts: string) =>
    `${name} { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; ${parts} };`;
  const source = `/dts-v1/; / {
    ${bus('one', 'temp@48 { compatible = "national,lm75"; reg = <0x48>; }; range@29 { compatible = "st,vl53l0x"; reg = <0x29>; };')}
    ${bus('two', 'temp@49 { compatible = "national,lm75"; reg = <0x49>; };')}
  };`;
  const tree = loadTree('<source>', { source });
  const made = await BoardDevices.create(tree, findDevices(tree), {
    directory: '.',
    steppedClock: true,
    warn: () => {},
  });
  open.push(made);
  return made;
}

const client = new Client('somebody');

function transfer({ manager }: BoardDevices, bus: number, addr: number, ...bytes: readonly number[]): void {
  const message =
    bytes.length === 0
      ? { flags: I2C_M.RD, buf: new Uint8Array(1) }
      : { flags: 0, buf: Uint8Array.from(bytes) };
  void manager.transferI2c(client, manager.buses[bus] as never, [{ addr, ...message }]);
}

/** Traces what `only` names while `task` runs. @returns bus and address of what was written down */
async function traced(
  only: readonly string[] | undefined,
  task: (made: BoardDevices) => void,
): Promise<string[]> {
  const made = await devices();
  const memory = traceMemory();
  made.calls.startTrace(1, { memory, only });
  task(made);
  made.calls.endTrace(1);
  const reader = new TraceReader(memory);
  const seen: string[] = [];
  for (let next = reader.read(); next !== undefined; next = reader.read())
    if (next.kind === 'transfer')
      seen.push(`${next.bus} ${next.segments.map(({ target }) => target.toString(16)).join(' ')}`);
  return seen;
}

describe('a board whose transfers are traced', () => {
  it('looks at none of them while nobody watches', async () => {
    const made = await devices();
    const observed = () => made.manager.buses.map(({ observer }) => observer !== undefined);
    expect(observed()).toEqual([false, false]);
    made.calls.startTrace(1, { memory: traceMemory(), only: undefined });
    made.calls.startTrace(2, { memory: traceMemory(), only: ['/two'] });
    expect(observed()).toEqual([true, true]);
    made.calls.endTrace(1);
    expect(observed()).toEqual([false, true]);
    made.calls.endTrace(2);
    expect(observed()).toEqual([false, false]);
  });

  const all = (made: BoardDevices) => {
    transfer(made, 0, 0x48);
    transfer(made, 1, 0x49);
    transfer(made, 0, 0x29, 0xc0);
  };

  it.each([
    [undefined, ['0 48', '1 49', '0 29']],
    [['/two'], ['1 49']],
    [['/one/temp@48'], ['0 48']],
    [
      ['/one/range@29', '/two'],
      ['1 49', '0 29'],
    ],
    [[], []],
  ])('writes down what is asked for: %j', async (only, seen) => {
    expect(await traced(only, all)).toEqual(seen);
  });

  it('follows a part to the address that it is told', async () => {
    // VL53L0X, I2C_SLAVE_DEVICE_ADDRESS: 8Ah.
    const seen = await traced(['/one/range@29'], (made) => {
      transfer(made, 0, 0x29, 0x8a, 0x31);
      transfer(made, 0, 0x31, 0xc0);
      transfer(made, 0, 0x48);
    });
    expect(seen).toEqual(['0 29', '0 31']);
  });
});
