import { expect, test } from 'vitest';
import { runDtc } from '../../../src/cli/dt-tools/run-dtc.ts';
import { DtMemoryIo } from './dt-memory-io.ts';

// GCC: duplicate macro parameter "a"; '##' cannot appear at either end of a macro expansion; "defined" cannot be used as a macro
// name; macro names must be identifiers.
test.each(['X(a,a)=1', 'A=##', 'defined=1', '1X', ''])(
  '--define refuses what can be no macro: %j',
  (define) => {
    const io = new DtMemoryIo({ 'a.dts': '/dts-v1/; / { };' });
    expect(runDtc(['--cpp', '--define', define, '-O', 'dts', 'a.dts'], io)).toBe(1);
    expect(io.output).toBe('');
    expect(io.errors).toContain(`\nError: cannot define ${define.replace(/=.*/, '')}: `);
  },
);
