# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/state/test_metadata.py - firmware update metadata, made by U-Boot's mkfwumdata and taken apart by ours.
import json
import subprocess
import uuid
from pathlib import Path

import pytest

BUILD = Path(__file__).parents[3] / "build"
OURS = BUILD / "host/check/state-tool"
# The tool writes the version that it was configured for, whatever it is asked for.
MKFWUMDATA = {version: BUILD / f"interop/state/mkfwumdata-v{version}" for version in (1, 2)}


def guid(kind, image, bank=0):
    return str(uuid.UUID(int=0x0123_4567_89AB_CDEF << 64 | kind << 16 | image << 8 | bank))


def make(path, version, images, banks, *options):
    entries = [",".join([guid(1, i), guid(2, i), *(guid(3, i, b) for b in range(banks))]) for i in range(images)]
    subprocess.run([MKFWUMDATA[version], "-g", "-v", str(version), "-i", str(images), "-b", str(banks), *options,
                    *entries, path], check=True, timeout=60)
    return path


def ours(path, images, copy=None):
    return subprocess.run([OURS, "metadata", path, str(images), *([copy] if copy else [])],
                          capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("images", [1, 2, 3, 4])
@pytest.mark.parametrize("version, banks", [(1, 2), (2, 1), (2, 2), (2, 3), (2, 4)])
def test_what_u_boots_tool_made_is_understood_and_written_as_it_was(tmp_path, version, banks, images):
    for active in range(banks):
        path = make(tmp_path / "theirs", version, images, banks, "-a", str(active))
        done = ours(path, images, tmp_path / "ours")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == {
            "version": version, "active": active, "previous": (active - 1) % banks, "states": [0xFC] * banks,
            "images": [{"type": guid(2, i), "location": guid(1, i),
                        "banks": [{"image": guid(3, i, b), "accepted": True} for b in range(banks)]}
                       for i in range(images)]}
        assert (tmp_path / "ours").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("banks", [1, 3, 4])
def test_version_1_has_two_banks_or_is_refused(tmp_path, banks):
    """It does not say how many it has: the checksum tells."""
    for images in range(1, 5):
        done = ours(make(tmp_path / "theirs", 1, images, banks), images)
        assert done.returncode == 1 and done.stdout == "", done.stdout


def test_the_data_of_a_vendor_is_refused_as_such(tmp_path):
    vendor = tmp_path / "vendor"
    vendor.write_bytes(b"vendor")
    done = ours(make(tmp_path / "theirs", 2, 1, 2, "-V", vendor), 1)
    assert done.returncode == 1 and "not supported" in done.stderr
