# SPDX-License-Identifier: BSD-2-Clause
"""capsule_tool.py - the host tool beside mkeficapsule: time and memory to make a signed capsule of 64 MiB."""

import pathlib
import subprocess
import sys
import tempfile

from figures import row

TOOL = pathlib.Path("build/host/capsule").resolve()
MEBIBYTES, RUNS = 64, 7
OPTIONS = ["-g", "09d7cf52-0720-4710-91d1-08469b7fe9c8", "-i", "1", "-p", "key.pem", "-c", "cert.pem"]


def rows():
    with tempfile.TemporaryDirectory(dir="build") as name:
        folder = pathlib.Path(name)
        # What starts a program hands the peak of its own memory along to it, so Python does not start it.
        subprocess.run(["gcc", "-O1", "-o", folder / "peak", "tests/tool/peak.c"], check=True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=bench",
                        "-keyout", "key.pem", "-out", "cert.pem"], cwd=folder, check=True, capture_output=True)
        with open(folder / "image", "wb") as image, open("/dev/urandom", "rb") as random:
            for _ in range(MEBIBYTES):
                image.write(random.read(1 << 20))
        best = {}
        # In turns, so that whatever else the machine does meets both.
        for _ in range(RUNS):
            for program in ("mkeficapsule", TOOL):
                (folder / "out.cap").unlink(missing_ok=True)
                done = subprocess.run(["./peak", program, *OPTIONS, "image", "out.cap"], cwd=folder, text=True,
                                      capture_output=True)
                if done.returncode or (folder / "out.cap").stat().st_size <= MEBIBYTES << 20:
                    sys.exit(f"bench: {program} makes no capsule\n{done.stderr}")
                wall, memory = map(int, done.stderr.split()[-2:])
                before = best.get(program, (wall, memory))
                best[program] = (min(before[0], wall), max(before[1], memory))
    (wall, memory), (theirs, their_memory) = best[TOOL], best["mkeficapsule"]
    row(f"capsule tool, {MEBIBYTES} MiB signed, % of mkeficapsule's time", 100 * wall // theirs, 60,
        f"best of {RUNS}: {wall / 1e6:.3f} s, mkeficapsule {theirs / 1e6:.3f} s")
    row(f"capsule tool, {MEBIBYTES} MiB signed, peak memory, KiB", memory, 12 * 1024, f"mkeficapsule {their_memory}")


if __name__ == "__main__":
    rows()
