# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_macchiatobin.py - the MACCHIATObin: memory and its holes, PSCI of its TF-A, device trees that a stage
# before hands over.
import re
import struct
import subprocess
import time

import pytest
from macchiatobin import GIB, MIB, RAM, SCMI_FUNCTION
from macchiatobin.packing import ROOT

pytestmark = pytest.mark.lg_feature("macchiatobin")

TREE = (ROOT / "board/macchiatobin/macchiatobin.dts").read_text()


@pytest.mark.lg_feature("power")
def test_bl33_is_entered_at_address_0_by_bl31(shell):
    log = "\n".join(shell.boot_log)
    stages = ["BL1: Booting BL2", "BL1: Booting BL31", "Corbel", "macchiatobin at EL2, entered at EL2, image at 0x0"]
    found = [log.find(stage) for stage in stages]
    assert -1 not in found and found == sorted(found), log
    assert "psci: 1.1 by smc" in log and "SMCCC 1." in log


def test_the_version_names_the_board(shell):
    assert "macchiatobin at EL2" in shell.text("version")


# What answers: the end of the last whole megabyte of each part. What does not: what lies behind.
SIZES = {
    "1G": ([GIB], [GIB, 2 * GIB, 4 * GIB]),
    "2G": ([2 * GIB], [2 * GIB, 4 * GIB]),
    "4G": ([3 * GIB, 5 * GIB], [3 * GIB, 5 * GIB]),
    "8G": ([3 * GIB, 9 * GIB], [3 * GIB, 9 * GIB]),
}


@pytest.mark.lg_feature("qemu")
@pytest.mark.parametrize("memory", SIZES)
def test_the_dimm_is_mapped_and_nothing_else(boot, memory):
    ends, holes = SIZES[memory]
    shell = boot(memory=memory)
    assert f"dram: {int(memory[:-1]) * 1024} MiB (says TF-A)" in shell.boot_log
    for end in ends:
        at = end - 64
        shell.run(f"mw {at:#x} 0x600dcafe")
        assert "600dcafe" in shell.run(f"md {at:#x} 1")[0]
    for hole in holes:
        assert "not mapped" in shell.fails(f"md {hole:#x} 1")


@pytest.mark.parametrize(
    "address",
    [0x04000000, 0x041FFFFC, 0x04201000, 0x053FFFFC, 0xC0000000, 0xF0000000, 0xFFFFFFFC, 0x800000000, 1 << 40],
    ids=["secure", "end of secure", "trusted OS", "its end", "PCIe", "registers", "below 4 GiB", "PCIe above",
         "beyond every address"],
)
def test_what_is_not_ours_is_not_mapped(shell, address):
    assert "not mapped" in shell.fails(f"md {address:#x} 1")
    assert "not mapped" in shell.fails(f"mw {address:#x} 0")
    assert shell.run("echo alive") == ["alive"]


def test_power_off_is_refused_with_its_reason_and_the_shell_stays(shell):
    lines, failed = shell.try_run("poweroff")
    assert failed and len([line for line in lines if line.startswith("error: ")]) == 1
    assert any("TF-A panics" in line for line in lines), lines
    assert shell.run("echo alive") == ["alive"]


@pytest.mark.lg_feature("qemu")
def test_reset_starts_again_from_the_boot_rom(boot):
    shell = boot()
    shell.run(f"mw {RAM:#x} 0x12345678")
    shell.send(b"reset\r")
    log = "\n".join(shell.until_prompt(30))
    assert "BL1: Booting BL2" in log and "macchiatobin at EL2" in log
    assert shell.run("version")


@pytest.mark.lg_feature("qemu")
def test_a_board_whose_clocks_nobody_has_set_up_starts_too(boot):
    began = time.monotonic()
    shell = boot(machine="macchiatobin,el3=on,boot-from=spi,rtc=lost")
    assert time.monotonic() - began > 1  # half a second for each, by BL31
    assert shell.run("version")


# A secondary CPU stores x0 and its MPIDR behind this code, then counts for ever:
#   adr x1, end; str x0, [x1]; mrs x2, mpidr_el1; str x2, [x1, 8]; loop: add x3, x3, 1; str x3, [x1, 16]; b loop; nop
COUNTER = (0x10000101, 0xF9000020, 0xD53800A2, 0xF9000422, 0x91000463, 0xF9000823, 0x17FFFFFE, 0xD503201F)
CPU_ON, AFFINITY_INFO = 0xC4000003, 0xC4000004
ON, OFF, ALREADY_ON, INVALID = 0, 1, -4, -2


@pytest.mark.lg_feature("qemu")
def test_the_other_cores_are_started_by_psci(boot):
    shell = boot()

    def call(*arguments):
        x0 = int(shell.run("smc " + " ".join(f"{word:#x}" for word in arguments))[0].split()[1], 16)
        return struct.unpack("<i", struct.pack("<I", x0 & 0xFFFFFFFF))[0]

    def stored(index):
        words = re.findall(r"\b[0-9a-f]{16}\b", shell.run(f"md.q {RAM + 4 * len(COUNTER) + 8 * index:#x} 1")[0])
        return int(words[0], 16)

    for index, word in enumerate(COUNTER):
        shell.run(f"mw {RAM + 4 * index:#x} {word:#x}")
    assert call(AFFINITY_INFO, 0, 0) == ON
    for core in 1, 0x100, 0x101:
        assert call(AFFINITY_INFO, core, 0) == OFF
        assert call(CPU_ON, core, RAM, 0xC0DE0000 + core) == 0
        shell.run("sleep 100")
        assert call(AFFINITY_INFO, core, 0) == ON
        assert call(CPU_ON, core, RAM, 0) == ALREADY_ON
        assert stored(0) == 0xC0DE0000 + core
        assert stored(1) & 0xFF00FFFFFF == core
    first = stored(2)
    shell.run("sleep 50")
    assert stored(2) != first
    assert call(CPU_ON, 2, RAM, 0) == INVALID
    # The firmware has not noticed.
    assert shell.run("scmi clock rate 0")


