import { afterEach } from 'vitest';
import { openStream, RemoteSession, remoteAddress } from '../../src/remote/index.ts';

type Options = ConstructorParameters<typeof RemoteSession>[0];

/** Users of shared boards, who are gone behind each test. @returns connects one: to a place, as `remote:bench.sock` */
export function testUsers() {
  const sessions: RemoteSession[] = [];
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close()));
  });
  return async (at: string, who = 'ada', more: Partial<Options> = {}): Promise<RemoteSession> => {
    const { place, name } = remoteAddress(at);
    const session = new RemoteSession({ name, who, open: () => openStream(place, name), ...more });
    sessions.push(session);
    await session.connect();
    return session;
  };
}
