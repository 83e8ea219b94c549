# SPDX-License-Identifier: BSD-2-Clause
# tests/tool/test_refusals.py - what is not written, and that nothing stays of it.
import os
import resource
import signal
import subprocess
import time

import pytest
from conftest import ONE, OTHER_TYPE, TOOL, TYPE


@pytest.mark.parametrize("options, why", [
    (("--guid", TYPE, "--index", "0"), "--index '0': expected a number from 1 to 255"),
    (("--guid", TYPE, "--index", "257"), "--index '257': expected a number from 1 to 255"),
    (("--guid", TYPE, "--index", "abc"), "--index 'abc': expected a number from 1 to 255"),
    (("--guid", TYPE, "--index", "1x"), "--index '1x'"),
    (("--guid", TYPE), "--index is missing"),
    (("--index", "1"), "--guid is missing"),
    (("--guid", TYPE[:-1], "--index", "1"), "expected a GUID"),
    (("--guid", "{" + TYPE + "}", "--index", "1"), "expected a GUID"),
    ((*ONE, "--hardware-instance", 2**64), "--hardware-instance '18446744073709551616'"),
    ((*ONE, "--fw-version", 2**32), "--fw-version '4294967296': expected a number from 0 to 4294967295"),
    ((*ONE, "--fw-version", "-1"), "--fw-version"),
    ((*ONE, "--fw-version", "7", "--lowest-supported-version", "x"), "--lowest-supported-version 'x'"),
    ((*ONE, "--fw-version", "7", "--lowest-supported-version", "8"), "is above --fw-version 7"),
    ((*ONE, "--lowest-supported-version", "8"), "give --fw-version too"),
    ((*ONE, "--fw-version", "1", "--fw-version", "2"), "--fw-version is given 2 times for 1 payloads"),
    ((*ONE, "--monotonic-count", 2**64), "--monotonic-count '18446744073709551616'"),
    ((*ONE, "--header-size", "29"), "--header-size 29: expected 28, 32 or 4096"),
    ((*ONE, "--no-persist-across-reset", "--initiate-reset"), "need --persist-across-reset"),
    ((*ONE, "--digest", "sha1"), "--digest 'sha1': expected sha256, sha384 or sha512"),
    ((*ONE, "--payload", f"x:{TYPE}:1"), "--payload has GUID, index and instance in it"),
    ((*ONE, "--private-key", "k"), "--private-key without --certificate"),
    ((*ONE, "--certificate", "c"), "--certificate without --private-key"),
    ((*ONE, "--chain", "c"), "--chain goes with --certificate"),
])
def test_options_that_cannot_be_meant_so(tool, firmware, tmp_path, options, why):
    assert why in tool.misused("create", *options, firmware, "-o", "out.cap")
    assert not (tmp_path / "out.cap").exists()


@pytest.mark.parametrize("payload, why", [
    ("firmware.bin", "expected FILE:GUID:INDEX"),
    (f"firmware.bin:{TYPE}", "expected FILE:GUID:INDEX"),
    (f":{TYPE}:1", "expected FILE:GUID:INDEX"),
    (f"firmware.bin:{TYPE}:0", "index '0'"),
    (f"firmware.bin:{TYPE}:256", "index '256'"),
    (f"firmware.bin:{TYPE}:1:x", "hardware instance 'x'"),
    ("firmware.bin:here:1", "no GUID where"),
])
def test_payloads_that_cannot_be_meant_so(tool, firmware, payload, why):
    assert why in tool.misused("create", "--payload", payload, "-o", "out.cap")


def test_no_payload_is_refused(tool):
    assert "no payload" in tool.misused("create", "-o", "out.cap")


def test_an_image_may_not_come_twice(tool, firmware):
    twice = ("--payload", f"{firmware}:{TYPE}:1")
    assert "are for the same image" in tool.misused("create", *twice, *twice, "-o", "out.cap")
    other = ("--payload", f"{firmware}:{OTHER_TYPE}:1", "--payload", f"{firmware}:{TYPE}:1:5")
    tool.good("create", *twice, *other, "-o", "out.cap")


