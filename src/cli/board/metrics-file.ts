import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { warn } from '../terminal/warn.ts';

const EVERY_MS = 5000;

/**
 * Keeps a file of metrics up to date, as the textfile collector of Prometheus' node exporter reads them: replaced as
 * a whole, and gone when nobody writes it any more.
 * @returns ends it
 */
export function keepMetrics(file: string, metrics: () => string): () => void {
  let failed = false;
  const write = (): void => {
    const beside = `${file}.${process.pid}`;
    try {
      writeFileSync(beside, metrics());
      renameSync(beside, file);
      failed = false;
    } catch (error) {
      rmSync(beside, { force: true });
      if (!failed) warn(`cannot write metrics to ${file}: ${(error as Error).message}`);
      failed = true;
    }
  };
  write();
  const timer = setInterval(write, EVERY_MS);
  return () => {
    clearInterval(timer);
    rmSync(file, { force: true });
  };
}
