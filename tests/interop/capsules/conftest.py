# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/conftest.py - capsules, made by this project's tool and by those of others, and keys for them.
import pathlib
import random

import arch
import pytest

from edk2 import GENERATE
from keys import Key
from tools import BUILD, OUR_TOOL, mkeficapsules

NEEDED = [OUR_TOOL, BUILD / arch.current().firmware / "firmware.bin", GENERATE, *mkeficapsules().values(),
          *(BUILD / f"interop/u-boot/u-boot-{parser}.bin" for parser in ("mbedtls", "legacy"))]


def pytest_sessionstart(session):
    missing = [str(path) for path in NEEDED if not path.exists()]
    if missing:
        pytest.exit(f"a counterpart is missing: {', '.join(missing)}", returncode=1)


def pytest_collection_modifyitems(items):
    """What runs the firmware runs on each architecture; the tools of the host and U-Boot are the same beside any."""
    for item in items:
        if item.path.name != "test_firmware.py":
            item.add_marker(arch.only("arm64", "the firmware has no part in this test; it runs with arm64"))


@pytest.fixture(scope="session")
def keys(tmp_path_factory):
    """Keys by kind (keys.py) and name, made when first wanted: keys("rsa2048"), keys("rsa2048", "stranger")."""
    folder = tmp_path_factory.mktemp("keys")
    made = {}

    def get(kind="rsa2048", name="signer"):
        if (kind, name) not in made:
            made[kind, name] = Key(folder, kind, name)
        return made[kind, name]

    return get


@pytest.fixture
def payload(tmp_path):
    """Makes a file of that many bytes, other ones each time, and the same from run to run."""
    count = 0

    def make(size=300_000, name=None):
        nonlocal count
        count += 1
        path = tmp_path / (name or f"payload{count}")
        path.write_bytes(random.Random(f"{tmp_path.name} {count}").randbytes(size))
        return path

    return make
