import type { RegisterReport } from '../../../src/sim/index.ts';

/**
 * What the test writes into the registers of bound parts while Linux runs, over their bus, and what Linux then tells: each
 * driver's register map, by its own address and value widths, pages and masks; and of regulators their voltage.
 */

/** Regulators of Linux: register and value that the test writes, by the part's data sheet, and the voltage in µV. */
export const VOLTAGES: readonly (readonly [
  compatible: string,
  regulator: string,
  register: number,
  value: number,
  microvolts: number,
])[] = [
  ['active-semi,act8600', 'DCDC1', 0x10, 24, 1_200_000],
  ['active-semi,act8945a', 'DCDC_REG1', 0x20, 24, 1_200_000],
  ['dlg,da9061', 'DA9061 BUCK1', 0xa4, 90, 1_200_000],
  ['dlg,da9211', 'da9211', 0xd7, 90, 1_200_000],
  ['isil,isl9305', 'DCD1', 0x00, 15, 1_200_000],
  ['maxim,max77686', 'LDO1', 0x40, 0x10, 1_200_000],
  ['mps,mp5416', 'buck1', 0x04, 48, 1_200_000],
  ['richtek,rt4801', 'DSVP', 0x00, 15, 5_500_000],
  ['richtek,rt5033', 'BUCK', 0x42, 2, 1_200_000],
  ['silergy,sy8106a', 'sy8106a', 0x01, 52, 1_200_000],
  ['silergy,sy8824c', 'sy8824-reg', 0x00, 35, 1_200_000],
  ['silergy,sy8827n', 'sy8827n-reg', 0x00, 48, 1_200_000],
  ['ti,lm3632', 'ldo_vpos', 0x0e, 30, 5_500_000],
  ['ti,lp8733', 'BUCK0', 0x06, 0x75, 1_200_000],
  ['ti,lp87565', 'BUCK0', 0x0a, 0x75, 1_200_000],
  ['ti,tps62360', 'tps62360', 0x00, 43, 1_200_000],
  ['ti,tps62864', 'tps6286x', 0x01, 160, 1_200_000],
  ['ti,tps65132', 'tps65132-outp', 0x00, 15, 5_500_000],
  ['ti,tps65217', 'DCDC1', 0x0e, 12, 1_200_000],
  ['ti,tps65218', 'DCDC1', 0x16, 35, 1_200_000],
  ['ti,tps65214', 'BUCK1', 0x0a, 24, 1_200_000],
];

/** Registers that keep something else than what is written, and parts that Linux reads by other widths than a byte. */
const NOT_PLAIN: Readonly<Record<string, readonly number[] | 'all'>> = {
  'adi,adt7410': 'all',
  'qcom,pm8008': 'all',
  // Events, cleared by ones.
  'fsl,pfuze100': [0x05],
  // Faults, cleared by ones, and commands.
  'nxp,ptn5110': [0x1f, 0x23],
  // The page.
  'silabs,si5341': [0x01],
};

/** Shell: `regmap COMPATIBLE REGISTER VALUE`, and `regulator COMPATIBLE NAME=µV`; past their caches. */
export const TELL_REGISTERS = `
for r in /sys/kernel/debug/regmap/*-00*; do
  n=\${r##*/}; at=\${n%%-*}; rest=\${n#*-}; d=/sys/bus/i2c/devices/$at-\${rest%%-*}
  [ -f $d/of_node/compatible ] && [ -e $d/driver ] && nameOf $d || continue
  [ -f $r/cache_bypass ] && echo Y > $r/cache_bypass
  while read -r register value; do echo "regmap $name \${register%:} $value"; done <<EOF
$(dd if=$r/registers bs=900 count=1 2>/dev/null)
EOF
done
for e in /sys/bus/i2c/devices/*-*/regulator/regulator.* /sys/bus/i2c/devices/*-*/*/regulator/regulator.*; do
  [ -f "$e/microvolts" ] || continue
  d=\${e%%/regulator/*}; [ -f $d/of_node/compatible ] || d=\${d%/*}
  case $d in */[0-9]*-00[0-9a-f][0-9a-f]) ;; *) d=\${d%/*} ;; esac
  nameOf $d && read -r label < $e/name && read -r value < $e/microvolts && echo "regulator $name $label=$value"
done 2>/dev/null`;

/** Numbers that look like chance and are the same in each run. */
export function chance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  };
}

const MOST = 24;
const PLAIN_END = 0x70;

/** Which registers of a part are the test's to write: bytes that keep what the bus writes. */
export function writableRegisters(
  compatible: string,
  registers: readonly RegisterReport[],
): readonly number[] {
  const other = NOT_PLAIN[compatible] ?? [];
  if (other === 'all') return [];
  const plain = registers.filter(
    ({ bits, bank, readOnly, madeWhenRead, fields }) =>
      bits === 8 && bank === undefined && !readOnly && !madeWhenRead && fields.length === 0,
  );
  const numbers = plain.flatMap(({ at, values }) => values.map((_, offset) => at + offset));
  return numbers.filter((each) => each > 0 && each < PLAIN_END && !other.includes(each)).slice(0, MOST);
}

/** What Linux tells of the registers, by `compatible register`; where it may not read one it says XX. */
export function toldRegisters(output: string): ReadonlyMap<string, number> {
  const lines = output.matchAll(/^regmap (\S+) ([0-9a-f]+) ([0-9a-f]+)\s*$/gm);
  return new Map(
    [...lines].map(([, name, at, value]) => [
      `${name} ${Number.parseInt(at as string, 16)}`,
      Number.parseInt(value as string, 16),
    ]),
  );
}
