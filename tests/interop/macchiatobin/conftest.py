# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/macchiatobin/conftest.py - what the tests here need before they begin.
import pytest

from machine import CORBEL, QEMU, U_BOOT


def pytest_sessionstart(session):
    missing = [str(path) for path in (QEMU, CORBEL, U_BOOT) if not path.exists()]
    if missing:
        pytest.exit(f"a counterpart is missing: {', '.join(missing)}", returncode=1)
