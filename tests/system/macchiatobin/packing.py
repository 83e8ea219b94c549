# SPDX-License-Identifier: BSD-2-Clause
"""The firmware behind the board's TF-A, as its boot ROM wants it."""

import os
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build"
IMAGE = BUILD / "macchiatobin/firmware.bin"
QEMU = BUILD / "model/qemu-system-aarch64"
# Time passes with instructions, a microsecond each, and while there is none at once: who waits in vain needs not wait long.
HASTE = ("-icount", "shift=10,sleep=off")


def run(*words, **environment):
    words = [str(word) for word in words]
    environment = {**os.environ, **environment}
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment, timeout=60)
    assert done.returncode == 0, f"{words}: {done.stdout + done.stderr}"


def with_arguments(firmware, arguments, out):
    """The same firmware, told other boot arguments."""
    run(ROOT / "tools/bootargs", firmware, out, arguments)
    return Path(out)


def flash_image(firmware, arguments=None, boot_image=None):
    """The bytes of what lies at the start of a boot medium; `boot_image`: a file for what the ROM loads of it."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "flash-image.bin"
        if arguments:
            firmware = with_arguments(firmware, arguments, Path(folder) / "firmware.bin")
        environment = {"BOOT_IMAGE": str(boot_image)} if boot_image else {}
        run(ROOT / "tests/interop/macchiatobin/flash_image", firmware, out, **environment)
        return out.read_bytes()
