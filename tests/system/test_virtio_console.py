# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_virtio_console.py - the shell on a console over virtio.
import re
import socket
import time

import arch
import pytest

pytestmark = [pytest.mark.lg_feature("bare"), pytest.mark.lg_feature("bootargs"), pytest.mark.lg_feature("el2")]

FIRMWARE = arch.current().kernel_at
KINDS = {
    "mmio": "virtio-serial-device",
    "mmio packed": "virtio-serial-device,packed=on",
    "pci": "virtio-serial-pci",
    "pci packed": "virtio-serial-pci,packed=on",
}


class Terminal:
    def __init__(self, path):
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.connect(str(path))
        self._text = b""

    def type(self, data):
        self._socket.sendall(data)

    def expect(self, pattern, timeout=10):
        """What stands before the pattern; that and the pattern itself are read then."""
        end = time.monotonic() + timeout
        searched = 0
        while not (match := re.compile(pattern).search(self._text, max(searched - 100, 0))):
            searched = len(self._text)
            self._socket.settimeout(max(end - time.monotonic(), 0.01))
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                data = b""
            assert data, f"{pattern!r} did not come, but {self._text!r}"
            self._text += data
        before = self._text[: match.start()]
        self._text = self._text[match.end() :]
        return before

    def close(self):
        self._socket.close()


@pytest.fixture
def terminal(boot, tmp_path):
    """A terminal at the console of a machine: terminal(device)."""
    opened = []

    def start(device):
        path = tmp_path / "console"
        boot(
            bootargs="corbel.console=virtio",
            prompt=False,
            extra_args="-nic none -global virtio-mmio.force-legacy=false"
            f" -chardev socket,id=console,path={path},server=on,wait=off -device {device}"
            " -device virtconsole,chardev=console",
        )
        opened.append(Terminal(path))
        opened[0].type(b"echo ready\r")
        opened[0].expect(rb"\r\nready\r\n")
        opened[0].expect(rb"corbel> ")
        return opened[0]

    yield start
    for one in opened:
        one.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_shell_is_used_over_it(terminal, kind):
    console = terminal(KINDS[kind])
    console.type(b"echo hello\r")
    assert console.expect(rb"\r\nhello\r\n") is not None
    console.expect(rb"corbel> ")
    console.type(b"virtio info -j\r")
    console.expect(rb'"type":"console"')
    console.expect(rb"corbel> ")


@pytest.mark.parametrize("kind", KINDS)
def test_long_output_is_whole(boot, tmp_path, kind):
    # Into a file: for a reader who cannot keep up QEMU throws away what comes over this device.
    output = tmp_path / "output"
    shell = boot(
        bootargs=f'corbel.console=virtio corbel.run="md.b {FIRMWARE:#x} 16384; poweroff"',
        prompt=False,
        extra_args="-nic none -global virtio-mmio.force-legacy=false"
        f" -chardev file,id=console,path={output} -device {KINDS[kind]} -device virtconsole,chardev=console",
    )
    assert shell.ended()
    lines = output.read_bytes().decode().split("\r\n")
    addresses = [int(line.split(":")[0], 16) for line in lines if line.startswith("40")]
    assert addresses == list(range(FIRMWARE, FIRMWARE + 0x4000, 16))


def test_what_is_typed_fast_is_not_lost(terminal):
    console = terminal(KINDS["mmio packed"])
    for i in range(50):
        console.type(f"echo line {i}\r".encode())
        console.expect(rf"\r\nline {i}\r\n".encode())
    console.type(b"echo " + b"x" * 70 + b"\r")
    console.expect(b"\r\n" + b"x" * 70 + b"\r\n")


def test_it_says_that_there_is_no_such_console(boot):
    shell = boot(bootargs="corbel.console=virtio", extra_args="-nic none")
    assert any("corbel.console=virtio: no such device" in line for line in shell.boot_log)
