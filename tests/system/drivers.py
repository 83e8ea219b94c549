# SPDX-License-Identifier: BSD-2-Clause
# tests/system/drivers.py - what labgrid lacks for this firmware: its shell, and a QEMU that always ends.
import enum
import re
import select
import subprocess
import threading
import time

import attr
from labgrid import step, target_factory
from labgrid.driver import Driver, QEMUDriver
from labgrid.driver.commandmixin import CommandMixin
from labgrid.protocol import CommandProtocol, ConsoleProtocol, PowerProtocol
from labgrid.strategy import Strategy
from labgrid.util import PtxExpect, re_vt100
from labgrid.util.qmp import QMPError
from limits import PATIENCE, end, within
from pexpect import EOF, TIMEOUT
from scmi_backend import ScmiBackendDriver

START = 20  # seconds in which QEMU has to answer


@target_factory.reg_driver
@attr.s(eq=False)
class CorbelQEMUDriver(QEMUDriver):
    """labgrid's QEMU, with a limit on its life, and able to start again with other arguments.

    Args:
        limit (int): seconds after which QEMU is ended whatever it does; one may serve many tests
    """

    bindings = {"backend": {ScmiBackendDriver, None}}
    limit = attr.ib(default=1200, validator=attr.validators.instance_of(int))

    def dump_tree(self, path):
        """Writes the device tree that QEMU makes for this machine."""
        qemu = self.target.env.config.get_tool(self.qemu_bin)
        words = [qemu, "-M", f"{self.machine},dumpdtb={path}", "-cpu", self.cpu, "-m", self.memory]
        words += ["-nic", "none", "-display", "none"]
        subprocess.run(words, check=True, stderr=subprocess.DEVNULL, timeout=20)

    def get_qemu_version(self, qemu_bin):
        return 0, 0, 0  # of interest for displays alone, and labgrid would run QEMU for it before each start

    def get_qemu_base_args(self):
        args = within(self.limit, *super().get_qemu_base_args())
        if self.backend:  # QEMU is the one to connect to: a back end that has died can come back then
            args += ["-chardev", f"socket,id=scmi,path={self.backend.socket},server=on,wait=on"]
        return args

    def on_activate(self):
        super().on_activate()
        # What the last machine said is not read as this one's.
        self._expect = PtxExpect(self)
        # One that refuses its arguments never connects.
        self._socket.settimeout(START)

    def on(self):
        # Once in a thousand starts QEMU does not answer the command that sets it going; another one does.
        for last in (False, True):
            deadline = threading.Timer(START, lambda: self._child.terminate())
            deadline.start()
            try:
                if self.backend:
                    self.backend.forget_log()
                    self.backend.start()
                super().on()
                return
            except QMPError:
                self._forget()
                if last:
                    raise
            except BaseException:
                self._forget()
                raise
            finally:
                deadline.cancel()

    def _forget(self):
        """Ends a QEMU that may not even be connected."""
        if self._clientsocket:
            self._clientsocket.close()
            self._clientsocket = None
        if self._child:
            end(self._child)
            self._child = None
        self.status = 0
        if self.backend:
            self.backend.read_log()
            self.backend.stop()

    def monitor_command(self, command, arguments={}):  # pylint: disable=dangerous-default-value
        if command == "cont" and self.backend and self.backend.absent:
            self.backend.stop(kill=True)
        return super().monitor_command(command, arguments)

    @step()
    def off(self):
        if not self.status:
            return
        # The console first: with output that nobody takes QEMU would not listen. A few hundred bytes are enough.
        self._clientsocket.close()
        self._clientsocket = None
        deadline = threading.Timer(5, self._child.terminate)
        deadline.start()
        try:
            self.monitor_command("quit")
            self._child.wait(10)
        except (QMPError, OSError, ValueError, subprocess.TimeoutExpired):
            pass  # it has powered itself off, or hangs
        finally:
            deadline.cancel()
            self._forget()

    def ended(self, timeout=PATIENCE):
        """Whether the machine powers itself off within that time."""
        try:
            self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            return False
        return True

    def _read(self, size=1, timeout=10, max_size=None):
        if not select.select([self._clientsocket], [], [], timeout)[0]:
            raise TIMEOUT(f"nothing came within {timeout:.2f} s")
        time.sleep(0.001)  # some more may come; labgrid waits ten times as long, a third of the time that tests took
        data = self._clientsocket.recv(min(max_size or 65536, 65536))
        if not data:
            raise EOF("QEMU has ended")
        return data


