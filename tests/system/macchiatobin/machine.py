# SPDX-License-Identifier: BSD-2-Clause
"""The model with nothing around it, for tests that need many of them."""

import subprocess
import tempfile
from pathlib import Path

from limits import end, within

from . import SD, SDHCI, SPI, UART
from .packing import BUILD, HASTE, QEMU

PLUGIN = BUILD / "system/libpower_cut.so"
CUT = 66  # the status with which power_cut.c ends QEMU
TIMED_OUT, KILLED = 124, 137  # those of `timeout`
PROMPT = b"corbel> "


class Ended(Exception):
    """The machine has ended: its power was cut, or it ran too long."""


class Model:
    """A machine at its prompt, as long as the context lasts. An access outside of the model's list fails.

    `loaded` is a list of (path, address); `plugin` are arguments of power_cut.c, `options` of -M; `haste`: time passes
    faster than here; `limit`: seconds after which it is ended whatever it does.
    """

    def __init__(self, media, boot="emmc", plugin="", loaded=(), options="", haste=False, limit=90):
        self._media, self._boot, self._plugin = media, boot, plugin
        self._loaded, self._options, self._haste, self._limit = loaded, options, haste, limit
        self.text = ""  # all that the console has said
        self.events = []  # of the plugin, once the machine has ended

    def _command(self, folder):
        machine = f"macchiatobin,el3=on,boot-from={self._boot},stray={folder}/strays{self._options}"
        words = [QEMU, "-M", machine, "-m", "1G", "-nic", "none"]
        words += ["-accel", "tcg,thread=single", "-display", "none", "-serial", "stdio", "-monitor", "none"]
        words += [*(HASTE if self._haste else ()), *self._media.arguments()]
        for path, address in self._loaded:
            words += ["-device", f"loader,file={path},addr={address:#x},force-raw=on"]
        if self._plugin:
            places = f"uart={UART:#x},spi={SPI:#x},sdhci={SDHCI:#x},sdhci={SD:#x}"
            words += ["-plugin", f"{PLUGIN},out={folder}/events,{places},{self._plugin}"]
        return within(self._limit, *words)

    def start(self):
        self._folder = tempfile.TemporaryDirectory(prefix="model-")
        self._errors = open(Path(self._folder.name) / "errors", "w+", encoding="utf-8")
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": self._errors}
        self._qemu = subprocess.Popen(self._command(self._folder.name), **pipes, bufsize=0)

    def __enter__(self):
        self.start()
        try:
            self.boot_log = self.until_prompt()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        end(self._qemu)
        folder = Path(self._folder.name)
        events, strays = folder / "events", folder / "strays"
        self.events = [line.split() for line in events.read_text().splitlines()] if events.exists() else []
        seen = strays.read_text() if strays.exists() else ""
        self._errors.close()
        self._folder.cleanup()
        assert not seen, seen

    def _said(self):
        self._errors.seek(0)
        return self.text[-2000:] + self._errors.read()

    def _end(self):
        status = self._qemu.wait(timeout=20)
        if status in (TIMED_OUT, KILLED):
            return Ended(status, f"not done after {self._limit} s; it said: {self._said()}")
        return Ended(status, self._said())

    def until(self, *ends):
        """What the console says up to one of these."""
        data = b""
        while not data.endswith(ends):
            piece = self._qemu.stdout.read(65536)
            if not piece:
                self.text += data.decode(errors="replace")
                raise self._end()
            data += piece
        text = data.decode(errors="replace")
        self.text += text
        return text

    def until_prompt(self):
        lines = self.until(PROMPT).split("\n")[:-1]
        return [line.rstrip("\r").rsplit("\r", 1)[-1].removeprefix("\x1b[K") for line in lines]

    def send(self, line):
        self._qemu.stdin.write(line.encode() + b"\r")

    def run(self, line):
        """The lines that a command printed, without its echo. Of one that was written over the last state counts."""
        self.send(line)
        return self.until_prompt()[1:]
