/** Waits for Ctrl-C or a polite kill, or until `over` resolves. */
export function untilInterrupted(over?: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const alive = setInterval(() => {}, 1 << 30);
    const finish = () => {
      clearInterval(alive);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, finish);
    void over?.then(finish);
  });
}