@target_factory.reg_driver
@attr.s(eq=False)
class CorbelShellDriver(CommandMixin, Driver, CommandProtocol):
    """The firmware's shell on any console.

    Args:
        prompt (str): what the shell prints when it waits for a line
        timeout (int): seconds that a command may take
    """

    bindings = {"console": ConsoleProtocol}
    prompt = attr.ib(default="corbel> ", validator=attr.validators.instance_of(str))
    timeout = attr.ib(default=PATIENCE, validator=attr.validators.instance_of(int))

    def get_status(self):
        return 1

    @Driver.check_active
    def until_prompt(self, timeout=None):
        """Waits for the prompt at the start of a line, returns the lines before it."""
        before = self._expect(r"(?:^|\n)(?:\x1b\[[0-9;?]*[A-Za-z]|\r)*" + re.escape(self.prompt), timeout)
        text = re_vt100.sub("", before.decode("utf-8", "replace")).rstrip("\r\n")
        # Of a line that was written over, as progress is, the last state counts.
        return [line.rstrip("\r").rsplit("\r", 1)[-1] for line in text.split("\n")] if text else []

    @Driver.check_active
    def settle(self):
        """Waits until nothing more is printed, and forgets what was."""
        self.console.settle(0.3, timeout=float(self.timeout))
        expect = self.console._expect  # pylint: disable=protected-access
        expect.buffer = b""
        expect._before = expect.buffer_type()  # pylint: disable=protected-access

    def _expect(self, pattern, timeout):
        try:
            return self.console.expect(pattern, timeout=timeout or self.timeout)[1]
        except (EOF, TIMEOUT) as e:
            said = self.console._expect.before.decode("utf-8", "replace")  # pylint: disable=protected-access
            raise type(e)(f"{pattern!r} did not come, but:\n{said}") from None

    @Driver.check_active
    def send(self, line):
        self.console.write(line.encode() + b"\r")

    def _run(self, cmd, *, timeout=None, codec="utf-8", decodeerrors="strict"):
        self.send(cmd)
        # What came before the echo of this line, such as a late notification, is not its output.
        self._expect(re.escape(cmd[-40:]) + r"[^\n]*\n", timeout)
        lines = self.until_prompt(timeout)
        return lines, [], 1 if any(line.startswith("error: ") for line in lines) else 0

    @Driver.check_active
    @step(args=["cmd"], result=True)
    def run(self, cmd, timeout=None):
        return self._run(cmd, timeout=timeout)


class Status(enum.Enum):
    unknown = 0
    off = 1
    shell = 2


@target_factory.reg_driver
@attr.s(eq=False)
class CorbelStrategy(Strategy):
    """Takes a machine from wherever it is to the shell. One without a power switch must wait at its prompt.

    Args:
        boot_timeout (int): seconds from power to prompt
    """

    bindings = {"power": {PowerProtocol, None}, "shell": CorbelShellDriver}
    boot_timeout = attr.ib(default=2 * PATIENCE, validator=attr.validators.instance_of(int))
    status = attr.ib(default=Status.unknown)
    boot_log = attr.ib(default=attr.Factory(list))

    @step(args=["status"])
    def transition(self, status):
        status = status if isinstance(status, Status) else Status[status]
        if status == self.status:
            return
        self._off()
        if status == Status.shell:
            self.start()
            self.boot_log = self.shell.until_prompt(self.boot_timeout)
        self.status = status

    @step()
    def start(self):
        """Power without waiting for the prompt."""
        self.status = Status.unknown
        self.target.activate(self.shell)
        if self.power:
            self.target.activate(self.power)
            self.power.on()
        else:
            self.shell.console.write(b"\x03\r")

    def _off(self):
        self.status = Status.off
        if self.power:
            self.target.activate(self.power)
            self.power.off()
        # A console that was closed leaves nothing of one boot to be read as the next.
        self.target.deactivate(self.shell)
        self.target.deactivate(self.shell.console)
