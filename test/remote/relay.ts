import { createConnection, createServer, type Socket } from 'node:net';

/** A way to a socket that goes wrong. @param path where it begins @param target where it leads */
export async function relayTo(path: string, target: string) {
  const ends = new Set<Socket>();
  let isCut = false;
  /** Called with the next answer, which is lost. */
  let lose: (() => void) | undefined;
  const server = createServer((near) => {
    const far = createConnection(target);
    near.on('data', (bytes) => isCut || far.write(bytes));
    far.on('data', (bytes) => {
      if (lose !== undefined) lose();
      else if (!isCut) near.write(bytes);
    });
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      ends.add(end);
      end.on('error', () => {});
      end.on('close', () => {
        ends.delete(end);
        other.destroy();
      });
    }
  });
  const hangUp = (): void => {
    for (const end of ends) end.destroy();
  };
  await new Promise<void>((done) => server.listen(path, done));
  return {
    path,
    /** Nothing arrives any more, and nobody is told. */
    cut: (): void => {
      isCut = true;
    },
    /** Loses all answers from now on. @returns when there was one */
    loseAnswers: () =>
      new Promise<void>((lost) => {
        lose = lost;
      }),
    /** Ends the streams that there are; new ones are good. */
    hangUp: (): void => {
      lose = undefined;
      hangUp();
    },
    close: (): void => {
      server.close();
      hangUp();
    },
  };
}
