# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_net.py - the network: QEMU's own, with a DHCP server, a gateway that answers, and files by TFTP.
import random
import re
import time
import zlib

import arch
import pytest
from capsules.machine import RAM

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el1")]

CARDS = {
    "mmio": "virtio-net-device,netdev=net",
    "mmio packed": "virtio-net-device,netdev=net,packed=on",
    "pci": "virtio-net-pci,netdev=net,romfile=",
    "pci packed": "virtio-net-pci,netdev=net,romfile=,packed=on",
}
FIRMWARE = arch.current().kernel_at


@pytest.fixture
def machine(boot, tmp_path):
    """A machine with a card, and files that its server has: machine(card, file=content)."""

    def start(card=CARDS["mmio"], **files):
        for name, content in files.items():
            (tmp_path / name).write_bytes(content)
        return boot(
            extra_args="-nic none -global virtio-mmio.force-legacy=false"
            f" -netdev user,id=net,tftp={tmp_path} -device {card}"
        )

    return start


def content(size):
    return random.Random(size).randbytes(size)


def fetch(shell, name, timeout=30):
    """Size and checksum that the shell reports; it shows the checksum of memory, too."""
    line = shell.run(f"tftp {RAM:#x} {name}", timeout)[-1]
    size, crc = re.match(rf"(\d+) bytes at {RAM:#x}, crc32 ([0-9a-f]{{8}}), ", line).groups()
    assert shell.run(f"crc32 {RAM:#x} {size}", timeout) == [crc]
    return int(size), int(crc, 16)


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS.keys())
def test_files_of_any_size_arrive_as_they_are(machine, card):
    files = {"empty": b"", "odd": content(1_234_567), "block": content(2 * 1428), "large": content(5 << 20)}
    shell = machine(card, **files)
    shell.run("dhcp")
    for name, data in files.items():
        assert fetch(shell, name) == (len(data), zlib.crc32(data)), name
    # The last of them, byte by byte at both of its ends.
    words = shell.run(f"md.b {RAM:#x} 16")[0].split()[1:17]
    assert bytes.fromhex("".join(words)) == files["large"][:16]
    words = shell.run(f"md.b {RAM + (5 << 20) - 16:#x} 16")[0].split()[1:17]
    assert bytes.fromhex("".join(words)) == files["large"][-16:]


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS.keys())
def test_the_gateway_answers_pings(machine, card):
    shell = machine(card)
    lines = shell.run("dhcp")
    assert lines[0].startswith("address 10.0.2.15 mask 255.255.255.0 ")
    assert shell.run("ping 10.0.2.2 2", timeout=20)[-1] == "2 of 2 answered"


def test_an_address_may_be_set_by_hand(machine):
    shell = machine()
    assert "no network address" in shell.fails("ping 10.0.2.2 1")
    shell.run("net set 10.0.2.77/24 10.0.2.2")
    assert shell.run("ping 10.0.2.2 1")[-1] == "1 of 1 answered"
    (card,) = shell.json("net info -j")
    assert (card["address"], card["prefix"], card["leased"]) == ("10.0.2.77", 24, False)
    assert card["received"] >= 2 and card["sent"] >= 2


def test_nothing_is_sent_until_somebody_wants_it(machine):
    shell = machine()
    (card,) = shell.json("net info -j")
    assert (card["sent"], card["received"], card["address"]) == (0, 0, "0.0.0.0")
    shell.run("dhcp")
    (card,) = shell.json("net info -j")
    assert (card["running"], card["link"], card["leased"]) == (True, True, True)


def test_a_missing_file_names_what_the_server_says(machine):
    shell = machine()
    shell.run("dhcp")
    lines, failed = shell.try_run(f"tftp {RAM:#x} nothing")
    assert failed and lines == ["10.0.2.2 says: File not found", "error: nothing: not found (NOT_FOUND)"]


def test_a_missing_server_gives_an_error_in_bounded_time(machine):
    shell = machine()
    shell.run("dhcp")
    start = time.monotonic()
    assert "server: no answer" in shell.fails(f"tftp {RAM:#x} 10.0.2.99:file", timeout=15)
    assert time.monotonic() - start < 15


def test_memory_that_is_not_free_is_refused(machine):
    shell = machine(file=content(100_000))
    shell.run("dhcp")
    assert "memory: in use" in shell.fails(f"tftp {FIRMWARE:#x} 10.0.2.2:file")
    assert "memory: " in shell.fails("tftp 0x5fff0000 10.0.2.2:file")  # the last 64 KiB
    assert "memory: address not mapped" in shell.fails("tftp 0x0 10.0.2.2:file")
    assert fetch(shell, "file")[0] == 100_000


def test_control_c_ends_what_waits(machine):
    shell = machine()
    shell.run("net set 10.0.2.15/24")
    for command in "ping 10.0.2.99 1000", f"tftp {RAM:#x} 10.0.2.99:file":
        shell.send(command.encode() + b"\r")
        shell.expect(re.escape(command[-20:]))
        shell.send(b"\x03")
        assert any("interrupted" in line for line in shell.until_prompt(timeout=5))


def test_a_cable_that_is_not_plugged_in_is_told(machine, strategy):
    shell = machine()
    shell.run("dhcp")
    strategy.power.monitor_command("set_link", {"name": "net", "up": False})
    assert "no link" in shell.fails("ping 10.0.2.2 1")
    strategy.power.monitor_command("set_link", {"name": "net", "up": True})
    assert shell.run("ping 10.0.2.2 1")[-1] == "1 of 1 answered"


def test_without_a_card_the_commands_say_so(boot):
    shell = boot(extra_args="-nic none")
    for command in "dhcp", "net info", "ping 10.0.2.2", f"tftp {RAM:#x} 10.0.2.2:file":
        assert "no such device" in shell.fails(command)
