# SPDX-License-Identifier: BSD-2-Clause
"""virtio.py - figures of the virtio layer and of what runs over it."""

import re
import statistics
import sys

from figures import calls, linked, qemu, row, scmi_device


def scmi(name="", limit=250, machine="virt,virtualization=on", **arch):
    count = 256
    with scmi_device(machine=machine) as arguments:
        text, lines = qemu(arguments, f"bench scmi {count}; poweroff", "trace=on", **arch)
    costs = sum(calls(lines).values(), [])
    if len(costs) != count:
        sys.exit(f"bench: CLOCK_RATE_GET was not called {count} times\n{text}")
    # A reply that comes in the middle of a look for it is found by the next one: those calls cost some more, and how
    # many there are is the host's doing.
    row(f"{name}client, one CLOCK_RATE_GET over virtio-pci, median", int(statistics.median(costs)), limit,
        f"none in any firmware ({min(costs)} to {max(costs)})")


def in_flight():
    with scmi_device() as machine:
        text, _ = qemu(machine, "bench scmi 64 ahead; poweroff", "trace=on")
    most = re.search(r"(\d+) at once", text)
    if not most:
        sys.exit(f"bench: no commands at once\n{text}")
    row("SCMI messages in flight before waiting (8 or more)", int(most[1]), None, "1 in every boot firmware")
    if int(most[1]) < 8:
        sys.exit("bench: fewer than 8")


def sizes():
    parts = linked("qemu_arm64", ["virtio", "scmi"])
    core = {name: parts[name] for name in (*(f"virtio/{n}" for n in ("device", "queue", "split", "packed", "mmio", "pci")),
                                           "scmi/virtio")}
    row("linked bytes of virtio: core, mmio, pci, rings, SCMI", sum(core.values()), 9 * 1024,
        "U-Boot: 10.4 kB, split ring only")
    print("    of these: " + ", ".join(f"{k} {v}" for k, v in sorted(core.items(), key=lambda x: -x[1])))
    drivers = {name: size for name, size in parts.items() if name.startswith("virtio/") and name not in core}
    print("    beside them: " + ", ".join(f"{k} {v}" for k, v in drivers.items()))


def rows():
    sizes()
    scmi()
    in_flight()
