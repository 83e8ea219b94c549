# SPDX-License-Identifier: BSD-2-Clause
"""Capsules by the tools that people use."""

import subprocess
from pathlib import Path

from . import FIRMWARE, INDEX
from .forge import TEST_KEY
from .machine import BUILD


def _made(folder, image, command):
    """Runs it with the paths of the image and of what it is to make."""
    source, target = Path(folder) / "image", Path(folder) / "capsule"
    source.write_bytes(image)
    words = [str(word) for word in command(source, target)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{words}: {done.stdout + done.stderr}"
    return target.read_bytes()


def mkeficapsule(folder, image, type_=FIRMWARE, count=0, key=TEST_KEY, flags=0):
    """By U-Boot's tool, which knows no versions."""
    command = ["mkeficapsule", "-g", type_, "-i", INDEX[type_], "-m", count]
    command += ["-p", key[0], "-c", key[1]] if key else []
    command += ["-o", hex(flags)] if flags else []
    return _made(folder, image, lambda source, target: [*command, source, target])


def create(folder, image, type_=FIRMWARE, version=0, lowest=0, count=0, key=TEST_KEY):
    """By ours."""
    command = [BUILD / "host/capsule", "create", "-g", type_, "-i", INDEX.get(type_, 1), "--monotonic-count", count]
    command += ["--fw-version", version, "--lowest-supported-version", lowest]
    command += ["--private-key", key[0], "--certificate", key[1]] if key else []
    return _made(folder, image, lambda source, target: [*command, source, "-o", target])
