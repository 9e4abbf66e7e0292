import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testFolder } from '../folder.ts';
import { dtbusHere } from '../run-here.ts';

const folder = testFolder();
const bus = (name: string, children: string) =>
  `${name} { compatible = "vendor,${name}"; #address-cells = <1>; #size-cells = <0>; ${children} };`;

/** Boards with every kind of client that counts, and of what does not. */
function boards(): string {
  mkdirSync(folder.path('boards/vendor'), { recursive: true });
  folder.write('boards/none.dts', '/dts-v1/; / { model = "no bus"; };');
  folder.write('boards/broken.dts', '/dts-v1/; / { model = ; };');
  folder.write('boards/part.dtsi', 'this is no board');
  folder.write(
    'boards/vendor/whole.dts',
    `/dts-v1/; / { ${bus('i2c0', 'a@48 { compatible = "acme,unknown", "national,lm75"; reg = <0x48>; };')}
      ${bus('spi', 'f@0 { compatible = "jedec,spi-nor"; reg = <0>; };')} };`,
  );
  folder.write(
    'boards/vendor/some.dts',
    `/dts-v1/; / { ${bus(
      'i2c1',
      `x@20 { compatible = "acme,first", "acme,second"; reg = <0x20>; };
       y@21 { compatible = "acme,first", "acme,second"; reg = <0x21>; };
       off@22 { compatible = "acme,first"; reg = <0x22>; status = "disabled"; };
       numberless { compatible = "acme,first"; };
       map@30 { compatible = "dtbus,register-map"; reg = <0x30>; };
       mux@70 { compatible = "nxp,pca9546"; reg = <0x70>; #address-cells = <1>; #size-cells = <0>;
         i2c@1 { reg = <1>; #address-cells = <1>; #size-cells = <0>;
           z@21 { compatible = "acme,other"; reg = <0x21>; }; }; };`,
    )} };`,
  );
  return folder.path('boards');
}

describe('dtbus parts --coverage', () => {
  it('counts the clients of all boards below a folder by how much of them is there', async () => {
    const { status, out, err } = await dtbusHere('parts', '--coverage', boards(), '--json');
    expect(status).toBe(0);
    expect(err).toMatch(
      /^dtbus: 1 of 4 boards cannot be read, the first: .*broken\.dts:1\.\d+\S*: ERROR \(syntax\): /,
    );
    expect(JSON.parse(out)).toEqual({
      boards: { read: 3, withClients: 2, complete: 1, without: 0 },
      nodes: {
        all: { behaves: 3, answers: 1, absent: 3 },
        i2c: { behaves: 2, answers: 1, absent: 3 },
        spi: { behaves: 1, answers: 0, absent: 0 },
      },
      absent: [
        { bus: 'i2c', compatible: ['acme,first', 'acme,second'], nodes: 2, boards: 1 },
        { bus: 'i2c', compatible: ['acme,other'], nodes: 1, boards: 1 },
      ],
      unreadable: [
        { file: expect.stringMatching(/broken\.dts$/), reason: expect.stringMatching(/broken\.dts:1\./) },
      ],
    });
  });

  it('prints it as a table, with what is missing most', async () => {
    const { out } = await dtbusHere('parts', '--coverage', boards());
    expect(out.split('\n').map((line) => line.trimEnd())).toEqual([
      '3 boards, 2 with I2C or SPI clients: 1 complete (50.0 %), 0 without any part',
      '',
      '         all         i2c         spi',
      'behaves  3 (42.9 %)  2 (33.3 %)  1 (100.0 %)',
      'answers  1 (14.3 %)  1 (16.7 %)  0 (0.0 %)',
      'absent   3 (42.9 %)  3 (50.0 %)  0 (0.0 %)',
      'nodes    7           6           1',
      '',
      'absent, the most frequent:',
      ' nodes  boards  bus  compatible',
      '     2       1  i2c  acme,first, acme,second',
      '     1       1  i2c  acme,other',
      '',
    ]);
  });

  it('says what is wrong with its words', async () => {
    expect(await dtbusHere('parts', '--coverage', folder.path('nowhere'))).toMatchObject({
      status: 1,
      err: expect.stringMatching(/^dtbus: board not found: no \.dts or \.dtb in .*nowhere; name the folder/),
    });
    expect(await dtbusHere('parts', '--coverage', boards(), 'lm75')).toMatchObject({
      status: 2,
      err: expect.stringMatching(/^dtbus: --coverage counts the parts of all boards: leave out --board and/),
    });
  });
});

describe('the level of a part', () => {
  it('stands in the listing, and on the board', async () => {
    const file = folder.write(
      'levels.dts',
      `/dts-v1/; / { i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
        a@48 { compatible = "national,lm75"; reg = <0x48>; };
        b@30 { compatible = "dtbus,register-map"; reg = <0x30>; }; }; };`,
    );
    const { out } = await dtbusHere('ls', file);
    expect(out).toMatch(/lm75 +LM75 temperature sensor, 9 bits$/m);
    expect(out).toMatch(/register map: .* \(registers only\)$/m);
    expect(out).toMatch(/^1 bus, 2 parts: 1 simulated, 1 by registers only$/m);
    expect((await dtbusHere('parts', 'lm75')).out).toMatch(/^ {2}level {7}behaves: /m);
    expect((await dtbusHere('parts', 'register-map')).out).toMatch(/^ {2}level {7}answers: /m);
    const [map] = JSON.parse((await dtbusHere('parts', '--json', 'register-map')).out);
    expect(map).toMatchObject({ level: 'answers' });
  });
});
