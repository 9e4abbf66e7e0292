const STATES = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'CompileError', 'RuntimeError'];

/**
 * Stryker's JSON report as text: a row for each file and for all, then each mutant that no test noticed, at its line. The
 * score is of what was tried: killed and timed out, of these and what survived or no test reached.
 */
export function summary({ files }) {
  const all = Object.fromEntries(STATES.map((state) => [state, 0]));
  const rows = [];
  const survivors = [];
  for (const [path, { source, mutants }] of Object.entries(files)) {
    const counts = Object.fromEntries(STATES.map((state) => [state, 0]));
    const lines = source.split('\n');
    for (const { status, location, mutatorName, replacement } of mutants) {
      counts[status]++;
      all[status]++;
      if (status !== 'Survived' && status !== 'NoCoverage') continue;
      const { line, column } = location.start;
      survivors.push(`${path}:${line}:${column} ${status} ${mutatorName}`);
      survivors.push(
        `  - ${lines[line - 1].trim()}`,
        `  + ${(replacement ?? '').replaceAll(/\s+/g, ' ').slice(0, 120)}`,
      );
    }
    rows.push([path, counts]);
  }
  const text = [...rows, ['all', all]].map(([path, counts]) => row(path, counts));
  return [
    ['file', 'killed', 'timeout', 'survived', 'no cov.', 'static', 'score'].join('\t'),
    ...text,
    '',
    ...survivors,
  ].join('\n');
}

function row(path, { Killed, Timeout, Survived, NoCoverage, Ignored }) {
  const tried = Killed + Timeout + Survived + NoCoverage;
  const score = tried === 0 ? '-' : `${((100 * (Killed + Timeout)) / tried).toFixed(1)} %`;
  return [path, Killed, Timeout, Survived, NoCoverage, Ignored, score].join('\t');
}
