"""A board that dtbus shares, as a driver of Jumpstarter: its exporter has the socket of a share, its client the board.

The exporter names the class (`type: jumpstarter_driver_dtbus.Dtbus`, `config: {socket: /run/dtbus/bench.sock}`), and both
machines have this module. The stream carries whole transactions, leases and errors, as the socket itself does.
"""

import os
import shlex
import subprocess
import tempfile
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from threading import Event

import click
from anyio import connect_unix
from jumpstarter.client import DriverClient
from jumpstarter.client.decorators import driver_click_group
from jumpstarter.common import TemporaryUnixListener
from jumpstarter.driver import Driver, exportstream
from jumpstarter.streams.common import forward_stream
from pydantic.dataclasses import dataclass


class DtbusError(Exception):
    """What a command of dtbus ended with: its sentence, with the errno where it has one."""


@dataclass(kw_only=True)
class Dtbus(Driver):
    """`socket`: of `dtbus share BOARD --socket PATH`, on the exporter's machine."""

    driver_type = "bus"
    socket: str

    @classmethod
    def client(cls):
        return "jumpstarter_driver_dtbus.DtbusClient"

    @exportstream
    @asynccontextmanager
    async def connect(self):
        async with await connect_unix(self.socket) as stream:
            yield stream


class DtbusClient(DriverClient):
    """A board elsewhere, by its exporter; `dtbus` is called here, by the words of DTBUS where it is not in the PATH."""

    @contextmanager
    def place(self, path=None):
        """The place of the board here, for trees and `dtbus lab`, as long as the context lasts; `path` ends in .sock."""
        with tempfile.TemporaryDirectory(prefix="dtbus-") as folder:
            socket = path or os.path.join(folder, "board.sock")
            listener = TemporaryUnixListener(partial(_carry, self), path=socket)
            serving = self.portal.wrap_async_context_manager(listener)
            serving.__enter__()
            try:
                yield f"remote:{os.path.abspath(socket)}"
            finally:
                # What the caller raises stays what it is: a task group would wrap it.
                serving.__exit__(None, None, None)
                if os.path.exists(socket):
                    os.unlink(socket)

    def transfer(self, bus, address, write=b"", read=0):
        """One I2C transaction: `write` bytes, a repeated START and `read` bytes, or one of them. Returns what was read."""
        messages = []
        if write or not read:
            messages += [f"w{len(write)}@{address:#x}", *(f"{byte:#x}" for byte in write)]
        if read:
            messages.append(f"r{read}@{address:#x}")
        with self.place() as place, tempfile.NamedTemporaryFile("w", suffix=".dts") as tree:
            tree.write(_tree(place, bus))
            tree.flush()
            said = _dtbus("i2ctransfer", "-b", tree.name, "-y", str(bus), *messages)
        return bytes(int(byte, 16) for byte in said.split())

    def cli(self):
        @driver_click_group(self)
        def base():
            """Buses of a board that dtbus shares"""

        @base.command()
        @click.argument("path")
        def forward(path):
            """Have the board at the socket PATH, which ends in .sock, until Ctrl-C"""
            with self.place(path) as place:
                click.echo(place)
                Event().wait()

        return base


async def _carry(client, connection):
    async with connection, client.stream_async("connect") as stream, forward_stream(connection, stream):
        pass


def _dtbus(*words):
    command = [*shlex.split(os.environ.get("DTBUS", "dtbus")), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DtbusError(done.stderr.strip().rpartition("\n")[2])
    return done.stdout


def _tree(place, bus):
    return f"""/dts-v1/;
/ {{
	dtbus,remote = "{place}";
	aliases {{ i2c{bus} = &bus; }};
	bus: bus {{ compatible = "platform,virtio-i2c"; #address-cells = <1>; #size-cells = <0>; }};
}};
"""
