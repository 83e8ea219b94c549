# SPDX-License-Identifier: BSD-2-Clause
"""QEMU with nothing around it, for tests that need many of them, or a console that is quick."""

import select
import shlex
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import arch
from limits import end, within

ARCH = arch.current()
BUILD = Path(__file__).resolve().parents[3] / "build"
IMAGE = BUILD / ARCH.firmware / "firmware.bin"
PLUGIN = BUILD / "system/libpower_cut.so"
CUT = 66  # the status with which power_cut.c ends QEMU
RAM = 0x50000000  # free, as the machine has 512 MiB at 0x40000000
PROMPT = b"corbel> "
SILENCE = 60  # seconds without a word from a console that is awaited


def loader(path, address=RAM):
    """Arguments that put a file into memory."""
    return f"-device loader,file={path},addr={address:#x},force-raw=on"


def command(kernel, arguments, bootargs="", limit=60):
    words = [ARCH.emulator, "-M", ARCH.virt, "-cpu", ARCH.cpu, "-m", "512"]
    words += ["-accel", "tcg,thread=single", "-nic", "none", "-global", "virtio-mmio.force-legacy=false"]
    words += ["-display", "none", "-serial", "stdio", "-monitor", "none", "-kernel", kernel]
    words += ["-append", bootargs] if bootargs else []
    return within(limit, *words, *shlex.split(arguments))


@dataclass
class Run:
    status: int
    text: str
    log: list  # of the plugin


def run(kernel, script, arguments, plugin=None, limit=60):
    """Runs a script of shell commands; the last of them ends the machine."""
    with tempfile.NamedTemporaryFile("r") as log:
        words = command(kernel, arguments, f'corbel.run="{script}"', limit)
        if plugin:
            words += ["-plugin", f"{PLUGIN},out={log.name},{plugin}"]
        done = subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=limit + 20)
        text = (done.stdout + done.stderr).decode(errors="replace").replace("\r", "")
        return Run(done.returncode, text, [line.split() for line in log.read().splitlines()])


class Console:
    """A machine at its prompt."""

    def __init__(self, kernel, arguments, limit=600):
        words = command(kernel, arguments, limit=limit)
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        self._qemu = subprocess.Popen(words, **pipes, bufsize=0)

    def __enter__(self):
        try:
            self.boot_log = self._until_prompt()
        except BaseException:
            end(self._qemu)
            raise
        return self

    def __exit__(self, *_):
        end(self._qemu)

    def _until_prompt(self):
        text = b""
        while not text.endswith(PROMPT):
            assert select.select([self._qemu.stdout], [], [], SILENCE)[0], f"nothing more within {SILENCE} s: {text}"
            piece = self._qemu.stdout.read(65536)
            assert piece, f"QEMU has ended: {text}"
            text += piece
        return text.decode(errors="replace")

    def run(self, line):
        """The lines that a command printed, without its echo. Of one that was written over the last state counts."""
        self._qemu.stdin.write(line.encode() + b"\r")
        lines = self._until_prompt().split("\n")[1:-1]
        return [line.rstrip("\r").rsplit("\r", 1)[-1].removeprefix("\x1b[K") for line in lines]