def test_an_unknown_option_or_command_ends_with_2(tool):
    assert tool.run("create", "--no-such-option").returncode == 2
    assert tool.run("no-such-command").returncode == 2
    assert tool.run().returncode == 2


@pytest.mark.parametrize("command", [(), ("create",), ("sign",), ("verify",), ("info",), ("extract",), ("accept",),
                                     ("revert",)])
def test_help(tool, command):
    text = tool.good(*command, "--help")
    assert "Usage: capsule" in text and len(text.splitlines()) > 5
    assert all(len(line) <= 200 for line in text.splitlines())


def test_a_key_that_does_not_belong_to_the_certificate(tool, firmware, tmp_path, keys):
    for other in ("rsa2048-other", "p256", "rsa3072"):
        reason = tool.fails("create", *ONE, "--private-key", keys.key(other), "--certificate", keys.cert("rsa2048"),
                            firmware, "-o", "out.cap")
        assert f"{keys.key(other)}: this private key does not belong to the certificate" in reason
        assert str(keys.cert("rsa2048")) in reason
    assert not (tmp_path / "out.cap").exists()


@pytest.mark.parametrize("name, kind", [("rsa1024", "RSA 1024"), ("p521", "secp521r1"), ("ed25519", "ED25519")])
def test_keys_that_no_firmware_takes(tool, firmware, keys, name, kind):
    assert f"the key is {kind}" in tool.fails("create", *ONE, *keys.sign(name), firmware, "-o", "out.cap")


def test_files_that_are_no_keys_or_certificates(tool, firmware, tmp_path, keys):
    (tmp_path / "junk").write_bytes(b"\x30\x03junk")
    (tmp_path / "pem").write_text("-----BEGIN CERTIFICATE-----\njunk\n-----END CERTIFICATE-----\n")
    key, cert = keys.key("rsa2048"), keys.cert("rsa2048")
    for k, c, why in (("junk", cert, "junk: neither a private key"), (key, "junk", "junk: neither a certificate"),
                      (cert, cert, "no private key could be read"), (key, key, "no certificate in it"),
                      (key, "pem", "certificate 1 in it cannot be read"), ("none", cert, "none: No such file")):
        assert why in tool.fails("create", *ONE, "--private-key", k, "--certificate", c, firmware, "-o", "out.cap")


def test_more_certificates_than_firmware_reads(tool, firmware, tmp_path, keys):
    (tmp_path / "many.crt").write_text(keys.cert("rsa2048-root").read_text() * 30)
    reason = tool.fails("create", *ONE, *keys.sign(), "--chain", "many.crt", firmware, "-o", "out.cap")
    assert "and firmware takes 16384; leave certificates out" in reason


def test_a_payload_of_4_gib(tool, tmp_path):
    with open(tmp_path / "huge.bin", "wb") as file:
        file.truncate(1 << 32)
    assert "huge.bin: 4294967296 bytes do not fit" in tool.fails("create", *ONE, "huge.bin", "-o", "out.cap")
    with open(tmp_path / "huge.bin", "wb") as file:
        file.truncate((1 << 32) - 90)  # the headers take it over the limit
    assert "do not fit: the sizes of a capsule have 32 bits" in tool.fails("create", *ONE, "huge.bin", "-o", "out.cap")
    assert list(tmp_path.iterdir()) == [tmp_path / "huge.bin"]


def test_payloads_that_are_no_files(tool, tmp_path):
    (tmp_path / "empty").touch()
    os.mkfifo(tmp_path / "pipe")
    for name, why in (("empty", "empty: is empty"), ("pipe", "pipe: not a regular file"),
                      (".", ".: not a regular file"), ("missing", "missing: No such file or directory"),
                      ("/dev/zero", "/dev/zero: not a regular file")):
        assert why in tool.fails("create", *ONE, name, "-o", "out.cap")


@pytest.mark.parametrize("change, why", [("cut", "its size was 70001 bytes and is not any more"),
                                         ("grow", "its size was 70001 bytes and is not any more"),
                                         ("touch", "was written to while it was read")])
