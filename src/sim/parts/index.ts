import { Catalogue, type ModelModule, withoutVendor } from '../catalogue.ts';

interface LazyModule {
  readonly compatible: readonly string[];
  load(): Promise<ModelModule>;
}

/** Which file knows which compatible. A file is read only when a board names one of its parts. */
const MODULES: readonly LazyModule[] = [
  {
    compatible: [
      'national,lm75',
      'national,lm75a',
      'maxim,max6626',
      'st,ds75',
      'dallas,ds75',
      'national,lm75b',
      'nxp,lm75b',
      'nxp,pct2075',
      'ti,tmp75',
      'ti,tmp175',
      'ti,tmp275',
      'ti,tmp105',
      'ti,tmp1075',
    ],
    load: () => import('./lm75.ts'),
  },
  { compatible: ['ti,tmp102', 'ti,tmp112'], load: () => import('./tmp102.ts') },
  {
    compatible: [
      'atmel,24c01',
      'atmel,24c02',
      'atmel,24c04',
      'atmel,24c08',
      'atmel,24c16',
      'atmel,24c32',
      'atmel,24c64',
      'atmel,24c128',
      'atmel,24c256',
      'atmel,24c512',
      'atmel,24c1024',
      'atmel,spd',
    ],
    load: () => import('./at24.ts'),
  },
  {
    compatible: [
      'jedec,spi-nor',
      'winbond,w25q80',
      'winbond,w25q16',
      'winbond,w25q32',
      'winbond,w25q64',
      'winbond,w25q128',
      'winbond,w25q256',
      'winbond,w25q512jv',
      'macronix,mx25l1606e',
      'macronix,mx25l3233f',
      'macronix,mx25l6433f',
      'macronix,mx25l12835f',
      'macronix,mx25l25635f',
      'macronix,mx25l51245g',
      'micron,n25q032a',
      'micron,n25q064a',
      'micron,n25q128a13',
      'micron,n25q256a',
      'micron,n25q512a',
    ],
    load: () => import('./spi-nor.ts'),
  },
  { compatible: ['dtbus,register-map'], load: () => import('./register-map.ts') },
  { compatible: ['linux,spi-loopback-test', 'dtbus,loopback'], load: () => import('./loopback.ts') },
];

/**
 * A catalogue with the models for `compatibles`, and perhaps some more of the same files.
 * Without an argument: all there are.
 */
export async function loadModels(compatibles?: Iterable<string>): Promise<Catalogue> {
  const wanted = compatibles === undefined ? undefined : new Set<string>();
  for (const compatible of compatibles ?? []) wanted?.add(compatible).add(withoutVendor(compatible));
  const needed = MODULES.filter(
    ({ compatible }) =>
      wanted === undefined || compatible.some((name) => wanted.has(name) || wanted.has(withoutVendor(name))),
  );
  const catalogue = new Catalogue();
  for (const module of await Promise.all(needed.map(({ load }) => load()))) {
    for (const model of module.models) catalogue.add(model);
  }
  return catalogue;
}
