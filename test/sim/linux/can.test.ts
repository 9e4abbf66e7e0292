import { beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { attributesOf, type BoardRun, bootWithParts, endsQuietly } from './board.ts';

/** Linux's driver of CAN FD controllers finds them, and tells the kinds apart by their oscillator. */

const node = (line: number) =>
  `spi-max-frequency = <1000000>; clocks = <&xtal>; interrupts-extended = <&lines ${line} 8>; xceiver-supply = <&supply>;`;

const COMMANDS = `
for n in /sys/class/net/can*; do
  node=$(basename "$(readlink -f $n/device/of_node)")
  echo "$node driver=$(basename "$(readlink $n/device/driver)")"
  if [ "$node" = can@2 ]; then
    ip link set $(basename $n) type can bitrate 125000 && ip link set $(basename $n) up && echo "$node up=yes"
  fi
done
dmesg | grep mcp251x | sed 's/^/log /'`;

describe.skipIf(NO_UML)(`Linux's driver of MCP251xFD${NO_UML || ''}`, () => {
  let run: BoardRun;
  beforeAll(async () => {
    run = await bootWithParts(
      [],
      [
        { name: 'can@0', compatible: 'microchip,mcp251xfd', more: node(0) },
        { name: 'can@1', compatible: 'microchip,mcp2517fd', more: node(1) },
        { name: 'can@2', compatible: 'microchip,mcp2515', more: node(2) },
      ],
      COMMANDS,
    );
    endsQuietly(run);
  });

  it('binds to both', () => {
    const said = attributesOf(run);
    expect([said.get('can@0 driver'), said.get('can@1 driver')]).toEqual(['mcp251xfd', 'mcp251xfd']);
  });

  it('binds to an MCP2515, sets its bit time and lets it take part in the bus', () => {
    const said = attributesOf(run);
    expect([said.get('can@2 driver'), said.get('can@2 up')]).toEqual(['mcp251x', 'yes']);
    expect(run.output).toMatch(/MCP2515 successfully initialized/);
    expect(run.get('can@2', 'mode')).toBe(0);
  });

  it('tells MCP2517FD from MCP2518FD by its oscillator, with checksums that agree', () => {
    expect(run.output).toMatch(/spi0\.0 can\d: MCP2518FD rev/);
    expect(run.output).toMatch(/spi0\.1 can\d: MCP2517FD rev/);
    expect([run.get('can@0', 'crcErrors'), run.get('can@0', 'mode')]).toEqual([0, 4]);
  });
});
