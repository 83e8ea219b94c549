# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/tools.py - the programs on the host that make capsules and take them apart.
import json
import os
import pathlib
import shutil
import subprocess

BUILD = pathlib.Path(__file__).parents[3] / "build"
OUR_TOOL = BUILD / "host/capsule"


def mkeficapsules():
    """U-Boot's tool by version: the distribution's, which a system has installed, and the one of the U-Boot tested."""
    return {"2023.01": pathlib.Path(shutil.which("mkeficapsule") or "mkeficapsule"),
            "2025.01": BUILD / "interop/u-boot/mkeficapsule"}


def run(*command, check=True, environment=None):
    """The finished process, with its output as text."""
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, errors="replace", timeout=60,
                          env={**os.environ, **(environment or {})}, check=False)
    assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
    return done


def options(given):
    """{"fw_version": 3, "fw_accept": True} as --fw-version 3 --fw-accept; a list is an option given several times."""
    for name, values in given.items():
        for value in values if isinstance(values, list) else [values]:
            yield "--" + name.replace("_", "-")
            if value is not True:
                yield value


def signed_by(key):
    return {"private_key": key.key, "certificate": key.certificate} if key else {}


def mkeficapsule(version, payload, target, key=None, **given):
    """A capsule by U-Boot's tool; by ours, which takes its options, where the version is "ours"."""
    tool = OUR_TOOL if version == "ours" else mkeficapsules()[version]
    run(tool, *options({"monotonic_count": 1, **signed_by(key), **given} if key else given), payload, target)
    return target


def create(payloads, target, key=None, **given):
    """A capsule by our tool, of one file or of several, each (file, type, index) then."""
    sources = [payloads] if isinstance(payloads, pathlib.Path) else [
        argument for file, image_type, index in payloads for argument in ("--payload", f"{file}:{image_type}:{index}")]
    run(OUR_TOOL, "create", *options(signed_by(key) | given), *sources, "--output", target)
    return target


def info(capsule):
    """What our tool says is in it."""
    return json.loads(run(OUR_TOOL, "info", "--json", capsule).stdout)


def refusal(capsule, *keys):
    """Why our tool refuses it, when these keys are the trusted ones; None: it takes it."""
    done = run(OUR_TOOL, "verify", *options({"trust": [key.certificate for key in keys]}), capsule, check=False)
    assert done.returncode in (0, 1), done
    return done.stdout + done.stderr if done.returncode else None


def extract(capsule, item=0, part="image"):
    """A part of it, by our tool."""
    target = capsule.with_suffix(f".{item}.{part}")
    run(OUR_TOOL, "extract", capsule, "--item", item, "--part", part, "--output", target)
    return target.read_bytes()
