import { describe, expect, it } from 'vitest';
import { Client, type ManagedI2cBus, type Reach, ResourceManager } from '../../src/backend/index.ts';
import { I2C_M, type I2cController } from '../../src/bus/index.ts';
import { hostOf } from '../support/rig.ts';

const controller: I2cController = { description: 'test', functionality: 1, transfer() {} };

/** Two exclusive front-ends on one bus, where 0x50 and 0x51 are one part, and 0x70 is heard by that at 0x40 too. */
function rig() {
  const manager = new ResourceManager();
  const bus = manager.addI2cBus('/i2c', hostOf({ i2c: controller }), controller);
  manager.openSynchronous();
  bus.ownership.setReach((unit): Reach => {
    if (unit === 0x50 || unit === 0x51) return { part: [0x50, 0x51], others: [] };
    if (unit === 0x70) return { part: [0x70], others: [0x40] };
    return { part: [unit], others: [] };
  });
  const [a, b] = ['a', 'b'].map((name) => new Client(name, { exclusive: true })) as [Client, Client];
  return { manager, bus, a, b };
}

function use(
  { manager, bus }: { manager: ResourceManager; bus: ManagedI2cBus },
  client: Client,
  addr: number,
  flags = 0,
): void {
  void manager.transferI2c(client, bus, [{ addr, flags, buf: new Uint8Array(1) }]);
}

describe('an exclusive front-end', () => {
  it('owns all addresses of the part that it has used', () => {
    const board = rig();
    use(board, board.a, 0x50);
    expect(() => use(board, board.b, 0x51)).toThrow('/i2c: address 0x51 is owned by a');
    use(board, board.a, 0x51);
  });

  it.each([
    ['general call', 0x00],
    ['alert response', 0x0c],
  ])('is not reached by another’s %s', (_, broadcast) => {
    const board = rig();
    use(board, board.a, 0x40);
    expect(() => use(board, board.b, broadcast)).toThrow(/reaches address 0x40, which is owned by a$/);
    use(board, board.a, broadcast);
  });

  it('is not reached by an address that its part shares with others', () => {
    const board = rig();
    use(board, board.a, 0x40);
    expect(() => use(board, board.b, 0x70)).toThrow('address 0x70 reaches address 0x40, which is owned by a');
  });

  it('is not reached by the first byte of a ten-bit address', () => {
    const board = rig();
    use(board, board.a, 0x1a5, I2C_M.TEN);
    // 1111 0 01 is how 0x1a5 begins on the wire; 1111 0 10 begins others.
    expect(() => use(board, board.b, 0x79)).toThrow('address 0x79 reaches address 0x1a5 (ten-bit)');
    use(board, board.b, 0x7a);
  });

  it('does not come to own what everybody hears', () => {
    const board = rig();
    for (const shared of [0x00, 0x0c, 0x70]) use(board, board.a, shared);
    for (const shared of [0x00, 0x0c, 0x70]) use(board, board.b, shared);
    use(board, board.b, 0x40);
  });

  it('leaves all of its parts when it goes', () => {
    const board = rig();
    use(board, board.a, 0x50);
    board.manager.drop(board.a);
    use(board, board.b, 0x51);
  });
});
