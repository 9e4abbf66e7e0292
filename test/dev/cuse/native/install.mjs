/**
 * Builds the real i2c-bus and spi-device from the registry, once for each version of Node, and prints the folder
 * that has them in `node_modules`. Fails with a sentence where that cannot be: `node install.mjs`.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const dependencies = { 'i2c-bus': '5.2.3', 'spi-device': '3.1.2' };
const folder = fileURLToPath(
  new URL(
    `../../../../node_modules/.cache/dtbus/native-${Object.values(dependencies).join('-')}-${process.version}/`,
    import.meta.url,
  ),
);
const BUILT = ['i2c-bus/build/Release/i2c.node', 'spi-device/build/Release/spi.node'];
const isThere = () => BUILT.every((file) => existsSync(join(folder, 'node_modules', file)));

if (!isThere()) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const options = ['--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=1'];
  const { stderr } = spawnSync('npm', ['install', ...options], {
    cwd: folder,
    encoding: 'utf8',
    timeout: 120_000,
  });
  if (!isThere()) {
    rmSync(folder, { recursive: true, force: true });
    const [reason = 'npm said nothing'] = stderr?.match(/(?<=npm error )(?!code |syscall |errno ).+/) ?? [];
    console.error(`i2c-bus and spi-device cannot be built here: ${reason}`);
    process.exit(1);
  }
}
console.log(folder);
