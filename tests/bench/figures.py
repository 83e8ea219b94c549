# SPDX-License-Identifier: BSD-2-Clause
"""figures.py - how a figure is taken: QEMU under icount with the plugin that counts, and a line with its limit."""

import contextlib
import pathlib
import re
import subprocess
import sys
import tempfile

BUILD = pathlib.Path("build")
LOG = BUILD / "bench/log"
MONITOR = ["-M", "virt,secure=on,virtualization=on", "-m", "512", "-bios", "build/qemu_monitor/firmware.bin"]
TFA = ["-M", "virt,secure=on,virtualization=on", "-m", "1G", "-bios", "build/interop/tfa/arm64/flash.bin",
       "-dtb", "build/interop/tfa/arm64/el2.dtb"]
ARM_MONITOR = ["-M", "virt,highmem=off,secure=on,virtualization=on", "-m", "512",
               "-bios", "build/qemu_arm_monitor/firmware.bin"]
ARM = {"emulator": "qemu-system-arm", "cpu": "cortex-a15", "board": "qemu_arm"}  # for qemu()
failures = 0  # figures over their limit
measured = {}  # name -> value


def row(name, value, limit, reference):
    """One figure; a limit of None only informs."""
    global failures
    over = limit is not None and value > limit
    failures += over
    measured[name] = value
    wanted = "" if limit is None else f"{limit:>9}"
    print(f"{name:<58} {value:>9} {wanted:>9}  {'OVER' if over else 'ok  ' if limit is not None else '    '}  {reference}", flush=True)


def qemu(machine, script, plugin, bootargs="", emulator="qemu-system-aarch64", cpu="cortex-a57", board="qemu_arm64"):
    """Runs the firmware with `script`; returns the console's text and the plugin's lines as (kind, fields)."""
    command = ["timeout", "300", emulator, *machine, "-cpu", cpu, "-icount", "shift=0",
               "-kernel", f"build/{board}/firmware.bin", "-append", f'{bootargs} corbel.run="{script}"',
               "-nic", "none", "-display", "none", "-serial", "stdio", "-monitor", "none",
               "-plugin", f"build/bench/libsmcprof.so,out={LOG},{plugin}"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace")
    if done.returncode:
        sys.exit(f"bench: QEMU ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done.stdout, fields(LOG.read_text().splitlines())


def fields(lines):
    """Lines of the plugin as (kind, fields)."""
    return [(line.split()[0], dict(re.findall(r"(\w+)=(\S+)", line))) for line in lines]


def calls(lines):
    """The API calls between two markers: (protocol, message) -> non-secure instructions of each call, waiting left out.

    Before each look for what somebody else does stands a marker, and one after the last. What lies between the first look
    and the last one is waiting.
    """
    costs, start, seen = {}, None, None
    for kind, field in lines:
        if kind == "MARK" and field["imm"] == "0x5a01":
            start, seen, waited, looks = int(field["ns"]), None, 0, []
        elif kind == "MARK" and field["imm"] == "0x5a03" and start is not None:
            looks.append(int(field["ns"]))
        elif kind == "MARK" and field["imm"] == "0x5a04" and start is not None:
            waited, looks = waited + looks[-1] - looks[0], []
        elif kind == "SMC" and start is not None:
            seen = (field.get("proto"), field.get("msg"))
        elif kind == "MARK" and field["imm"] == "0x5a02" and start is not None:
            costs.setdefault(seen, []).append(int(field["ns"]) - start - waited)
            start = None
    return costs


@contextlib.contextmanager
def scmi_device(memory="512M", machine="virt,virtualization=on"):
    """QEMU's arguments for a PCI device with the reference platform behind it, as long as the context lasts."""
    with tempfile.TemporaryDirectory() as folder:
        platform = subprocess.Popen(["build/host/scmi-vhost-user", "--socket", f"{folder}/scmi"],
                                    stderr=subprocess.DEVNULL)
        try:
            yield ["-M", f"{machine},memory-backend=mem", "-m", memory,
                   "-object", f"memory-backend-memfd,id=mem,size={memory},share=on",
                   "-chardev", f"socket,id=scmi,path={folder}/scmi,server=on,wait=on",
                   "-device", "vhost-user-scmi-pci,chardev=scmi"]
        finally:
            platform.terminate()
            platform.wait()


def linked(board, folders):
    """Bytes that each object of these folders brought into a board's image, by the linker's map: "folder/name" -> bytes."""
    text = (BUILD / board / "firmware.elf.map").read_text().split("Linker script and memory map")[1]
    wanted = r"^ \.(?:text|rodata|data|data\.rel\.ro)[.\w]*\s+0x[0-9a-f]+\s+0x([0-9a-f]+) \S*/(%s)/(\w+)\.o$"
    sizes = {}
    for size, folder, name in re.findall(wanted % "|".join(folders), text, re.MULTILINE):
        sizes[f"{folder}/{name}"] = sizes.get(f"{folder}/{name}", 0) + int(size, 16)
    return sizes
