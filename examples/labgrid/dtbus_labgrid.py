"""A board that dtbus shares, as a resource of labgrid, and its buses, as a driver.

An environment names this file by `imports:`, and has a place as `remote:ssh://bench3`; an exporter may export the
same class, which it need not know. While the driver is active it has a lease of the whole board.
"""

import os
import shlex
import subprocess
import tempfile

import attr
from labgrid.driver import Driver
from labgrid.driver.exception import ExecutionError
from labgrid.factory import target_factory
from labgrid.resource import Resource
from labgrid.step import step

# The lease is held until its stdin ends, also when the test is killed.
HOLD = ["sh", "-c", 'echo "$DTBUS_LEASE"; exec cat >/dev/null']


@target_factory.reg_resource
@attr.s(eq=False)
class DtbusBoard(Resource):
    """`place`: where `dtbus share` shares the board, as `remote:ssh://bench3`."""

    place = attr.ib(validator=attr.validators.instance_of(str))


@target_factory.reg_driver
@attr.s(eq=False)
class DtbusDriver(Driver):
    """`dtbus`: how the program is called. `wait`: queue for the board where others have it."""

    bindings = {"board": "DtbusBoard"}
    dtbus = attr.ib(default="dtbus", validator=attr.validators.instance_of(str))
    wait = attr.ib(default=True, validator=attr.validators.instance_of(bool))

    def __attrs_post_init__(self):
        super().__attrs_post_init__()
        self._holder = None
        self._lease = ""

    def on_activate(self):
        wait = ["--wait"] if self.wait else []
        command = [*shlex.split(self.dtbus), "lab", "lock", self.board.place, "--why", "labgrid", *wait, "--", *HOLD]
        self._holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._lease = self._holder.stdout.readline().strip()
        if not self._lease:
            raise ExecutionError(f"no lease of {self.board.place}: dtbus lab lock ended with {self._holder.wait()}")

    def on_deactivate(self):
        self._holder.stdin.close()
        self._holder.wait()
        self._holder = None
        self._lease = ""

    @Driver.check_active
    @step(args=["command"])
    def run(self, command, tree=""):
        """What a command prints, run under the lease; `tree`: DTBUS_BOARD for it."""
        env = {**os.environ, "DTBUS_LEASE": self._lease, **({"DTBUS_BOARD": tree} if tree else {})}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise ExecutionError(f"{shlex.join(command)}: {done.stderr.strip()}", done.stdout.splitlines(), done.stderr.splitlines())
        return done.stdout

    @Driver.check_active
    def transfer(self, bus, address, write=b"", read=0):
        """One I2C transaction: `write` bytes, a repeated START and `read` bytes, or one of them. Returns what was read."""
        messages = []
        if write or not read:
            messages += [f"w{len(write)}@{address:#x}", *(f"{byte:#x}" for byte in write)]
        if read:
            messages.append(f"r{read}@{address:#x}")
        with tempfile.NamedTemporaryFile("w", suffix=".dts") as tree:
            tree.write(_tree(self.board.place, bus))
            tree.flush()
            words = ["i2ctransfer", "-b", tree.name, "-y", str(bus), *messages]
            return bytes(int(byte, 16) for byte in self.run([*shlex.split(self.dtbus), *words]).split())


def _tree(place, bus):
    return f"""/dts-v1/;
/ {{
	dtbus,remote = "{place}";
	aliases {{ i2c{bus} = &bus; }};
	bus: bus {{ compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; }};
}};
"""
