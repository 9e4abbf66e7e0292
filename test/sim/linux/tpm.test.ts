import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_UML } from '../../guest/boot.ts';
import { keepLinuxResults } from '../../support/part-table.ts';
import { attributesOf, type BoardPart, type BoardRun, bootWithParts, endsQuietly } from './board.ts';

/**
 * Linux's drivers of TPMs start ours, measure into them and take random numbers: over SPI with wait bytes, over I2C with
 * checksums, and by Cr50's own protocols.
 */

const SLOW = 'spi-max-frequency = <1000000>;';
const SPI: readonly BoardPart[] = [
  { name: 'tpm@0', compatible: 'infineon,slb9670 tcg,tpm_tis-spi', more: SLOW },
  { name: 'tpm@1', compatible: 'google,cr50', more: SLOW },
  { name: 'tpm@2', compatible: 'st,st33htpm-spi tcg,tpm_tis-spi', more: SLOW, set: { waitBytes: 2 } },
];
const I2C: readonly BoardPart[] = [
  { name: 'tpm@2e', compatible: 'infineon,slb9673' },
  { name: 'tpm@50', compatible: 'google,cr50' },
  { name: 'tpm@2f', compatible: 'nuvoton,npct75x tcg,tpm-tis-i2c' },
];
const NAMES = [...SPI, ...I2C].map(({ name }) => name);

/** TPM2_PCR_Extend of PCR 10, SHA-256, with 32 bytes of 33h; TPM2_GetRandom of 16 bytes. */
const EXTEND = `80020000004100000182 0000000a 00000009400000090000010000 00000001000b ${'33'.repeat(32)}`;
const RANDOM = '80010000000c0000017b0010';
const octal = (text: string) =>
  (text.replaceAll(' ', '').match(/../g) ?? [])
    .map((byte) => `\\${Number.parseInt(byte, 16).toString(8).padStart(3, '0')}`)
    .join('');

/** PCR 10 then: it was all zero bytes, and 32 bytes of 33h came to it. */
const EXTENDED = createHash('sha256').update(Buffer.alloc(32)).update(Buffer.alloc(32, 0x33)).digest('hex');

const COMMANDS = `
mount -t tmpfs none /tmp
for t in /sys/class/tpm/tpm*; do
  node=$(basename "$(readlink -f "$t/device/of_node")")
  echo "$node driver=$(basename "$(readlink "$t/device/driver")")"
  echo "$node version=$(cat $t/tpm_version_major)"
  echo "$node before=$(cat $t/pcr-sha256/10)"
  exec 3<>/dev/$(basename $t)
  printf '${octal(EXTEND)}' > /tmp/c; cat /tmp/c >&3; echo "$node extend=$(dd bs=4096 count=1 <&3 2>/dev/null | busybox hexdump -v -e '1/1 "%02x"')"
  printf '${octal(RANDOM)}' > /tmp/c; cat /tmp/c >&3; echo "$node random=$(dd bs=4096 count=1 <&3 2>/dev/null | busybox hexdump -v -e '1/1 "%02x"')"
  exec 3>&-
  echo "$node after=$(cat $t/pcr-sha256/10)"
done
cat /sys/class/misc/hw_random/rng_available | sed 's/^/log rng /'
dmesg | grep -i tpm | sed 's/^/log /'`;

describe.skipIf(NO_UML)(`Linux's TPM drivers${NO_UML || ''}`, () => {
  let run: BoardRun;
  let said: ReadonlyMap<string, string>;
  beforeAll(async () => {
    run = await bootWithParts(I2C, SPI, COMMANDS);
    said = attributesOf(run);
    endsQuietly(run);
  });

  afterAll(() =>
    keepLinuxResults(
      'tpm',
      [...SPI, ...I2C].map(({ name, compatible }) => ({
        compatible,
        driver: said.get(`${name} driver`) ?? '',
        found: [
          {
            what: 'PCR 10 has what was measured into it',
            right: said.get(`${name} after`)?.toLowerCase() === EXTENDED,
          },
          {
            what: 'random numbers come',
            right: /^80010000001c000000000010[0-9a-f]{32}$/.test(said.get(`${name} random`) ?? ''),
          },
        ],
      })),
    ),
  );

  it.each([
    ['tpm@0', 'tpm_tis_spi'],
    ['tpm@1', 'tpm_tis_spi'],
    ['tpm@2', 'tpm_tis_spi'],
    ['tpm@2e', 'tpm_tis_i2c'],
    ['tpm@50', 'cr50_i2c'],
    ['tpm@2f', 'tpm_tis_i2c'],
  ])('%s: %s binds, and finds a TPM 2.0', (name, driver) => {
    expect([said.get(`${name} driver`), said.get(`${name} version`)]).toEqual([driver, '2']);
    expect(run.get(name, 'started')).toBe(true);
  });

  it.each(NAMES)('%s: a measurement is in PCR 10, and random numbers come', (name) => {
    expect(said.get(`${name} before`)).toBe('00'.repeat(32));
    expect(said.get(`${name} extend`)).toBe('80020000001300000000000000000000010000');
    expect(said.get(`${name} after`)?.toLowerCase()).toBe(EXTENDED);
    expect(said.get(`${name} random`)).toMatch(/^80010000001c000000000010[0-9a-f]{32}$/);
  });
});
