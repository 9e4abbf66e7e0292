import { expect, it } from 'vitest';
import { describeInChromium } from './in-chromium.ts';
import { monitored } from './monitored.ts';

const PARTS = `/dts-v1/;
/ {
	i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		pins: pins@20 { compatible = "nxp,pca9534"; reg = <0x20>; gpio-controller; #gpio-cells = <2>; };
		screen: screen@3c { compatible = "solomon,ssd1306"; reg = <0x3c>; };
		pwm: pwm@40 { compatible = "nxp,pca9685-pwm"; reg = <0x40>; #pwm-cells = <2>; };
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
		eeprom: eeprom@50 { compatible = "atmel,24c32"; reg = <0x50>; };
		rtc: rtc@68 { compatible = "maxim,ds3231"; reg = <0x68>; };
	};
};
`;
/** What a person can do something with. */
const CONTROLS = 'button, input, select, textarea, summary, a[href], [tabindex="0"]';
/** More stops than the page has, so that a walk ends. */
const STOPS_MAX = 400;

describeInChromium('the keyboard alone', ({ opened }) => {
  it('reaches every control of the page with all panels open, and shows where it is', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    await page.locator('[data-part="/i2c/eeprom@50"] .memory').waitFor();
    // By the keyboard too: each panel that can be opened.
    for (let closed = 1, at = 0; closed > 0 && at < 50; at++) {
      const summary = page.locator('details:not([open]) > summary').first();
      closed = await page.locator('details:not([open]) > summary').count();
      if (closed === 0) break;
      // A key that is pressed while the panel is made anew reaches nobody: it is pressed again.
      const isOpened = async () => (await page.locator('details:not([open]) > summary').count()) < closed;
      const opens = async () => {
        if (await isOpened()) return true;
        await summary.focus();
        await page.keyboard.press('Enter');
        return isOpened();
      };
      await expect.poll(opens).toBe(true);
    }
    await page.locator('[data-part="/i2c/temp@48"] .curve form').waitFor();
    await page.evaluate(`
      window.controls = () => [...document.querySelectorAll('${CONTROLS}')].filter(
        (each) => !each.disabled && each.tabIndex >= 0 && each.checkVisibility());
      window.walked = new Set();
      // What is made anew while the board changes is the same control at the same place.
      globalThis.placeOf = (each) => {
        let place = '';
        for (let at = each; at?.parentElement; at = at.parentElement)
          place = ' ' + at.tagName + [...at.parentElement.children].indexOf(at) + place;
        return place;
      };
      document.activeElement?.blur();
    `);
    await expect.poll(() => page.evaluate<number>('controls().length')).toBeGreaterThan(40);
    // What comes behind the focus on a busy machine, or is made anew, is reached in another round.
    const left = () =>
      page.evaluate<number>('controls().filter((each) => !walked.has(placeOf(each))).length');
    for (let stop = 0; stop < STOPS_MAX && (await left()) > 0; stop++) {
      await page.keyboard.press('Tab');
      await page.evaluate(`{
        const { activeElement } = document;
        // Of radio buttons of a name one is a stop, and arrows reach the others.
        const same = activeElement?.type === 'radio' ? document.getElementsByName(activeElement.name) : [activeElement];
        for (const each of same) walked.add(placeOf(each));
      }`);
    }
    const missed = await page.evaluate(
      'controls().filter((each) => !walked.has(placeOf(each))).map((each) => each.outerHTML.slice(0, 120))',
    );
    expect(missed).toEqual([]);
    // Where the focus is can be seen: it has an outline of some width.
    const bare = await page.evaluate(`(() => {
      const bare = [];
      for (const each of controls()) {
        each.focus({ focusVisible: true });
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(each);
        if ((outlineStyle === 'none' || outlineWidth === '0px') && boxShadow === 'none') bare.push(each.outerHTML.slice(0, 120));
      }
      return bare;
    })()`);
    expect(bare).toEqual([]);
  });

  it('moves a slider, by arrows and to its end', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    const slider = page.locator('[data-part="/i2c/temp@48"]').getByRole('slider').first();
    await slider.focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => board.part('&temp').get('temperature')).not.toBe(25);
    await page.keyboard.press('Home');
    await expect.poll(() => board.part('&temp').get('temperature')).toBe(-55);
  });
});
