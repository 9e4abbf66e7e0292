// Loaded into a `dtbus share` before all else (`--import`): notes in the file that DTBUS_LAB_LOG names who gets and loses leases, as
// the host says it, with the time; and tells of a lease that outlives the last sign of its user by more than its TTL.
//
// `why` of a lease is its TTL in ms. Time is that of the host's own turns: a machine that is busy makes no lease old.
import { openSync, writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { now } from './records.mjs';

const BEAT_MS = 20;
/** Turns of the host in which a lease that is over must have ended. */
const BEATS_MAX = 5;
const HAS = /^dtbus: (lab-\d+-\d+) has (.+?)(?: no more: (.+)|: (\d+))\n$/;
const WHO = /lab-\d+-\d+/;

async function watch() {
  const { ShareHost } = await import('../../../dist/src/remote/index.js');
  const file = openSync(process.env.DTBUS_LAB_LOG, 'a');
  const note = (record) => writeSync(file, `${JSON.stringify({ at: now(), ...record })}\n`);
  /** When something came last from each user, and the leases that there are. */
  const heard = new Map();
  const leases = new Map();
  const serve = ShareHost.prototype.serve;
  ShareHost.prototype.serve = function (stream, token) {
    let who;
    const hear = (bytes) => {
      who ??= WHO.exec(bytes.toString('latin1'))?.[0];
      heard.set(who, now());
    };
    // The host may take a while over what came: that it heeds at its end.
    stream.on('data', hear);
    serve.call(this, stream, token);
    stream.on('data', hear);
  };
  const write = process.stderr.write;
  process.stderr.write = function (text, ...more) {
    const [, who, buses, reason, ttlMs] = HAS.exec(String(text)) ?? [];
    if (reason !== undefined) {
      note({ event: 'ended', who, reason });
      leases.delete(who);
    } else if (who !== undefined) {
      note({ event: 'granted', who, buses: buses.split(', ') });
      leases.set(who, { ttlMs: Number(ttlMs), since: now(), beats: 0 });
    }
    return write.call(this, text, ...more);
  };
  setInterval(() => {
    for (const [who, lease] of leases) {
      const until = Math.max(lease.since, heard.get(who) ?? 0) + lease.ttlMs * 1e6;
      lease.beats = now() > until ? lease.beats + 1 : 0;
      if (lease.beats === BEATS_MAX) note({ event: 'outlived', who });
    }
  }, BEAT_MS).unref();
  note({ event: 'started' });
}

if (isMainThread) await watch();
