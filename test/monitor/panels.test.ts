import { expect, it, vi } from 'vitest';
import { axeFindings, describeInChromium, openAll } from './in-chromium.ts';
import { monitored } from './monitored.ts';

const PARTS = `/dts-v1/;
/ {
	i2c {
		compatible = "platform,virtio-i2c";
		#address-cells = <1>;
		#size-cells = <0>;
		temp: temp@48 { compatible = "national,lm75"; reg = <0x48>; };
		lcd: lcd@27 { compatible = "dtbus,hd44780-pcf8574"; reg = <0x27>; };
		eeprom: eeprom@50 { compatible = "atmel,24c32"; reg = <0x50>; };
		expander: gpio@20 { compatible = "nxp,pca9554"; reg = <0x20>; gpio-controller; #gpio-cells = <2>; };
		rtc: rtc@68 { compatible = "maxim,ds3231"; reg = <0x68>; };
		pwm: pwm@40 { compatible = "nxp,pca9685-pwm"; reg = <0x40>; };
		led: led@60 { compatible = "nxp,pca9551"; reg = <0x60>; };
		mcp: gpio@21 { compatible = "microchip,mcp23017"; reg = <0x21>; gpio-controller; #gpio-cells = <2>; };
	};
};
`;

const panel = (path: string) => `[data-part="/i2c/${path}"]`;

