import { lstatSync, realpathSync, rmSync, statSync } from 'node:fs';
import { replaceFile, writeReason } from '../../input/index.ts';
import { warn } from '../terminal/warn.ts';

const EVERY_MS = 5000;

/**
 * Keeps a file of metrics up to date, as the textfile collector of Prometheus' node exporter reads them: replaced as
 * a whole, and gone when nobody writes it any more. What fails later is a warning.
 * @returns ends it
 * @throws {Error} it cannot be written
 */
export function keepMetrics(file: string, metrics: () => string): () => void {
  let written: number | undefined;
  const write = (): void => {
    try {
      const place = placeOf(file);
      replaceFile(place, Buffer.from(metrics()), { durable: false });
      written = lstatSync(place).ino;
    } catch (error) {
      throw new Error(`cannot write metrics to ${file}: ${writeReason(file, error)}`, { cause: error });
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
    const there = statSync(file, { throwIfNoEntry: false });
    if (there?.isFile() && there.ino === written) rmSync(realpathSync(file), { force: true });
  };
}

/** The file to replace: of a link what it leads to. What is no file, as a device, must stay. @throws {Error} */
function placeOf(file: string): string {
  const there = statSync(file, { throwIfNoEntry: false });
  if (there === undefined) return file;
  if (!there.isFile()) throw new Error('not a regular file; name another path');
  return realpathSync(file);
}
