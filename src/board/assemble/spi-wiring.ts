import {
  type DeviceNode,
  NodeError,
  SPI_MODE,
  SPI_MODE_FLAGS,
  type SpiController,
  wellFormed,
} from '../../bus/index.ts';

/** Lines that a child may be wired with, by the mode bit that an adapter needs for them. */
const WIDTHS: readonly (readonly [property: string, bits: Readonly<Record<number, number>>])[] = [
  ['spi-tx-bus-width', { 2: SPI_MODE.TX_DUAL, 4: SPI_MODE.TX_QUAD, 8: SPI_MODE.TX_OCTAL }],
  ['spi-rx-bus-width', { 2: SPI_MODE.RX_DUAL, 4: SPI_MODE.RX_QUAD, 8: SPI_MODE.RX_OCTAL }],
];

/** What a child asks of an adapter that cannot do it: what cannot work, and what is done without, as in Linux (`spi_setup`). */
interface BeyondAdapter {
  readonly problems: readonly NodeError[];
  readonly ignored: readonly string[];
}

/** @param name the adapter, in the sentences */
export function beyondAdapter(
  child: DeviceNode,
  { capabilities }: SpiController,
  name: string,
): BeyondAdapter {
  const { chipSelects, modes } = capabilities;
  const problems: NodeError[] = [];
  const ignored: string[] = [];
  const chipSelect = wellFormed(() => child.u32s('reg'))?.find((each) => each >= chipSelects);
  if (chipSelect !== undefined) {
    const range = chipSelects === 1 ? 'only chip select 0' : `chip selects 0 to ${chipSelects - 1}`;
    problems.push(new NodeError(child, 'reg', `chip select ${chipSelect}: ${name} has ${range}`));
  }
  for (const [property, bit] of SPI_MODE_FLAGS)
    if (child.has(property) && (modes & bit) === 0)
      problems.push(new NodeError(child, property, `${property}: ${name} cannot do it; use another adapter`));
  for (const [property, bits] of WIDTHS)
    for (const width of wellFormed(() => child.u32s(property)) ?? []) {
      const bit = bits[width];
      if (bit !== undefined && (modes & bit) === 0)
        ignored.push(
          `${child.path}: ${property} = <${width}>: ${name} has no ${width} data lines; transfers use one`,
        );
    }
  return { problems, ignored };
}
