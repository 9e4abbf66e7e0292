import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { BusPirateEmulator } from '../../hosts/bus-pirate/index.ts';
import { serveEmulator } from '../../hosts/link/serve-emulator.ts';
import { axeFindings, describeInChromium } from './in-chromium.ts';
import { type Monitored, monitored } from './monitored.ts';

const CELLS = '#address-cells = <1>; #size-cells = <0>;';
const BOARD = `/dts-v1/;
/ {
	i2c {
		compatible = "platform,virtio-i2c"; ${CELLS}
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
		own: rom@50 { compatible = "atmel,24c02"; reg = <0x50>; dtbus,owner = "vm1"; };
		odd@30 { compatible = "acme,unheard-of"; reg = <0x30>; };
	};
	bus: switched {
		compatible = "platform,virtio-i2c"; ${CELLS}
		mux@70 {
			compatible = "nxp,pca9548"; reg = <0x70>; ${CELLS}
			i2c@1 { reg = <1>; ${CELLS} temp@49 { compatible = "national,lm75"; reg = <0x49>; }; };
			i2c@2 { reg = <2>; ${CELLS} temp@4a { compatible = "national,lm75"; reg = <0x4a>; }; };
		};
	};
	mux: mux {
		compatible = "i2c-mux-gpio"; i2c-parent = <&bus>; ${CELLS}
		i2c@0 { reg = <0>; ${CELLS} a@4b { compatible = "national,lm75"; reg = <0x4b>; }; };
		i2c@1 { reg = <1>; ${CELLS} b@4c { compatible = "national,lm75"; reg = <0x4c>; }; };
	};
	far {
		compatible = "platform,virtio-i2c"; dtbus,host = <&pirate>; ${CELLS}
		far@4a { compatible = "national,lm75"; reg = <0x4a>; dtbus,simulate; };
	};
	hosts { pirate: adapter { compatible = "dangerousprototypes,bus-pirate"; port = "FOLDER/pirate"; }; };
};
`;
const READ_TEMP = [{ addr: 0x48, read: 2 }] as const;

/** The item of the tree at a path, and not what is below it. */
const item = (page: Page, path: string) => page.locator(`.tree li[data-path="${path}"]`);
const words = (page: Page, path: string) => item(page, path).locator(':scope > .word').allInnerTexts();

/** An adapter that is plugged in. @returns what pulls it out */
function plugIn({ file }: Monitored): () => void {
  const link = join(dirname(file), 'pirate');
  const served = serveEmulator(new BusPirateEmulator({}), { pty: true, link });
  let isOut = false;
  const out = () => {
    if (!isOut) served.close();
    isOut = true;
  };
  onTestFinished(out);
  expect(existsSync(link)).toBe(true);
  return out;
}

describeInChromium('the board, in Chromium', ({ opened }) => {
  it('shows an adapter that is gone, and that it is back', async () => {
    const served = await monitored(BOARD);
    const page = await opened(served);
    await page.getByRole('status').filter({ hasText: 'i2c-4: adapter gone' }).waitFor();
    expect(await words(page, '/far')).toEqual(['gone']);
    await expect.poll(() => item(page, '/far').locator(':scope > p').innerText()).toContain('ENODEV');
    const bus = served.board.open('/dev/i2c-4');
    const plugged = async () => {
      const out = plugIn(served);
      await vi.waitFor(() => bus.transfer([{ addr: 0x4a, read: 2 }]), { timeout: 20_000 });
      await expect.poll(() => words(page, '/far')).toEqual([]);
      await page.getByRole('status').filter({ hasText: 'adapter gone' }).waitFor({ state: 'detached' });
      return out;
    };
    const pullOut = await plugged();
    pullOut();
    // The next transfer over its wire finds out.
    await expect(bus.transfer([{ addr: 0x33, read: 1 }])).rejects.toThrow(/ENODEV|EIO/);
    await expect.poll(() => words(page, '/far'), { timeout: 20_000 }).toEqual(['gone']);
    await plugged();
  });

  it('shows a part that is silent, until it answers', async () => {
    const served = await monitored(BOARD);
    const page = await opened(served);
    const bus = served.board.open('/dev/i2c-0');
    bus.transferSync(READ_TEMP);
    await expect.poll(() => item(page, '/i2c/temp@48').count()).toBe(1);
    const absent = served.board.inject('absent', '&temp');
    // Nobody knows before it is asked.
    expect(await words(page, '/i2c/temp@48')).toEqual([]);
    expect(() => bus.transferSync(READ_TEMP)).toThrow('ENXIO');
    await expect.poll(() => words(page, '/i2c/temp@48')).toEqual(['silent']);
    // That of a part that acknowledges its address, and refuses a byte, is no silence.
    absent.remove();
    bus.transferSync(READ_TEMP);
    await expect.poll(() => words(page, '/i2c/temp@48')).toEqual([]);
    served.board.inject('nack', '&temp', { at: 1 });
    expect(() => bus.transferSync([{ addr: 0x48, write: Uint8Array.of(1, 2) }])).toThrow('EREMOTEIO');
    await page.locator('.space .row', { hasText: 'EREMOTEIO' }).waitFor();
    expect(await words(page, '/i2c/temp@48')).toEqual([]);
  });

  it('shows which channel a multiplexer connects', async () => {
    const served = await monitored(BOARD);
    const page = await opened(served);
    const channels = () =>
      Promise.all(['/switched/mux@70/i2c@1', '/switched/mux@70/i2c@2'].map((path) => words(page, path)));
    await expect.poll(channels).toEqual([['not connected'], ['not connected']]);
    // PCA9548A data sheet, "Control register definition": a bit a channel.
    const bus = served.board.open('/dev/i2c-1');
    bus.transferSync([{ addr: 0x70, write: Uint8Array.of(4) }]);
    await expect.poll(channels).toEqual([['not connected'], ['connected']]);
    bus.transferSync([{ addr: 0x70, write: Uint8Array.of(6) }]);
    await expect.poll(channels).toEqual([['connected'], ['connected']]);
    // Linux i2c-mux-gpio.c leaves the channel connected that was used last.
    const beside = () => Promise.all(['/mux/i2c@0', '/mux/i2c@1'].map((path) => words(page, path)));
    served.board.open('/dev/i2c-3').transferSync([{ addr: 0x4c, read: 2 }]);
    await expect.poll(beside).toEqual([['not connected'], ['connected']]);
    served.board.open('/dev/i2c-2').transferSync([{ addr: 0x4b, read: 2 }]);
    await expect.poll(beside).toEqual([['connected'], ['not connected']]);
  });

  it('shows who owns a part, what has no model, and no finding of axe', async () => {
    const page = await opened(await monitored(BOARD));
    await expect.poll(() => words(page, '/i2c/rom@50')).toEqual(['owner vm1']);
    expect(await words(page, '/i2c/odd@30')).toEqual(['no model']);
    await expect.poll(() => item(page, '/i2c/odd@30').innerText()).toContain('acme,unheard-of');
    expect(await axeFindings(page)).toEqual([]);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await axeFindings(page)).toEqual([]);
  });
});
