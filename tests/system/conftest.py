# SPDX-License-Identifier: BSD-2-Clause
# tests/system/conftest.py - the machine that the tests talk to. Which one it is says the file given by --lg-env; its
# `features` say what it has. A test that needs one says @pytest.mark.lg_feature("...") and is skipped without it.
import json
import pathlib

import pytest
from capsules import machine
from capsules.flash import Flash
from macchiatobin import MIB, RAM
from macchiatobin.media import Media


class Shell:
    """The firmware's shell: `run` for what must work, `fails` for what must not."""

    def __init__(self, strategy):
        self._strategy = strategy
        self._driver = strategy.shell
        self.boot_log = strategy.boot_log  # the lines between power and the first prompt

    def run(self, command, timeout=None):
        """The lines that the command printed."""
        lines, _, failed = self._driver.run(command, timeout=timeout)
        assert not failed, f"{command!r} failed: {lines}"
        return lines

    def try_run(self, command, timeout=None):
        """The lines and whether it failed: for what may do either."""
        lines, _, failed = self._driver.run(command, timeout=timeout)
        return lines, bool(failed)

    def text(self, command, timeout=None):
        return "\n".join(self.run(command, timeout))

    def json(self, command, timeout=None):
        return json.loads(self.text(command, timeout))

    def fails(self, command, timeout=None):
        """The reason that the command gave in its one line of error."""
        lines, _, _ = self._driver.run(command, timeout=timeout)
        errors = [line for line in lines if line.startswith("error: ")]
        assert len(errors) == 1, f"{command!r} printed {lines}"
        return errors[0].removeprefix("error: ")

    def send(self, data):
        """Raw bytes to the console, for what is not a line."""
        self._driver.console.write(data)

    def expect(self, pattern, timeout=30):
        """Waits for a pattern in the output; returns the match."""
        return self._driver.console.expect(pattern, timeout=timeout)[2]

    def until_prompt(self, timeout=None):
        return self._driver.until_prompt(timeout)

    def settle(self):
        """Waits until nothing more is printed, and forgets what was."""
        self._driver.settle()

    def ended(self):
        """Whether the machine has powered itself off, or does so soon."""
        return self._strategy.power.ended()


def check_strays(strategy):
    """Fails when the model of a board has seen an access to something that it does not know."""
    seen = getattr(strategy.power, "strays", list)()
    if seen:
        strategy.transition("off")
    assert not seen, seen


@pytest.fixture
def shell(request, strategy):
    """The shell of the machine, which is started when it is not running. A test that fails leaves it off."""
    strategy.transition("shell")
    yield Shell(strategy)
    check_strays(strategy)
    if request.node.stash.get(failed, False):
        strategy.transition("off")


@pytest.fixture
def boot(strategy):
    """Starts a machine of its own for one test: boot(bootargs="...", memory="1G") with arguments of the QEMU driver.

    bootargs come behind those of the environment, files are paths; `backend` is what its SCMI platform is told, with
    `absent=True` there is none. With `prompt=False` nothing is awaited: `expect` what should come.
    """
    qemu = strategy.power
    own = {}

    def change(driver, name, value):
        own.setdefault((driver, name), getattr(driver, name))
        setattr(driver, name, value)

    def start(bootargs=None, prompt=True, backend=None, absent=False, **changes):
        strategy.transition("off")
        if bootargs is not None:
            base = own.get((qemu, "boot_args"), qemu.boot_args)
            changes["boot_args"] = f"{base} {bootargs}" if base else bootargs
        if backend is not None:
            change(qemu.backend, "arguments", backend)
        if absent:
            change(qemu.backend, "absent", True)
        for name, value in changes.items():
            if isinstance(value, pathlib.Path):
                value = str(value)
                strategy.target.env.config.data.setdefault("images", {})[value] = value
            change(qemu, name, value)
        if prompt:
            strategy.transition("shell")
        else:
            strategy.start()
        return Shell(strategy)

    yield start
    try:
        check_strays(strategy)
    finally:
        strategy.transition("off")
        for (driver, name), value in own.items():
            setattr(driver, name, value)


@pytest.fixture(scope="session")
def delivered_flash(tmp_path_factory):
    """Bank 1 of the flash as the firmware itself sets it up: no variables, metadata that names the first bank."""
    flash = Flash.blank(tmp_path_factory.mktemp("flash") / "delivered")
    run = machine.run(machine.IMAGE, "efivar format; fwu init; echo done; poweroff", flash.arguments())
    assert run.status == 0 and "error: " not in run.text and "done" in run.text, run.text
    flash.set_bank(0, machine.IMAGE.read_bytes())
    return flash


@pytest.fixture
def flash(delivered_flash, tmp_path):
    """One that a test may change."""
    return delivered_flash.copy(tmp_path / "flash")


@pytest.fixture
def image(strategy):
    """A boot image with the firmware."""
    return strategy.power.image()


@pytest.fixture
def media(image, tmp_path):
    """What a MACCHIATObin is delivered with: a boot image in SPI NOR and in both boot partitions, and an SD card."""
    media = Media.blank(tmp_path / "media", sd_size=32 * MIB).install(image)
    media.boots = 1
    return media


@pytest.fixture
def start_model(boot, media, tmp_path):
    """Starts the model with those media: start_model(data, options="mmc0-fault=silent", source="emmc") -> shell.

    `data` lies at RAM, `options` are some of -M, `source` is where the boot ROM looks.
    """

    def start(data=b"", options="", source="spi", **changes):
        (tmp_path / "loaded").write_bytes(data or bytes(64))
        machine = f"macchiatobin,el3=on,boot-from={source}" + (f",{options}" if options else "")
        loaded = f"-device loader,file={tmp_path}/loaded,addr={RAM:#x},force-raw=on"
        return boot(media=media, machine=machine, extra_args=loaded, **changes)

    return start


@pytest.fixture
def backend(strategy):
    """The program that is the SCMI platform of a virtio device."""
    return strategy.power.backend


failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        item.stash[failed] = True
        strategy = getattr(item, "funcargs", {}).get("strategy")
        backend = getattr(strategy and strategy.power, "backend", None)
        if backend:
            report.sections.append(("SCMI back end", backend.read_log()[-10_000:]))
    return report
