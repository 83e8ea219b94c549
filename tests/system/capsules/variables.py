# SPDX-License-Identifier: BSD-2-Clause
"""Variables of the flash, as virt-firmware reads them."""

import json
import struct
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

from virt.firmware.varstore.edk2 import Edk2VarStore


def _virt_fw_vars(*arguments):
    program = Path(sys.executable).with_name("virt-fw-vars")
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def printed(flash):
    """{(vendor, name): bytes} of what virt-fw-vars prints of it; fails when it finds no store."""
    with tempfile.TemporaryDirectory() as folder:
        store, listed = Path(folder) / "store", Path(folder) / "json"
        store.write_bytes(flash.variables())
        _virt_fw_vars("-i", store, "--output-json", listed)
        found = json.loads(listed.read_text())["variables"]
    return {(uuid.UUID(one["guid"]), one["name"]): bytes.fromhex(one["data"]) for one in found}


def read(flash):
    """The same, by the library of virt-fw-vars."""
    with tempfile.NamedTemporaryFile() as store:
        store.write(flash.variables())
        store.flush()
        try:
            found = Edk2VarStore(store.name).get_varlist()
        except SystemExit:
            raise AssertionError("no store of variables") from None
    return {(uuid.UUID(str(one.guid)), str(one.name)): bytes(one.data) for one in found.values()}


def kept(flash):
    """The same by EDK2's rules (AuthenticatedVariableFormat.h): a variable that was about to be replaced when power
    failed counts, too, unless the new one is there. virt-firmware passes over it."""
    data, at, found = flash.variables(), 0x64, {}
    while struct.unpack_from("<H", data, at)[0] == 0x55AA:
        state, name_size, size = data[at + 2], *struct.unpack_from("<II", data, at + 36)
        vendor, name = data[at + 44 : at + 60], data[at + 60 : at + 60 + name_size]
        if state & 0x80:  # the header itself was not written to its end
            at += 60
            continue
        key = uuid.UUID(bytes_le=vendor), name.decode("utf-16-le").rstrip("\0")
        start = at + 60 + name_size
        if state == 0x3F or (state == 0x3E and key not in found):
            found[key] = data[start : start + size]
        at = (start + size + 3) & ~3
    return found


def write(flash, variables):
    """Has virt-fw-vars add these to what is there."""
    listed = [
        {"name": name, "guid": str(vendor), "attr": 7, "data": data.hex()} for (vendor, name), data in variables.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        store, wanted, result = (Path(folder) / name for name in ("store", "json", "result"))
        store.write_bytes(flash.variables())
        wanted.write_text(json.dumps({"version": 2, "variables": listed}))
        _virt_fw_vars("-i", store, "--set-json", wanted, "-o", result)
        changed = result.read_bytes()
    assert len(changed) == len(flash.variables())
    flash.write(0, changed)


def fmp_state(variables, type_, index):
    """The banks: (version, lowest supported version, version and status of the last attempt) each."""
    data = variables.get((type_, f"FmpState{index:04X}"), b"")
    return [struct.unpack_from("<4I", data, at) for at in range(0, len(data), 16)]
