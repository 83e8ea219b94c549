# SPDX-License-Identifier: BSD-2-Clause
# tests/system/scmi_backend.py - the program of this project that is an SCMI platform behind a virtio device.
import pathlib
import shlex
import shutil
import socket
import subprocess
import tempfile
import time

import attr
from labgrid import step, target_factory
from labgrid.driver import Driver
from limits import PATIENCE, with_parent
from pexpect import TIMEOUT


@target_factory.reg_driver
@attr.s(eq=False)
class ScmiBackendDriver(Driver):
    """The SCMI platform behind a virtio device: a program that connects to QEMU, and ends when QEMU does.

    Args:
        program (str): its name among the images of the environment
        arguments (str): what else it is told
        absent (bool): it dies before the machine runs its first instruction
    """

    program = attr.ib(validator=attr.validators.instance_of(str))
    arguments = attr.ib(default="", validator=attr.validators.instance_of(str))
    absent = attr.ib(default=False, validator=attr.validators.instance_of(bool))

    def __attrs_post_init__(self):
        super().__attrs_post_init__()
        self._folder = None
        self._child = None
        self.log = ""  # what it has printed since QEMU was started

    def on_activate(self):
        self._folder = pathlib.Path(tempfile.mkdtemp(prefix="scmi-"))  # short: the path of a socket has 107 bytes

    def on_deactivate(self):
        self.stop()
        shutil.rmtree(self._folder)

    @property
    def socket(self):
        return self._folder / "qemu"

    @step()
    def start(self):
        """Starts it, anew when it has ended."""
        command = [self.target.env.config.get_image_path(self.program), "--socket", self.socket]
        command += ["--control", self._folder / "control", *shlex.split(self.arguments)]
        with (self._folder / "log").open("a") as log:
            self._child = subprocess.Popen(with_parent(*command), stdin=subprocess.DEVNULL, stderr=log)

    @step()
    def stop(self, kill=False):
        """Ends it: with its consent, or without."""
        if not self._child:
            return
        child, self._child = self._child, None
        if kill:
            child.kill()
        else:
            child.terminate()
        try:
            child.wait(timeout=10)
        except subprocess.TimeoutExpired:
            child.kill()
            raise

    def ended(self, timeout=PATIENCE):
        """The status with which it ends within that time; None: it does not."""
        try:
            return self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            return None

    def read_log(self):
        log = self._folder / "log"
        self.log = log.read_text() if log.exists() else ""
        return self.log

    def forget_log(self):
        (self._folder / "log").unlink(missing_ok=True)

    def wait_for(self, text, timeout=PATIENCE):
        """Waits until it has printed that."""
        end = time.monotonic() + timeout
        while text not in self.read_log():
            if time.monotonic() > end:
                raise TIMEOUT(f"{text!r} did not come, but:\n{self.log}")
            time.sleep(0.01)

    @step(args=["line"], result=True)
    def say(self, line):
        """Its answer to a line on its control socket."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as control:
            control.settimeout(PATIENCE)
            control.connect(str(self._folder / "control"))
            control.sendall(line.encode() + b"\n")
            return control.makefile().readline().rstrip("\n")
