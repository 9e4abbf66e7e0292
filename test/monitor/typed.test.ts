import { expect, it } from 'vitest';
import { describeInChromium, openAll } from './in-chromium.ts';
import { monitored } from './monitored.ts';

const PARTS = `/dts-v1/;
/ {
	i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
		eeprom: eeprom@50 { compatible = "atmel,24c32"; reg = <0x50>; };
		rtc: rtc@68 { compatible = "maxim,ds3231"; reg = <0x68>; };
		usb: usb-pd@38 { compatible = "ti,tps6598x"; reg = <0x38>; };
	};
};
`;

/** What is typed half, by the type of a box. */
const HALF: Readonly<Record<string, string>> = { number: '3', text: '1a' };

describeInChromium('what is half typed', ({ opened }) => {
  it('stays in every box of the page, whatever changes on the board meanwhile', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    await openAll(page, { registers: 2, memory: 1 });
    await page.locator('[data-part="/i2c/temp@48"] .curve form').waitFor();
    await page.getByLabel('Address in contents, hexadecimal').waitFor();
    const boxes = page.locator('.parts input[type=number], .parts input[type=text], .parts textarea');
    const count = await boxes.count();
    const names: string[] = [];
    for (let at = 0; at < count; at++) {
      const box = boxes.nth(at);
      await box.focus();
      await page.keyboard.press('ControlOrMeta+A');
      const half = HALF[(await box.getAttribute('type')) ?? ''] ?? '0,1';
      await page.keyboard.type(half);
      // Another changes all of them, and the page has seen it: in a box of the same panel that nobody types in.
      board.part('&temp').set('temperature', 30 + at);
      board.part('&usb').set('current', at % 4);
      board.part('&usb').set('partner', at % 2 === 0 ? 'sink' : 'source');
      board.part('&rtc').set('temperature', 20 + at);
      board.part('&eeprom').set('contents', new Uint8Array(4096).fill(at));
      const shows = async (part: string, name: string, value: number) => {
        const slider = page.locator(`[data-part="/i2c/${part}"]`).getByRole('slider', { name, exact: true });
        await expect.poll(() => slider.inputValue()).toBe(String(value));
      };
      await shows('temp@48', 'temperature', 30 + at);
      await shows('rtc@68', 'temperature', 20 + at);
      await shows('usb-pd@38', 'current', at % 4);
      const byte = at.toString(16).padStart(2, '0');
      await page.locator('.memory pre', { hasText: `0000  ${byte} ${byte}` }).waitFor();
      const name = String(
        await box.evaluate('box => box.ariaLabel ?? box.closest("label")?.textContent ?? box.type'),
      );
      names.push(name);
      expect([name, await box.inputValue()]).toEqual([name, half]);
      // Left as it was found.
      await box.evaluate('box => { box.value = box.defaultValue; }');
    }
    expect(names.length).toBeGreaterThanOrEqual(9);
  });

  it('is taken by Enter, and then the box shows what the board made of it', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    const box = page.locator('[data-part="/i2c/temp@48"] input[type=number]').first();
    await box.fill('31.5');
    await page.keyboard.press('Enter');
    await expect.poll(() => board.part('&temp').get('temperature')).toBe(31.5);
    // Nobody types any more, though the box has the focus.
    board.part('&temp').set('temperature', -3);
    await expect.poll(() => box.inputValue()).toBe('-3');
    await box.fill('500');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').filter({ hasText: 'expected -55 to 150 °C, got 500' }).waitFor();
    await expect.poll(() => box.inputValue()).toBe('-3');
  });
});
