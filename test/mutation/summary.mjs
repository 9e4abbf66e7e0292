const STATES = ['Killed', 'Timeout', 'Survived', 'NoCoverage', 'Ignored', 'CompileError', 'RuntimeError'];

const isLeft = ({ status }) => status === 'Survived' || status === 'NoCoverage';

/** The mutants that no test noticed, as Stryker is told of places: FILE:LINE:COLUMN-LINE:COLUMN, lines from 1, columns from 0. */
export function leftOver({ files }) {
  return Object.entries(files).flatMap(([path, { mutants }]) =>
    mutants.filter(isLeft).map(({ location: { start, end } }) => {
      return `${path}:${start.line}:${start.column - 1}-${end.line}:${end.column - 1}`;
    }),
  );
}

/** A report in which mutants that no test noticed have the state that a run with other tests gave them. */
export function merged({ files }, later) {
  const nameOf = (path, { location, mutatorName, replacement }) =>
    JSON.stringify([path, location, mutatorName, replacement]);
  const states = new Map(
    Object.entries(later.files).flatMap(([path, { mutants }]) =>
      mutants.map((mutant) => [nameOf(path, mutant), mutant.status]),
    ),
  );
  const entries = Object.entries(files).map(([path, file]) => {
    const mutants = file.mutants.map((mutant) => {
      const status = states.get(nameOf(path, mutant)) ?? 'NoCoverage';
      return isLeft(mutant) && status !== 'NoCoverage' ? { ...mutant, status } : mutant;
    });
    return [path, { ...file, mutants }];
  });
  return { files: Object.fromEntries(entries) };
}

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
    for (const mutant of mutants) {
      const { status, location, mutatorName, replacement } = mutant;
      counts[status]++;
      all[status]++;
      if (!isLeft(mutant)) continue;
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
