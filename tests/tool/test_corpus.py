# SPDX-License-Identifier: BSD-2-Clause
# tests/tool/test_corpus.py - capsules that others made, good and damaged: each gets the verdict that stands beside it.
import csv
import json

import pytest
from conftest import CORPUS, openssl
from layout import FMP, Capsule

with open(CORPUS / "verdicts.tsv") as table:
    VERDICTS = {row["file"]: row for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE)}
TRUSTED = ("rsa2048", "rsa3072", "p256", "root")


def test_every_capsule_has_a_verdict():
    assert {str(path.relative_to(CORPUS)) for path in CORPUS.glob("*/*.cap")} == set(VERDICTS)
    assert len(VERDICTS) > 100


@pytest.mark.parametrize("name", VERDICTS)
def test_info_says_what_is_in_it_or_which_check_refuses_it(tool, name):
    structure = VERDICTS[name]["structure"]
    for options in ((), ("--dump",), ("-j",)):
        done = tool.run("info", *options, CORPUS / name)
        assert done.returncode == (structure != "ok"), done
    facts = json.loads(done.stdout)
    assert facts["good"] == (structure == "ok")
    if structure != "ok":
        where, _, check = structure.rpartition(": ")
        assert facts["refusal"]["check"] == check
        assert facts["refusal"]["item"] == (int(where.removeprefix("item ")) if where else None)
        assert facts["refusal"]["why"] and f"{structure}: {facts['refusal']['why']}" in done.stderr


# layout.py reads image headers of version 3 only.
@pytest.mark.parametrize("name", [name for name in VERDICTS if VERDICTS[name]["structure"] == "ok" and
                                  name != "derived/imgver-1.cap"])
def test_info_has_what_a_second_hand_reads(tool, name):
    facts = json.loads(tool.good("info", "-j", CORPUS / name))
    other = Capsule(CORPUS / name)
    assert (facts["guid"], facts["header_size"], facts["flags"]) == (other.kind, other.header_size, other.flags)
    assert len(facts["items"]) == len(other.items)
    data = (CORPUS / name).read_bytes()
    for ours, theirs in zip(facts["items"], other.items):
        assert (ours["image_type"], ours["image_index"], ours["hardware_instance"], ours["image_capsule_support"]) == (
            theirs.type, theirs.index, theirs.instance, theirs.support)
        extent = ours["signed_bytes"]
        assert data[extent["offset"]:extent["offset"] + extent["size"]] == theirs.signed
        if theirs.pkcs7 is not None:
            extent = ours["signature"]["pkcs7"]
            assert data[extent["offset"]:extent["offset"] + extent["size"]] == theirs.pkcs7
            assert ours["signature"]["monotonic_count"] == theirs.count
        else:
            assert ours["signature"] is None


def subjects():
    return {openssl("x509", "-in", CORPUS / f"keys/{key}.crt", "-noout", "-subject").decode().strip().removeprefix(
        "subject="): key for key in TRUSTED}


@pytest.mark.parametrize("name", VERDICTS)
def test_verify_says_whether_it_is_authentic(tool, name):
    row = VERDICTS[name]
    trust = [word for key in TRUSTED for word in ("--trust", CORPUS / f"keys/{key}.crt")]
    done = tool.run("verify", CORPUS / name, *trust)
    wanted = row["authentication"].split(", ")
    good = row["structure"] == "ok" and all(each.startswith("ok") for each in wanted)
    assert done.returncode == (not good), done
    if row["structure"] != "ok":
        assert row["structure"] in done.stderr
        return
    if wanted == ["-"]:
        assert "carry no signature" in done.stderr
        return
    said = []
    for line in done.stdout.splitlines():
        _, check, why = line.split(": ", 2)
        if check == "authentic":
            check = "ok " + next(key for subject, key in subjects().items() if why.startswith(subject + ", "))
        said.append({"authentication": "unsigned"}.get(check, check))
    assert said == (wanted if len(wanted) > 1 else wanted * len(said)) and len(said) >= 1


def test_images_of_others_capsules_come_out_as_they_went_in(tool, tmp_path):
    payload = Capsule(CORPUS / "good/d12-unsigned.cap").items[0].signed
    for name in ("d12-unsigned", "ub-unsigned-fwver5", "edk2-unsigned"):
        tool.good("extract", CORPUS / f"good/{name}.cap", "-o", "out")
        assert (tmp_path / "out").read_bytes() == payload
    assert Capsule(CORPUS / "good/d12-unsigned.cap").kind == FMP
