import { FrontEnd } from './front-end.mjs';

export const pause = (ms = 1) => new Promise((resolve) => setTimeout(resolve, ms));

/** Does `work` with a connection again and again; whatever ends it is the server's right. */
export async function again(socket, work, ms = 1) {
  for (;;) {
    let frontEnd;
    try {
      frontEnd = new FrontEnd(socket);
      await work(frontEnd);
    } catch (error) {
      if (error.name !== 'OsError' && error.code === undefined) throw error;
    } finally {
      frontEnd?.close();
    }
    await pause(ms);
  }
}
