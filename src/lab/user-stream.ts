import type { Duplex } from 'node:stream';
import { BusFault } from '../bus/index.ts';
import type { NatsServer } from './nats-server.ts';
import { NatsStream } from './nats-stream.ts';
import { connectTo, loadNats } from './server.ts';
import { CONNECTION, openSubject } from './subjects.ts';

const OPEN_LIMIT_MS = 5000;

/** A board that is announced on a server. */
export interface NatsPlace extends NatsServer {
  readonly board: string;
}

/** A new stream to the host of a board. @throws {BusFault} `ENODEV` not there, `EACCES` */
export async function natsStream(place: NatsPlace, name: string): Promise<Duplex> {
  const nats = await loadNats();
  const connection = await connectTo(nats, place, false);
  const inbox = nats.createInbox();
  const end = (): void => void connection.close();
  try {
    const { data } = await connection.request(openSubject(place.board), inbox, { timeout: OPEN_LIMIT_MS });
    const to = Buffer.from(data).toString();
    if (!CONNECTION.test(to)) throw new BusFault('EPROTO', `${name}: no dtbus share answered`);
    const stream = new NatsStream(connection, to, inbox, end);
    void connection.closed().then(() => stream.destroy(new Error('the NATS server was lost')));
    return stream;
  } catch (error) {
    end();
    if (error instanceof BusFault) throw error;
    throw new BusFault('ENODEV', `nothing is shared at ${name}: start dtbus share --nats there`, {
      cause: error,
    });
  }
}
