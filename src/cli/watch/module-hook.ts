/** Imported first by a Node program whose boards are watched: `DTBUS_WATCH` says where it tells of them, as JSON. */
import { Forwarder, type ForwardOptions } from './forward/forwarder.ts';

new Forwarder(JSON.parse(process.env['DTBUS_WATCH'] ?? '{}') as ForwardOptions).begin();
