# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/capsules/edk2.py - EDK2's GenerateCapsule.py. What it says counts, not its exit status, which is 0 for a
# signature that it could not verify.
import itertools
import json
import os
import pathlib
import re
import sys

from tools import BUILD, info, run

PYTHON = pathlib.Path(os.environ.get("EDK2") or BUILD / "deps/edk2", "BaseTools/Source/Python").resolve()
GENERATE = PYTHON / "Capsule/GenerateCapsule.py"


def generate(*arguments, check=True):
    return run(sys.executable, "-B", GENERATE, *arguments, check=check, environment={"PYTHONPATH": str(PYTHON)})


def certificates(key):
    """The fields of its JSON that sign with this key, and verify by it."""
    return {"OpenSslSignerPrivateCertFile": str(key.both), "OpenSslOtherPublicCertFile": str(key.certificate),
            "OpenSslTrustedPublicCertFile": str(key.certificate)}


def encode(payloads, target, *options, drivers=()):
    """A capsule of payloads, each as its JSON has them."""
    recipe = target.with_suffix(".recipe")
    recipe.write_text(json.dumps({"Payloads": payloads, "EmbeddedDrivers": [{"Driver": str(d)} for d in drivers]}))
    generate("--encode", "--json-file", recipe, "--output", target, *options)
    return target


def decode(capsule, *keys):
    """Its account of each payload, whose signer is the key of that place, with the bytes instead of the file's name;
    and what it printed: nothing when it has verified all of them."""
    recipe, target = capsule.with_suffix(".verify"), capsule.with_suffix(".decoded")
    items = info(capsule)["items"]  # it wants to be told what it finds
    recipe.write_text(json.dumps({"Payloads": [
        {"Guid": item["image_type"], "HardwareInstance": str(item["hardware_instance"]), **certificates(key)}
        for item, key in zip(items, keys, strict=True)]}))
    said = generate("--decode", "--json-file", recipe, "--output", target, capsule)
    payloads = json.loads(pathlib.Path(f"{target}.json").read_text())["Payloads"]
    for payload in payloads:
        payload["Payload"] = pathlib.Path(payload["Payload"]).read_bytes()
    return payloads, said.stdout + said.stderr


def dump(capsule):
    """Each field that it shows, field -> values in the order of the capsule."""
    fields = {}
    for name, value in re.findall(r"^(\w[\w. ()]*?) *= (\S+)", generate("--dump-info", capsule).stdout, re.MULTILINE):
        fields.setdefault(name.rsplit(".", 1)[-1], []).append(value)
    return fields


GUID = r"\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b"


def meaning(expression, most=4):
    """Whether a dependency expression, in our words or in EDK2's, holds: for each installed version of each image."""
    guids = sorted({guid.lower() for guid in re.findall(GUID, expression)})
    python = re.sub(GUID, lambda match: f" v{guids.index(match[0].lower())} ", expression)
    for word, pythons in (("&&", " and "), (r"\|\|", " or "), ("[~!]", " not "), ("true", "True"), ("false", "False")):
        python = re.sub(word, pythons, python, flags=re.IGNORECASE)
    python = python.strip()
    # pylint: disable-next=eval-used
    return guids, [bool(eval(python, {f"v{i}": version for i, version in enumerate(versions)}))
                   for versions in itertools.product(range(most + 1), repeat=len(guids))]
