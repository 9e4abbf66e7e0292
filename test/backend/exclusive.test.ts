import { describe, expect, it } from 'vitest';
import { Ownership } from '../../src/backend/clients/ownership.ts';
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
    // 1111 0 00 begins those up to 0x0ff, and is no seven-bit address of anybody.
    use(board, board.a, 0x40);
    use(board, board.b, 0x78);
    use(board, board.a, 0x000, I2C_M.TEN);
    expect(() => use(board, board.b, 0x78)).toThrow('address 0x78 reaches address 0x00 (ten-bit)');
  });

  it('is not reached by a ten-bit address that looks like the first byte of another', () => {
    const board = rig();
    use(board, board.a, 0x1a5, I2C_M.TEN);
    use(board, board.b, 0x079, I2C_M.TEN);
    expect(board.bus.ownership.ownerOf(0x8000_0079)).toBe(board.b);
  });

  it('leaves alone what another came to own while it used the rest of the part', () => {
    const { bus, a, b } = rig();
    bus.ownership.claim(b, 0x51);
    bus.ownership.used(a, 0x50);
    expect([0x50, 0x51].map((unit) => bus.ownership.ownerOf(unit)?.name)).toEqual(['a', 'b']);
  });

  it('takes nothing of others with it when it goes', () => {
    const board = rig();
    use(board, board.a, 0x50);
    use(board, board.b, 0x40);
    board.manager.drop(board.a);
    expect([0x40, 0x50].map((unit) => board.bus.ownership.ownerOf(unit)?.name)).toEqual(['b', undefined]);
  });

  it('can give back one unit, and only its own', () => {
    const { bus, a, b } = rig();
    bus.ownership.claim(a, 0x10);
    bus.ownership.claim(a, 0x11);
    bus.ownership.claim(b, 0x12);
    for (const unit of [0x11, 0x12]) bus.ownership.release(a, unit);
    expect([0x10, 0x11, 0x12].map((unit) => bus.ownership.ownerOf(unit)?.name)).toEqual([
      'a',
      undefined,
      'b',
    ]);
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

describe('a confined client', () => {
  it('is told what it may not use, as the bus calls it', () => {
    const client = new Client('guest');
    for (const path of ['/i2c', '/spi']) client.confine(path, [1]);
    const check = (bus: Ownership, unit: number) => () => bus.check(client, unit);
    const i2c = new Ownership('i2c', '/i2c');
    expect(check(i2c, 0x50)).toThrow(
      expect.objectContaining({ code: 'EPERM', message: 'EPERM: /i2c: guest may not use address 0x50' }),
    );
    expect(check(i2c, 0x8000_0050)).toThrow('/i2c: guest may not use address 0x50 (ten-bit)');
    expect(check(new Ownership('spi', '/spi'), 2)).toThrow('/spi: guest may not use chip select 2');
    check(i2c, 1)();
  });
});
