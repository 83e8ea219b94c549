# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_tree.py - device trees that lie about the SCMI platform: a line that says so, and a prompt.
import subprocess

import arch
import pytest

pytestmark = pytest.mark.lg_feature(["qemu", "bare"])

ARCH = arch.current()
NODES = """
/dts-v1/;
/plugin/;
&{{/}} {{
    #address-cells = <2>;
    #size-cells = <2>;
    reserved-memory {{
        #address-cells = <2>;
        #size-cells = <2>;
        ranges;
        shmem: scmi-shmem@5ffff000 {{ compatible = "arm,scmi-shmem"; reg = {reg}; no-map; }};
    }};
    firmware {{
        scmi {{
            compatible = "arm,scmi-smc"; {properties}
            #address-cells = <1>;
            #size-cells = <0>;
            protocol@14 {{ reg = <0x14>; }};
        }};
    }};
}};
"""


@pytest.fixture
def lie(boot, strategy, tmp_path):
    """Boots with QEMU's own tree and an SCMI node over it."""

    def start(reg="<0 0x5ffff000 0 0x1000>", properties="arm,smc-id = <0x82000010>; shmem = <&shmem>;"):
        base, source, overlay, tree = (tmp_path / name for name in ("base", "source", "overlay", "tree"))
        strategy.power.dump_tree(base)
        source.write_text(NODES.format(reg=reg, properties=properties))
        subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", overlay, source], check=True)
        subprocess.run(["fdtoverlay", "-i", base, "-o", tree, overlay], check=True)
        return boot(dtb=tree)

    return start


def test_a_platform_that_nobody_serves_is_an_error_of_each_command(lie):
    shell = lie()
    assert shell.fails("scmi clock rate 0", timeout=5)
    assert shell.fails("scmi clock rate 0", timeout=5)
    assert shell.run("version")


@pytest.mark.parametrize(
    "properties",
    ["shmem = <&shmem>;", "arm,smc-id = <0x82000010>;", "arm,smc-id = <0x82000010>; shmem = <0xdead>;",
     "arm,smc-id = [12]; shmem = <&shmem>;"],
    ids=["no function id", "no shared memory", "shared memory that is not there", "a short function id"],
)
def test_a_node_that_lacks_something_is_named_at_boot(lie, properties):
    shell = lie(properties=properties)
    assert any("scmi" in line for line in shell.boot_log), shell.boot_log
    assert shell.fails("scmi clock rate 0", timeout=5)
    assert shell.run("version")


@pytest.mark.parametrize(
    "reg",
    ["<0 0x5ffff000 0 0x10>", "<0 0x5ffff002 0 0x1000>", f"<0 {ARCH.kernel_at:#x} 0 0x1000>", "<0x4000 0 0 0x1000>",
     "<0 0x5ffff000 0xffffffff 0xffffffff>", "<0 0x5ffff000>",
     "<0 0x90000000 0 0x1000>"],
    ids=["too small", "not aligned", "inside the firmware", "beyond every address", "endless", "half a reg",
         "where nothing answers"],
)
def test_shared_memory_that_cannot_be_is_named_at_boot_and_never_touched(lie, reg):
    shell = lie(reg=reg)
    assert any("scmi" in line for line in shell.boot_log), shell.boot_log
    assert shell.fails("scmi clock rate 0", timeout=5)
    assert shell.run("version")
