import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { warn } from '../terminal/warn.ts';

const EVERY_MS = 5000;

/**
 * Keeps a file of metrics up to date, as the textfile collector of Prometheus' node exporter reads them: replaced as
 * a whole, and gone when nobody writes it any more. What fails later is a warning.
 * @returns ends it
 * @throws {Error} it cannot be written
 */
export function keepMetrics(file: string, metrics: () => string): () => void {
  const write = (): void => {
    const beside = `${file}.${process.pid}`;
    try {
      writeFileSync(beside, metrics());
      renameSync(beside, file);
    } catch (error) {
      rmSync(beside, { force: true });
      throw new Error(`cannot write metrics to ${file}: ${(error as Error).message}`, { cause: error });
    }
  };
  write();
  let failed = false;
  const timer = setInterval(() => {
    try {
      write();
      failed = false;
    } catch (error) {
      if (!failed) warn((error as Error).message);
      failed = true;
    }
  }, EVERY_MS);
  return () => {
    clearInterval(timer);
    rmSync(file, { force: true });
  };
}