describeInChromium('panels of parts', ({ opened }) => {
  it('show the registers of a data sheet, and which fields have changed', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    const registers = page.locator(`${panel('temp@48')} .registers`);
    await registers.locator('summary').click();
    // LM75 data sheet (SNOS808), 7.4: four registers; THYST is 75 °C and TOS 80 °C after power-on.
    const rows = registers.locator('tbody tr');
    await expect.poll(() => rows.count()).toBe(4);
    await expect.poll(() => rows.nth(2).innerText()).toMatch(/02\s+THYST\s+4b00/);
    await expect.poll(() => rows.nth(3).innerText()).toMatch(/03\s+TOS\s+5000/);
    expect(await registers.locator('.new, mark').count()).toBe(0);
    // 7.5: bit 0 shuts down, bits 4 and 3 are the fault queue.
    board.open('/dev/i2c-0').transferSync([{ addr: 0x48, write: Uint8Array.of(1, 0x11) }]);
    await registers.locator('mark', { hasText: '11' }).waitFor();
    expect(await rows.nth(1).locator('.new').allInnerTexts()).toEqual(['F=2', 'SD=1']);
    await registers.locator('mark').waitFor({ state: 'detached', timeout: 20_000 });
  });

  it('show a memory page by page, and the bytes that were written', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    const memory = page.locator(`${panel('eeprom@50')} .memory`);
    board.part('&eeprom').set(
      'contents',
      Uint8Array.from({ length: 4096 }, (_, i) => (i >> 4) & 0xff),
    );
    await memory.locator('summary').click();
    await memory.locator('pre', { hasText: '0018  01 01 01 01 01 01 01 01' }).waitFor();
    expect(await memory.locator('mark').count()).toBe(0);
    await memory.getByLabel('On in contents').click();
    await memory.locator('pre', { hasText: '0080  08 08 08 08 08 08 08 08' }).waitFor();
    await memory.getByLabel('Address in contents, hexadecimal').fill('0ffa');
    await page.keyboard.press('Enter');
    await memory.locator('pre', { hasText: '0ff8  ff ff ff ff ff ff ff ff' }).waitFor();
    expect(await memory.getByLabel('On in contents').isDisabled()).toBe(true);
    expect(await memory.locator('mark').count()).toBe(0);
    board.open('/dev/i2c-0').transferSync([{ addr: 0x50, write: Uint8Array.of(0x0f, 0xf8, 0x41, 0x42) }]);
    await expect.poll(() => memory.locator('mark').allInnerTexts()).toEqual(['41', '42']);
    await expect.poll(() => memory.locator('pre').innerText()).toContain('AB......');
  });

  it('show LEDs as bright and PWM as wide as they are', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    const bus = board.open('/dev/i2c-0');
    // PCA9551 data sheet, 7.3: PWM0 shines (256 - 192) / 256 of the time, then LED0 on, LED1 off, LED2 at PWM0's rate.
    bus.transferSync([{ addr: 0x60, write: Uint8Array.of(0x02, 192) }]);
    bus.transferSync([{ addr: 0x60, write: Uint8Array.of(0x05, 0b01_10_01_00) }]);
    const led = (name: string) => page.locator(`${panel('led@60')} .lights li`, { hasText: name });
    await expect.poll(() => led('led0').innerText()).toMatch(/100 %/);
    await expect.poll(() => led('led1').innerText()).toMatch(/\b0 %/);
    await expect.poll(() => led('led2').innerText()).toMatch(/25 %/);
    const shine = (name: string) =>
      led(name)
        .locator('i')
        .evaluate((lamp) => {
          const { getComputedStyle } = globalThis as unknown as {
            getComputedStyle(element: unknown): { opacity: string };
          };
          return Number(getComputedStyle(lamp).opacity);
        });
    const shines = [await shine('led1'), await shine('led2'), await shine('led0')];
    expect(shines).toEqual([0, expect.closeTo(0.53, 1), 1]);
    // PCA9685 data sheet, 7.3.3: LED0 off at 2048 of 4096.
    bus.transferSync([{ addr: 0x40, write: Uint8Array.of(0x00, 0x21) }]);
    bus.transferSync([{ addr: 0x40, write: Uint8Array.of(0x06, 0, 0, 0, 8) }]);
    bus.transferSync([{ addr: 0x40, write: Uint8Array.of(0x00, 0x20) }]);
    const duty = page.locator(`${panel('pwm@40')} .lights li`).first();
    await expect.poll(() => duty.innerText()).toMatch(/50 %/);
  });

  it('show the time of a clock, and set it', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    const clock = page.locator(`${panel('rtc@68')} .clock`);
    await clock.getByLabel('time to set').fill('2031-05-06T07:08:09Z');
    await page.keyboard.press('Enter');
    await clock.locator('time', { hasText: '2031-05-06 07:08' }).waitFor();
    await expect.poll(() => board.part('&rtc').get('time')).toContain('2031-05-06T07:08');
    await clock.getByRole('button', { name: 'Now' }).click();
    await clock.locator('time', { hasText: String(new Date().getUTCFullYear()) }).waitFor();
  });

  it('press a pin of an expander for a moment', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    const pins = page.locator(`${panel('gpio@20')} .pins`);
    await pins.getByLabel('3 in, high').waitFor();
    // PCA9554 data sheet, 6.1.1: register 0 is the level at the pins.
    const level = () =>
      board.open('/dev/i2c-0').transferSync([
        { addr: 0x20, write: Uint8Array.of(0) },
        { addr: 0x20, read: 1 },
      ])[0]?.[0];
    expect(level()).toBe(0xff);
    await pins.getByLabel('Press 3').focus();
    const pressed = page.keyboard.press('Enter');
    await vi.waitFor(() => expect(level()).toBe(0xf7), { interval: 10, timeout: 10_000 });
    await pressed;
    await vi.waitFor(() => expect(level()).toBe(0xff), { interval: 10, timeout: 10_000 });
  });

  it('change what is outside at the pins of an expander, and leave outputs alone', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    const bus = board.open('/dev/i2c-0');
    // PCA9554 data sheet, 6.1: pin 7 becomes an output that is low.
    bus.transferSync([{ addr: 0x20, write: Uint8Array.of(1, 0x7f) }]);
    bus.transferSync([{ addr: 0x20, write: Uint8Array.of(3, 0x7f) }]);
    const pins = page.locator(`${panel('gpio@20')} .pins`);
    await pins.getByLabel('7 out, low').waitFor();
    expect(await pins.getByLabel('7 out, low').isDisabled()).toBe(true);
    await pins.getByLabel('3 in, high').click();
    await pins.getByLabel('3 in, low').waitFor();
    expect(
      bus.transferSync([
        { addr: 0x20, write: Uint8Array.of(0) },
        { addr: 0x20, read: 1 },
      ]),
    ).toEqual([Uint8Array.of(0x77)]);
  });

  it('let a sensor follow a curve that is pasted, a sine or drawn, until it is set', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    const curve = page.locator(`${panel('temp@48')} .curve`);
    const temperature = () => board.part('&temp').get('temperature') as number;
    await curve.locator('summary').click();
    await curve.getByLabel('shape').selectOption('CSV, pasted');
    await curve.getByLabel('Lines of seconds and value').fill('s,degrees\n0,-20\nx,1\n');
    await curve.getByRole('button', { name: 'Start' }).click();
    await curve
      .getByRole('alert')
      .filter({ hasText: 'invalid line 3: expected SECONDS,VALUE, got x,1' })
      .waitFor();
    await curve.getByLabel('Lines of seconds and value').fill('s,degrees\n0,-20\n1000000,-21\n');
    await curve.getByRole('button', { name: 'Start' }).click();
    await expect.poll(temperature).toBeCloseTo(-20, 1);
    await curve.locator('summary', { hasText: 'temperature' }).waitFor();
    // By hand: the curve is over.
    await page.locator(`${panel('temp@48')} input[type=range]`).fill('50');
    await curve.locator('summary', { hasText: /^Curve$/ }).waitFor();
    await expect.poll(temperature).toBe(50);
    await curve.getByLabel('shape').selectOption('Sine');
    for (const [end, value] of [
      ['low', '60'],
      ['high', '80'],
      ['period', '1'],
    ] as const)
      await curve.getByLabel(new RegExp(`^${end}`)).fill(value);
    await curve.getByRole('button', { name: 'Start' }).click();
    await expect.poll(temperature, { interval: 20, timeout: 20_000 }).toBeGreaterThan(75);
    await expect.poll(temperature, { interval: 20, timeout: 20_000 }).toBeLessThan(65);
    await curve.getByRole('button', { name: 'Stop' }).click();
    await curve.locator('summary', { hasText: /^Curve$/ }).waitFor();
    const kept = temperature();
    await curve.getByLabel('shape').selectOption('Drawn by hand');
    const drawing = curve.getByRole('slider');
    const { x, y, width, height } = (await drawing.boundingBox()) as NonNullable<
      Awaited<ReturnType<typeof drawing.boundingBox>>
    >;
    await page.mouse.move(x + 1, y + height - 1);
    await page.mouse.down();
    await page.mouse.move(x + width - 1, y + height - 1);
    await page.mouse.up();
    expect(temperature()).toBe(kept);
    await curve.getByRole('button', { name: 'Start' }).click();
    await expect.poll(temperature).toBeLessThan(61);
    // By keys, what stands at the present place.
    await drawing.focus();
    const before = Number(await drawing.getAttribute('aria-valuenow'));
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowUp');
    expect(Number(await drawing.getAttribute('aria-valuenow'))).toBeGreaterThan(before);
  });

  it('show the characters of a display', async () => {
    const { board, ...served } = await monitored(PARTS);
    const page = await opened({ board, ...served });
    const bus = board.open('/dev/i2c-0');
    // HD44780 data sheet, figure 24, on a PCF8574: RS is bit 0, E bit 2, the backlight bit 3, D4 to D7 the upper half.
    const half = (bits: number, rs: number) =>
      bus.transferSync([{ addr: 0x27, write: Uint8Array.of(bits | rs | 0x0c, bits | rs | 0x08) }]);
    const byte = (value: number, rs: number) => {
      half(value & 0xf0, rs);
      half((value << 4) & 0xf0, rs);
    };
    for (const start of [0x30, 0x30, 0x30, 0x20]) half(start, 0);
    for (const command of [0x28, 0x0c, 0x06, 0x80]) byte(command, 0);
    for (const char of 'Hi <b>') byte(char.charCodeAt(0), 1);
    await page.locator(`${panel('lcd@27')} pre.screen`, { hasText: 'Hi <b>' }).waitFor();
    await page.locator(`${panel('lcd@27')} pre.screen.dark`).waitFor({ state: 'detached' });
  });

  it('have no finding of axe with all of them open, wide and narrow', async () => {
    const served = await monitored(PARTS);
    const page = await opened(served);
    await openAll(page, { registers: 6, memory: 1 });
    await page.locator('.registers table').nth(5).waitFor();
    for (const shape of ['drawn', 'csv']) {
      await page.locator(`${panel('temp@48')} .curve select`).selectOption(shape);
      for (const width of [1280, 390]) {
        await page.setViewportSize({ width, height: 860 });
        expect(await axeFindings(page)).toEqual([]);
        // Nothing makes a person scroll sideways.
        expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(
          0,
        );
      }
    }
  });
});
