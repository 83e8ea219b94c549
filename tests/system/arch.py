# SPDX-License-Identifier: BSD-2-Clause
# tests/system/arch.py - the one parameter of these tests: which architecture the machines have. A plugin of pytest's
# (-p arch --arch arm), which an environment NAME:ARCH of tests/system/run turns into. Environment files find a row of
# the table below as LG_ARCH, LG_EMULATOR ..., where labgrid looks for what `!template` stands for.
import os
from dataclasses import asdict, dataclass

import pytest


@dataclass(frozen=True)
class Arch:
    arch: str
    emulator: str
    cpu: str
    virt: str  # QEMU's machine
    firmware: str  # folder of build/
    monitor: str  # folder of build/, too
    kernel_at: int  # where QEMU's -kernel puts the firmware
    # Where nothing ran before: what it is entered in, and the level that it stays at.
    reset_mode: str
    reset_level: str


TABLE = {
    "arm64": Arch(
        "arm64", "qemu-system-aarch64", "cortex-a57", "virt", "qemu_arm64", "qemu_monitor", 0x40200000, "el3", "el2"
    ),
    # What the configuration space of PCI lies at has 32 bits.
    "arm": Arch(
        "arm", "qemu-system-arm", "cortex-a15", "virt,highmem=off", "qemu_arm", "qemu_arm_monitor", 0x40010000,
        "secure-supervisor", "el1",
    ),
}  # fmt: skip


def current():
    """The one that was chosen. It stands in the environment, for this is needed before pytest's configuration is."""
    return TABLE[os.environ.get("LG_ARCH", "arm64")]


def only(name, why):
    """A mark: the test runs on that architecture, and what skips it on another one says why."""
    return pytest.mark.skipif(current().arch != name, reason=f"on {current().arch}: {why}")


def pytest_addoption(parser):
    parser.addoption("--arch", choices=TABLE, default="arm64", help="architecture of the machines")


def pytest_load_initial_conftests(early_config):
    for name, value in asdict(TABLE[early_config.known_args_namespace.arch]).items():
        os.environ[f"LG_{name.upper()}"] = str(value)
