import { expect, it } from 'vitest';
import { openBoard, openBoardSync } from '../../../src/board/index.ts';

const SOURCE = `/dts-v1/; / {
  i2c { compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>;
    light: light@23 { compatible = "rohm,bh1750"; reg = <0x23>; };
  };
};`;

it('a clock that follows a function goes on by as much as it, and by transfers', async () => {
  let ms = 5000;
  await using board = await openBoard({ source: SOURCE, backEnd: 'inline', clock: () => ms });
  const i2c = board.open('/dev/i2c-0');
  const light = () => i2c.transferSync([{ addr: 0x23, read: 2 }])[0];
  board.part('&light')['illuminance'] = 100;
  const trace = board.trace();
  i2c.transferSync([{ addr: 0x23, write: Uint8Array.of(0x20) }]);
  expect(light()).toEqual(Uint8Array.of(0, 0)); // it still measures
  ms += 180;
  expect(light()).toEqual(Uint8Array.of(0, 120));
  ms = 0; // no time goes back
  light();
  ms = 10;
  board.advance(5e6);
  light();
  const starts = [];
  for (let event = trace.reader.read(); event !== undefined; event = trace.reader.read())
    starts.push(event.startedMs);
  const [first = 0] = starts;
  // START, address and a byte, STOP: 20 bits at 100 kHz; of a read of two bytes 29.
  expect(starts.map((start) => start - first)).toEqual(
    [0, 0.2, 180.49, 180.78, 196.07].map((at) => expect.closeTo(at, 3)),
  );
});

it('is refused where the back-end has a thread of its own', async () => {
  const clock = () => 0;
  await expect(openBoard({ source: SOURCE, clock })).rejects.toThrow(
    "invalid clock: a function needs backEnd: 'inline'",
  );
  expect(() => openBoardSync({ source: SOURCE, clock })).toThrow(
    'invalid clock: expected "real" or "stepped"',
  );
  await expect(openBoard({ source: SOURCE, clock: 'fast' as never })).rejects.toThrow('invalid clock');
});
