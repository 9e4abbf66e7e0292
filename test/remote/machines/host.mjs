// The host of one bus, as a process: prints `wire TAG FENCE` for each transfer that reaches the wire, where it takes MS.
// `node host.mjs PLACE MS`, where PLACE is ADDRESS:PORT or the path of a socket
import { createRequire } from 'node:module';
import { createServer } from 'node:net';

const built = createRequire(import.meta.url).resolve('#built/src/remote/index.js');
const { ShareHost } = await import(built);
const [place, ms] = process.argv.slice(2);
const [, address, port] = /^([\d.]+):(\d+)$/.exec(place) ?? [];
const never = () => {
  throw new Error('no such thing here');
};
let last = 0;
let turn = Promise.resolve();
const source = {
  name: 'a wire',
  buses: [
    { name: 'i2c-1', number: 1, path: '/i2c', host: 'a wire', startupMs: 0, i2c: { functionality: 1 } },
  ],
  open: () => {
    const fence = last;
    let dropped = false;
    const i2c = (_, [message], admit) => {
      const done = turn.then(async () => {
        if (dropped) throw Object.assign(new Error('the client is gone'), { code: 'ECANCELED' });
        admit();
        console.log(`wire ${Buffer.from(message.buf).readUInt32LE(0)} ${fence}`);
        await new Promise((resolve) => setTimeout(resolve, Number(ms)));
      });
      turn = done.catch(() => {});
      return done;
    };
    const drop = () => {
      dropped = true;
    };
    return { i2c, spi: never, deselect: never, line: never, drop, restore() {} };
  },
};
const host = new ShareHost(source, {
  nextFence: () => ++last,
  log: (sentence) => console.log(`log ${sentence}`),
});
createServer({ noDelay: true }, (stream) => host.serve(stream)).listen(
  port === undefined ? { path: place } : { host: address, port: Number(port) },
  () => console.log('ready'),
);
