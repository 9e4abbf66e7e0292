import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createBusPirate } from '../../../hosts/bus-pirate/index.ts';
import { openBoard } from '../../../src/board/index.ts';
import { node } from '../../sim/support.ts';
import { spiTransfer } from '../../support/spi.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});
function closing<T extends { close(): unknown }>(one: T): T {
  open.push(one);
  return one;
}

const EMULATOR = `hosts { p: bus-pirate {
  compatible = "dtbus,bus-pirate-emulator";
  port = "bp0";
  spi { #address-cells = <1>; #size-cells = <0>;
    flash@0 { compatible = "winbond,w25q80", "jedec,spi-nor"; reg = <0>; }; };
}; };`;

const OWN_BUS = `spi { compatible = "platform,virtio-spi"; #address-cells = <1>; #size-cells = <0>; dtbus,host = <&p>; };`;
const OTHER_BUS = `i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; };`;

function boardOf(nodes: string): { file: string; port: string } {
  const folder = mkdtempSync(join(tmpdir(), 'waiting-'));
  closing({ close: () => rmSync(folder, { recursive: true }) });
  const file = join(folder, 'board.dts');
  writeFileSync(file, `/dts-v1/;\n/ { ${nodes} };\n`);
  return { file, port: join(folder, 'bp0') };
}

describe('an emulated adapter with a port waits there while the board is up', () => {
  it.each([
    ['without any bus', EMULATOR],
    ['with a bus that is not on it', EMULATOR + OTHER_BUS],
    ['with a bus on it', EMULATOR + OWN_BUS],
  ])('%s', async (_, nodes) => {
    const { file, port } = boardOf(nodes);
    const board = closing(await openBoard(file, { backEnd: 'inline' }));
    expect(board.problems).toEqual([]);
    await vi.waitFor(() => expect(existsSync(port)).toBe(true), { timeout: 20_000 });
    const properties = { port };
    const host = createBusPirate(
      node({ name: 'bp', compatible: 'dangerousprototypes,bus-pirate', properties }),
    );
    await host.open();
    const rx = new Uint8Array(4);
    const tx = Uint8Array.of(0x9f, 0, 0, 0);
    await host.spi.transfer(0, 0, [spiTransfer({ tx, rx })]);
    expect([...rx.subarray(1)]).toEqual([0xef, 0x40, 0x14]);
    await host.close();
    await board.close();
    expect(existsSync(port)).toBe(false);
  });
});