def test_a_payload_that_changes_meanwhile(tool, firmware, tmp_path, keys, shim, change, why):
    time.sleep(0.02)  # so that a new time is another one
    reason = tool.fails("create", *ONE, *keys.sign(), firmware, "-o", "out.cap",
                        env={"LD_PRELOAD": str(shim), "SHIM": f"{change}:firmware.bin"})
    assert reason.startswith(f"{firmware}: ") and why in reason
    assert list(tmp_path.iterdir()) == [firmware]


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("limit", [0, 1, 100, 65536, 70_000])
def test_a_full_disk_leaves_no_file(tool, firmware, tmp_path, keys, limit, signed):
    reason = tool.fails("create", *ONE, *(keys.sign() if signed else ()), firmware, "-o", "out.cap",
                        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
    assert reason.startswith("out.cap: could not be written: File too large")
    assert list(tmp_path.iterdir()) == [firmware]


@pytest.mark.parametrize("command", [("create", *ONE, "firmware.bin"), ("accept", "-g", TYPE), ("revert",),
                                     ("extract", "good.cap")])
def test_a_device_that_is_full(tool, firmware, command):
    tool.good("create", *ONE, firmware, "-o", "good.cap")
    assert tool.fails(*command, "-o", "/dev/full") == "/dev/full: could not be written: No space left on device"
    tool.good(*command, "-o", "/dev/null")


def test_standard_output_that_is_full(tool, firmware):
    tool.good("create", *ONE, firmware, "-o", "good.cap")
    with open("/dev/full", "w") as full:
        done = subprocess.run([TOOL, "info", "good.cap"], cwd=tool.folder, stdout=full, stderr=subprocess.PIPE,
                              text=True, timeout=60)
    assert done.returncode == 1 and "standard output could not be written" in done.stderr


@pytest.mark.parametrize("fault", ["close", "rename"])
def test_a_failure_at_the_end_leaves_no_file(tool, firmware, tmp_path, shim, fault):
    (tmp_path / "out.cap").write_text("what was there before")
    reason = tool.fails("create", *ONE, firmware, "-o", "out.cap",
                        env={"LD_PRELOAD": str(shim), "SHIM": f"{fault}:out.cap"})
    assert reason.startswith("out.cap: ")
    assert sorted(tmp_path.iterdir()) == [firmware, tmp_path / "out.cap"]
    assert (tmp_path / "out.cap").read_text() == "what was there before"


def test_an_interrupt_leaves_no_file(tool, tmp_path):
    with open(tmp_path / "big.bin", "wb") as file:
        file.truncate(3 << 30)
    process = subprocess.Popen([TOOL, "create", *ONE, "big.bin", "-o", "out.cap"], cwd=tmp_path)
    try:
        while len(list(tmp_path.iterdir())) == 1:
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == -signal.SIGTERM
    finally:
        process.kill()
    assert list(tmp_path.iterdir()) == [tmp_path / "big.bin"]


def test_an_output_that_cannot_be_made(tool, firmware, tmp_path):
    assert "no-such/out.cap: cannot be created: No such file" in tool.fails("create", *ONE, firmware, "-o",
                                                                            "no-such/out.cap")
    assert ".: is a directory" in tool.fails("create", *ONE, firmware, "-o", ".")


def test_a_link_is_followed_and_permissions_stay(tool, firmware, tmp_path):
    (tmp_path / "real.cap").write_text("old")
    (tmp_path / "real.cap").chmod(0o640)
    (tmp_path / "link.cap").symlink_to("real.cap")
    tool.good("create", *ONE, firmware, "-o", "link.cap")
    assert (tmp_path / "link.cap").is_symlink()
    assert (tmp_path / "real.cap").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "real.cap").stat().st_size > 70_001


def test_the_payload_may_be_the_output(tool, firmware, tmp_path):
    tool.good("create", *ONE, firmware, "-o", "out.cap")
    tool.good("create", *ONE, firmware, "-o", firmware)
    assert firmware.read_bytes() == (tmp_path / "out.cap").read_bytes()
