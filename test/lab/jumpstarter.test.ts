import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { testFolder } from '../cli/folder.ts';
import { itIsPython, shareSensor } from './neighbours.ts';
import { ownPlaces, testProcesses } from './processes.ts';

const DRIVER = 'examples/jumpstarter/jumpstarter_driver_dtbus.py';
const HAS_JUMPSTARTER = spawnSync('python3', ['-c', 'import jumpstarter.driver']).status === 0;

const folder = testFolder();
const own = () => ownPlaces(folder);
const { dtbus } = testProcesses(own);

/** What somebody writes who uses Jumpstarter: its exporter and its client, in one process. */
const SCRIPT = `
import json, os, subprocess, sys
from jumpstarter.common.utils import serve
from jumpstarter_driver_dtbus import Dtbus, DtbusError

socket, dtbus = sys.argv[1], sys.argv[2:]
with serve(Dtbus(socket=socket)) as client:
    read = list(client.transfer(1, 0x48, b"\\0", 2))
    try:
        client.transfer(1, 0x50, b"\\0")
        fault = ""
    except DtbusError as error:
        fault = str(error)
    with client.place() as place:
        lock = [*dtbus, "lab", "lock", place, "--why", "jumpstarter", "--"]
        who = subprocess.run([*lock, *dtbus, "lab", "who", place], capture_output=True, text=True).stdout
    left = os.path.exists(place.removeprefix("remote:"))
print(json.dumps({"read": read, "fault": fault, "who": who, "left": left}))
`;

itIsPython('the driver of Jumpstarter is Python', DRIVER);

describe.skipIf(!HAS_JUMPSTARTER)('Jumpstarter (skipped where Python does not have it)', () => {
  beforeAll(() => shareSensor(folder, dtbus));

  it('has a board by its exporter, with its leases and its errors', () => {
    const program = [process.execPath, resolve('bin/dtbus.js')];
    const argv = [folder.write('use.py', SCRIPT), folder.path('bench.sock'), ...program];
    const env = {
      ...process.env,
      ...own(),
      DTBUS: program.join(' '),
      PYTHONPATH: [resolve('examples/jumpstarter'), process.env['PYTHONPATH']].filter(Boolean).join(':'),
    };
    const { status, stdout, stderr } = spawnSync('python3', argv, { encoding: 'utf8', env });
    expect(status, stderr).toBe(0);
    const said = JSON.parse(stdout);
    expect(said).toMatchObject({ read: [0x1f, 0x80], left: false });
    expect(said.fault).toMatch(/^dtbus: ENXIO: \/dev\/i2c-1, address 0x50/);
    expect(said.who).toMatch(/i2c-1 .* for jumpstarter: since/);
  });
});