@pytest.mark.lg_feature("scmi")
def test_the_scmi_platform_is_that_of_the_board(shell):
    assert any(f"function {SCMI_FUNCTION:#x} by smc" in line for line in shell.boot_log)
    (platform,) = shell.json("scmi info -j")
    assert (platform["vendor"], platform["sub_vendor"]) == ("trusted-fw", "macchiatobin")
    names = [clock["name"] for clock in shell.json("scmi clock list -j")]
    assert {"ap-cluster-0", "ap-uart0", "cp0-sdio", "cp1-spi1"} <= set(names)


STUB, TREE_AT = 0x01000000, 0x02000000


@pytest.fixture
def handed(boot, tmp_path):
    """Boots at EL2 without TF-A, from a stage before that hands over a device tree: handed(source or bytes)."""

    def start(tree, address=TREE_AT):
        if isinstance(tree, str):
            command = ["dtc", "-q", "-I", "dts", "-O", "dtb", "-"]
            tree = subprocess.run(command, input=tree.encode(), check=True, capture_output=True, timeout=20).stdout
        (tmp_path / "tree").write_bytes(tree)
        # ldr x0, =address; mov x1, 0; br x1
        (tmp_path / "stub").write_bytes(struct.pack("<4IQ", 0x58000080, 0xD2800001, 0xD61F0020, 0, address))
        return boot(
            machine="macchiatobin,el3=off",
            kernel="firmware",
            extra_args=f"-device loader,file={tmp_path}/tree,addr={TREE_AT:#x},force-raw=on"
            f" -device loader,file={tmp_path}/stub,addr={STUB:#x},force-raw=on -device loader,addr={STUB:#x},cpu-num=0",
        )

    return start


def with_words(source, text):
    """The tree with a script that shows itself."""
    return source.replace("chosen {", f'chosen {{ bootargs = "corbel.run=\\"echo {text}\\"";')


@pytest.mark.lg_feature("qemu")
def test_a_tree_of_this_board_is_taken(handed):
    shell = handed(with_words(TREE.replace('"SolidRun MACCHIATObin"', '"that of the stage before"'), "from-the-tree"))
    assert "from-the-tree" in shell.boot_log
    assert "dram: 2048 MiB (says the device tree)" in shell.boot_log
    assert not any(line.startswith("device tree") for line in shell.boot_log)
    assert "that of the stage before" in shell.text("fdt print /")


@pytest.mark.lg_feature("qemu")
def test_a_tree_of_another_board_is_one_line_and_the_built_in_one_counts(handed):
    other = with_words(TREE, "from-the-tree").replace('"marvell,armada8040-mcbin", ', '"marvell,armada8040-db", ')
    shell = handed(other)
    (line,) = [line for line in shell.boot_log if line.startswith("device tree")]
    assert line == f"device tree at {TREE_AT:#x}: of another board (marvell,armada8040-db), taking the built-in one"
    assert "from-the-tree" not in shell.boot_log
    assert "SolidRun MACCHIATObin" in shell.text("fdt print /")


def damaged(at, form, value):
    tree = subprocess.run(
        ["dtc", "-q", "-I", "dts", "-O", "dtb", "-"], input=TREE.encode(), check=True, capture_output=True, timeout=20
    ).stdout
    return tree[:at] + struct.pack(form, value) + tree[at + struct.calcsize(form) :]


@pytest.mark.lg_feature("qemu")
@pytest.mark.parametrize(
    "make",
    [
        lambda: damaged(4, ">I", 0x7FFFFFFF),
        lambda: damaged(4, ">I", 40),
        lambda: damaged(8, ">I", 0x7FFFFFF0),
        lambda: damaged(12, ">I", 0xFFFFFFF0),
        lambda: damaged(20, ">I", 1),
        lambda: damaged(struct.unpack_from(">I", damaged(0, ">I", 0xD00DFEED), 8)[0], ">I", 0xBAD),
    ],
    ids=["larger than memory", "only a header", "structure outside", "strings outside", "version 1", "no structure"],
)
def test_a_damaged_tree_is_one_line_and_the_built_in_one_counts(handed, make):
    shell = handed(make())
    (line,) = [line for line in shell.boot_log if line.startswith("device tree")]
    assert line.endswith(", taking the built-in one")
    assert "SolidRun MACCHIATObin" in shell.text("fdt print /")


@pytest.mark.lg_feature("qemu")
@pytest.mark.parametrize("address", [4, TREE_AT + 64 * MIB, 0xF0512000, (1 << 64) - 8])
def test_what_is_no_tree_is_none_and_needs_no_word(handed, address):
    shell = handed(bytes(64), address)
    assert not any(line.startswith("device tree") for line in shell.boot_log)
    assert "SolidRun MACCHIATObin" in shell.text("fdt print /")
