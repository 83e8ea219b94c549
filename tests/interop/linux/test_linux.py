# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/linux/test_linux.py - Linux's own client of SCMI over virtio at build/host/scmi-vhost-user. What it has
# to find is what this firmware finds there.
import json
import pathlib
import re
import subprocess
import tempfile
import time
from dataclasses import dataclass

import pytest
from limits import with_parent, within

BUILD = pathlib.Path(__file__).parents[3] / "build"
SERVER = BUILD / "host/scmi-vhost-user"
LINUX = BUILD / "interop/linux"
LIMIT = 120  # seconds for one machine
DEVICES = {
    "pci": ["-device", "vhost-user-scmi-pci,chardev=server"],
    "mmio": ["-global", "virtio-mmio.force-legacy=false", "-device", "vhost-user-scmi,chardev=server"],
}
# What scmi.dtso has the kernel set: clock -> Hz.
SET = {13: 48_000_000, 2: 4_800_000_000}
# A clock of QEMU's own tree, for the UART.
OWN = "clk24mhz"


@dataclass
class Session:
    """A machine that ran until it switched itself off, with a server of its own."""

    console: list  # of lines
    log: list  # of lines of the server


def run(device, *arguments):
    with tempfile.TemporaryDirectory(prefix="corbel-") as folder:
        path, log = pathlib.Path(folder) / "server", pathlib.Path(folder) / "log"
        with log.open("w") as output:
            server = subprocess.Popen(with_parent(SERVER, "--socket", path, "--listen", "--log"), stderr=output)
        try:
            deadline = time.monotonic() + 30
            while not path.exists():
                assert server.poll() is None and time.monotonic() < deadline, log.read_text()
                time.sleep(0.01)
            command = within(
                LIMIT, "qemu-system-aarch64", "-M", "virt,memory-backend=ram", "-m", "128",
                "-object", "memory-backend-memfd,id=ram,size=128M,share=on", "-cpu", "cortex-a57", "-nic", "none",
                "-display", "none", "-serial", "stdio", "-monitor", "none",
                "-chardev", f"socket,id=server,path={path}", *DEVICES[device], *arguments)
            machine = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                     errors="replace", check=False, timeout=LIMIT + 20)
        finally:
            server.terminate()
            server.wait(10)
        assert machine.returncode == 0, machine.stdout[-4000:] + machine.stderr
        return Session(machine.stdout.splitlines(), log.read_text().splitlines())


@pytest.fixture(scope="module", params=DEVICES)
def device(request):
    return request.param


@pytest.fixture(scope="module")
def linux(device):
    return run(device, "-kernel", LINUX / "Image", "-initrd", LINUX / "initramfs", "-dtb", LINUX / "scmi.dtb",
               "-append", "console=ttyAMA0")


@pytest.fixture(scope="module")
def firmware(device):
    """The clocks as this firmware lists them, by id."""
    session = run(device, "-kernel", BUILD / "qemu_arm64/firmware.bin", "-append",
                  'corbel.run="scmi clock list -l -j; poweroff"')
    listing = re.search(r"^\[\{.*\}\]$", "\n".join(session.console), re.MULTILINE | re.DOTALL)
    assert listing, session.console
    return {clock["id"]: clock for clock in json.loads(listing[0])}


@pytest.fixture
def clocks(linux):
    """The clocks as Linux lists them: name -> Hz."""
    assert "end of clocks" in linux.console
    return {name: int(rate) for line in linux.console if line.startswith("clock ") for _, name, rate in [line.split()]}


def expected(firmware):
    return {clock["name"]: SET.get(number, clock["rate"]) for number, clock in firmware.items()}


def test_linux_has_the_clocks_of_the_platform_and_no_others(clocks, firmware):
    assert len(firmware) >= 60
    assert clocks.keys() - {OWN} == expected(firmware).keys()


def test_linux_reads_the_rates_that_the_firmware_reads(clocks, firmware):
    assert {name: rate for name, rate in clocks.items() if name != OWN} == expected(firmware)


def test_linux_set_the_rates_that_its_tree_wants(clocks, firmware):
    for number, rate in SET.items():
        assert firmware[number]["rate"] != rate  # else nothing was set
        assert clocks[firmware[number]["name"]] == rate


def test_delayed_responses_reached_linux(linux):
    # It sets rates asynchronously when the platform can, and waits for the delayed response before it goes on.
    set_rates = [line for line in linux.log if re.match(r"=> clock RATE_SET token \d+ delayed response 0x0 ", line)]
    assert len(set_rates) >= len(SET)
    assert not any("timed out" in line for line in linux.console)


def test_linux_knows_the_platform_by_its_names(linux):
    assert any("'corbel:reference' Firmware version 0x10000" in line for line in linux.console)


def test_every_message_of_linux_is_answered_and_only_holes_are_not_found(linux, firmware):
    asked = [line for line in linux.log if line.startswith("<- ")]
    answers = [line for line in linux.log if line.startswith("-> ")]
    assert len(asked) == len(answers) > len(firmware)
    refused = {line for line in answers if " SUCCESS," not in line}
    assert all(line.startswith("-> clock CLOCK_ATTRIBUTES ") and "NOT_FOUND" in line for line in refused), refused
