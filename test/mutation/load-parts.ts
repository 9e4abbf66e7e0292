import { loadParts } from '../../src/parts/index.ts';

await loadParts();
