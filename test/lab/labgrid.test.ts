import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testFolder } from '../cli/folder.ts';
import { itIsPython, shareSensor } from './neighbours.ts';
import { ownPlaces, testProcesses } from './processes.ts';

const HAS_LABGRID = spawnSync('python3', ['-c', 'import labgrid, pexpect']).status === 0;

const folder = testFolder();
const own = () => ownPlaces(folder);
const { dtbus } = testProcesses(own);

/** What somebody writes who uses labgrid: two transfers, who has the board meanwhile, and afterwards. */
const SCRIPT = `
import json, subprocess, sys
from labgrid import Environment
from labgrid.driver.exception import ExecutionError

environment, dtbus, place = sys.argv[1], sys.argv[2:4], sys.argv[4]
target = Environment(environment).get_target("main")
driver = target.get_driver("DtbusDriver")
read = list(driver.transfer(1, 0x48, b"\\0", 2))
try:
    driver.transfer(1, 0x50, b"\\0")
    fault = ""
except ExecutionError as error:
    fault = error.msg
who = driver.run([*dtbus, "lab", "who", place])
target.deactivate(driver)
after = subprocess.run([*dtbus, "lab", "ls", place], capture_output=True, text=True).stdout
print(json.dumps({"read": read, "fault": fault, "who": who, "after": after}))
`;

itIsPython('the file of labgrid is Python', 'examples/labgrid/dtbus_labgrid.py');

describe.skipIf(!HAS_LABGRID)('labgrid (skipped where Python does not have it)', () => {
  beforeAll(() => shareSensor(folder, dtbus));

  it('has a board by its environment, with a lease of it, and its errors', () => {
    const place = `remote:${folder.path('bench.sock')}`;
    const program = [process.execPath, resolve('bin/dtbus.js')];
    const environment = folder.write(
      'env.yaml',
      `targets:
  main:
    resources:
      DtbusBoard:
        place: '${place}'
    drivers:
      DtbusDriver:
        dtbus: '${program.join(' ')}'
imports:
  - ${resolve('examples/labgrid/dtbus_labgrid.py')}
`,
    );
    const argv = [folder.write('use.py', SCRIPT), environment, ...program, place];
    const env = { ...process.env, ...own() };
    const { status, stdout, stderr } = spawnSync('python3', argv, { encoding: 'utf8', env });
    expect(status, stderr).toBe(0);
    const said = JSON.parse(stdout);
    expect(said.read).toEqual([0x1f, 0x80]);
    expect(said.fault).toContain('ENXIO: /dev/i2c-1, address 0x50');
    expect(said.who).toMatch(/i2c-1 .* for labgrid: since/);
    expect(said.after).toMatch(/i2c-1 .*: free/);
  });
});
