# SPDX-License-Identifier: BSD-2-Clause
# tests/system/backends.py - a QEMU with a vhost-user server of somebody else behind one of its devices.
import shlex
import subprocess
import time
from pathlib import Path

import attr
from drivers import CorbelQEMUDriver
from labgrid import target_factory
from limits import PATIENCE, end, within


@target_factory.reg_driver
@attr.s(eq=False)
class ServedQEMUDriver(CorbelQEMUDriver):
    """A QEMU that connects, as the chardev `server`, to a server that listens. Both are new at each power on.

    Args:
        server (str): the server, one of the environment's tools
        server_args (str): its arguments; {socket} stands for the path to listen at
    """

    server = attr.ib(default="server", validator=attr.validators.instance_of(str))
    server_args = attr.ib(default="{socket}", validator=attr.validators.instance_of(str))

    def __attrs_post_init__(self):
        super().__attrs_post_init__()
        self._served = None

    def on_activate(self):
        super().on_activate()
        listens = Path(self._tempdir) / "server"
        self._cmd += ["-chardev", f"socket,id=server,path={listens}"]
        command = [self.target.env.config.get_tool(self.server), *shlex.split(self.server_args.format(socket=listens))]
        # vhost-device-scmi polls its own output, hence the pipe: it ends at once with a file, and when nobody holds the
        # other end.
        self._served = subprocess.Popen(within(self.limit, *command), stdout=subprocess.PIPE)
        deadline = time.monotonic() + PATIENCE
        while not listens.exists():
            if self._served.poll() is not None or time.monotonic() > deadline:
                end(self._served)
                raise OSError(f"{command} does not listen")
            time.sleep(0.01)

    def on_deactivate(self):
        super().on_deactivate()
        end(self._served)
        self._served = None
