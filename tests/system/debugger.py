# SPDX-License-Identifier: BSD-2-Clause
# tests/system/debugger.py - as much of GDB's remote protocol as it takes to change a register of a running QEMU.
import socket

import arch

# Numbers in GDB's descriptions of the two architectures.
REGISTERS = {"arm64": {"sp": 31, "pc": 32}, "arm": {"sp": 13, "pc": 15}}
SIZE = {"arm64": 8, "arm": 4}


def arguments(path):
    """Of QEMU, which then listens at that path."""
    return f"-chardev socket,id=gdb,path={path},server=on,wait=off -gdb chardev:gdb"


def set_register(path, name, value):
    """Stops the machine, gives that register of its first CPU that value, and lets it go on."""
    which = arch.current().arch
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stub:
        stub.settimeout(10)
        stub.connect(str(path))
        _ask(stub, "?")
        assert _ask(stub, f"P{REGISTERS[which][name]:x}={value.to_bytes(SIZE[which], 'little').hex()}") == "OK"
        _send(stub, "c")


def _send(stub, packet):
    stub.sendall(f"+${packet}#{sum(packet.encode()) & 0xFF:02x}".encode())


def _ask(stub, packet):
    _send(stub, packet)
    answer = b""
    while b"#" not in answer[:-2]:
        piece = stub.recv(4096)
        assert piece, f"QEMU does not answer {packet!r}"
        answer += piece
    return answer.split(b"$", 1)[1].split(b"#", 1)[0].decode()
