# SPDX-License-Identifier: BSD-2-Clause
# tests/interop/disk/test_disk.py - disk/ reads what mkfs.fat, mtools, sfdisk and sgdisk make, and what it removes leaves
# a file system in which fsck.fat and mtools find nothing wrong.
import json
import os
import pathlib
import random
import shutil
import subprocess
import uuid
import zlib

import pytest

TOOL = pathlib.Path(__file__).parents[3] / "build/host/disk-tool"
ENVIRONMENT = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "MTOOLS_SKIP_CHECK": "1", "LC_ALL": "C.UTF-8"}
ESP = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"


def run(*command, **options):
    done = subprocess.run([str(c) for c in command], env=ENVIRONMENT, capture_output=True, timeout=60, **options)
    assert done.returncode == 0, f"{command}: {done.stdout.decode()}{done.stderr.decode()}"
    return done.stdout


class Disk:
    """An image with a FAT file system, and what lies on it according to the test: path -> content, None: a directory."""

    def __init__(self, path, sector=512, partition=None, offset=0):
        self.path, self.sector, self.offset = path, sector, offset
        self.words = [partition] if partition else []
        self.files = {}

    def mtools(self, program, *arguments, **options):
        return run(program, "-i", f"{self.path}@@{self.offset}", *arguments, **options)

    def mkdir(self, path):
        self.mtools("mmd", "::/" + path)
        self.files[path] = None

    def put(self, path, content):
        self.mtools("mcopy", "-o", "-", "::/" + path, input=content)
        self.files[path] = content

    def delete(self, path):
        self.mtools("mdel", "::/" + path)
        del self.files[path]

    def tool(self, *words):
        return run(TOOL, self.path, self.sector, *self.words, *words)

    def fails(self, *words):
        command = [str(w) for w in (TOOL, self.path, self.sector, *self.words, *words)]
        done = subprocess.run(command, capture_output=True, timeout=60)
        assert done.returncode == 1, done
        return done.stderr.decode().strip()

    def tree(self):
        """The first line, and the rest as path -> what is there."""
        first, *lines = self.tool("tree").decode().splitlines()
        return first, {path: (crc, size) for crc, size, path in (line.split(" ", 2) for line in lines)}

    def expected(self):
        return {
            "".join(c if c.isascii() else "?" for c in path): ("dir", "-")
            if content is None
            else (f"{zlib.crc32(content):08x}", str(len(content)))
            for path, content in self.files.items()
        }

    def check(self):
        assert self.tree()[1] == self.expected()

    def fsck(self):
        """fsck.fat finds nothing to say; partitions are looked at in a copy of their own."""
        image = self.path
        if self.offset:
            image = self.path.with_suffix(".part")
            with self.path.open("rb") as disk, image.open("wb") as part:
                disk.seek(self.offset)
                shutil.copyfileobj(disk, part)
        version, *said = run("fsck.fat", "-n", image).decode().splitlines()
        assert len(said) == 1 and "clusters" in said[0], said

    def free_bytes(self):
        """As mtools counts them."""
        (line,) = [line for line in self.mtools("mdir", "::").decode().splitlines() if line.endswith("bytes free")]
        return int("".join(c for c in line if c.isdigit()))


def made(path, bits, kib, sector=512, *options):
    with path.open("wb") as image:
        image.truncate(kib * 1024)
    run("mkfs.fat", "-F", bits, "-S", sector, *options, path)
    return Disk(path, sector)


def content(size, seed=0):
    return random.Random(seed).randbytes(size)


KINDS = {
    "fat12": (12, 1440, 512),
    "fat12-4k": (12, 4096, 4096),
    "fat12-large-clusters": (12, 65536, 512, "-s", 64),
    "fat16": (16, 20480, 512),
    "fat16-2k": (16, 40960, 2048, "-s", 1),
    "fat16-one-fat": (16, 20480, 512, "-f", 1, "-s", 1),
    "fat32": (32, 65536, 512),
    "fat32-4k": (32, 300000, 4096, "-s", 1),
    "fat32-1k": (32, 140000, 1024, "-s", 2),
}


@pytest.fixture(params=KINDS)
def disk(request, tmp_path):
    return made(tmp_path / "disk", *KINDS[request.param])


def fill(disk):
    """Files of all sizes that matter, long names, deep directories, and one that lies in pieces between others."""
    for size in (0, 1, 511, 512, 513, 4095, 4096, 4097, 100_001):
        disk.put(f"FILE{size}.BIN", content(size, size))
    for name in (
        "a long name.cap",
        "thirteen char",
        "exactly twenty-six letters",
        "lower.txt",
        "UPPER.txt",
        "dots.in.the.name.tar.gz",
        "trailing space after ext.c d",
        "n" * 200 + ".cap",
        "umlaut \u00fc.cap",
    ):
        disk.put(name, content(300, len(name)))
    path = "EFI"
    disk.mkdir(path)
    for level in ("UpdateCapsule", "a directory with a long name", "D4", "D5", "D6", "D7"):
        path += "/" + level
        disk.mkdir(path)
        disk.put(path + "/file in " + level.replace(" ", "_"), content(2000, len(path)))
    cluster = int(disk.tree()[0].split()[1])
    for i in range(12):
        disk.put(f"hole{i:02}", content(cluster, i))
    for i in range(0, 12, 2):
        disk.delete(f"hole{i:02}")
    disk.put("fragmented file.cap", content(10 * cluster + 5, 77))


def test_every_file_of_others_is_read_byte_for_byte(disk, request):
    assert disk.tree()[0].split()[::2] == [request.node.callspec.params["disk"].split("-")[0], "clean"]
    fill(disk)
    disk.check()
    for path in ("a long name.cap", "fragmented file.cap", "FILE100001.BIN", "EFI/UpdateCapsule/file in UpdateCapsule"):
        for piece in (100, 512, 5000, 1 << 20):
            assert disk.tool("read", path, piece) == disk.files[path]
    assert disk.tool("read", "\\efi\\UPDATECAPSULE\\FILE IN UPDATECAPSULE", 4096) == disk.files[path]


def test_what_is_removed_is_gone_for_everyone(disk):
    fill(disk)
    cluster = int(disk.tree()[0].split()[1])
    removed = [
        "fragmented file.cap",
        "FILE0.BIN",
        "FILE100001.BIN",
        "n" * 200 + ".cap",
        "EFI/UpdateCapsule/file in UpdateCapsule",
        "hole05",
    ]
    for path in removed:
        before = disk.free_bytes()
        disk.tool("remove", path)
        gone = len(disk.files.pop(path))
        assert disk.free_bytes() - before == -(-gone // cluster) * cluster, path
        assert disk.fails("remove", path).endswith("not found (NOT_FOUND)")
        disk.fsck()
        disk.check()
    for path, what in disk.files.items():
        if what is not None and path.isascii():
            assert disk.mtools("mcopy", "::/" + path, "-") == what
    listed = disk.mtools("mdir", "-b", "-/", "::").decode().splitlines()
    assert {line[3:].rstrip("/") for line in listed} == set(disk.files)
    # And what is free is free to be used again.
    disk.put("after.bin", content(150_000, 5))
    disk.check()
    disk.fsck()


def test_a_directory_of_many_files_is_read_and_sorted(tmp_path):
    disk = made(tmp_path / "disk", 16, 20480)
    disk.mkdir("MANY")
    source = tmp_path / "source"
    source.mkdir()
    names = [f"{random.Random(i).choice('aAbBzZ_-1')}capsule number {i}.cap" for i in range(150)] + ["B", "b1", "A"]
    for name in names:
        (source / name).write_bytes(name.encode())
        disk.files["MANY/" + name] = name.encode()
    disk.mtools("mcopy", *source.iterdir(), "::/MANY")
    disk.check()
    assert disk.tool("sorted", "many").decode().splitlines() == sorted(names, key=str.upper)
    for name in names[:100]:
        disk.tool("remove", "MANY/" + name)
        del disk.files["MANY/" + name]
    disk.check()
    disk.fsck()
    for i in range(20):
        disk.put(f"MANY/another {i}", content(1000, i))
    disk.check()
    disk.fsck()


def test_partitions_of_sfdisk_are_what_sfdisk_says(tmp_path):
    path = tmp_path / "disk"
    with path.open("wb") as image:
        image.truncate(64 << 20)
    script = f"""label: gpt
        size=40MiB, type={ESP}, name="EFI system"
        size=1MiB, type=8a7a84a0-8387-40f6-ab41-a8b9a5a60d23, name="FWU-Metadata"
        size=1MiB, type=8a7a84a0-8387-40f6-ab41-a8b9a5a60d23, name="FWU-Metadata \u00e4"
        type=0fc63daf-8483-4772-8e79-3d69d8477de4"""
    run("sfdisk", "-q", path, input=script.encode())
    said = json.loads(run("sfdisk", "-J", path))["partitiontable"]
    table = Disk(path)

    def expect(copy):
        first, *lines = table.tool("gpt").decode().splitlines()
        assert first == f"{copy} {said['id'].lower()}"
        assert len(lines) == len(said["partitions"]) == 4
        for number, (line, is_) in enumerate(zip(lines, said["partitions"]), 1):
            words = line.split(" ", 5)
            assert words[:5] == [
                str(number),
                str(is_["start"]),
                str(is_["start"] + is_["size"] - 1),
                is_["type"].lower(),
                is_["uuid"].lower(),
            ]
            assert words[5] == "".join(c if c.isascii() else "?" for c in is_.get("name", ""))

    expect("primary")
    # The file system on the first.
    offset = said["partitions"][0]["start"] * 512
    run("mkfs.fat", "-F", 32, "--offset", offset // 512, path, 40 * 1024)
    disk = Disk(path, partition=1, offset=offset)
    fill(disk)
    disk.check()
    disk.tool("remove", "fragmented file.cap")
    del disk.files["fragmented file.cap"]
    disk.check()
    disk.fsck()
    run("sfdisk", "-V", path)
    # Without its first header, and with that of the backup only.
    with path.open("r+b") as image:
        image.seek(512)
        image.write(bytes(512))
    expect("backup")
    disk.check()
    with path.open("r+b") as image:
        image.truncate((64 << 20) - 512)
    assert table.fails("gpt") == "gpt: not found (NOT_FOUND)"


@pytest.mark.parametrize("entries", (128, 4, 256))
def test_partitions_of_sgdisk_are_what_it_was_told(tmp_path, entries):
    path = tmp_path / "disk"
    with path.open("wb") as image:
        image.truncate(8 << 20)
    unique = [str(uuid.UUID(int=i + 1)) for i in range(3)]
    run("sgdisk", "-o", "-a", 1, "-S", entries, "-n", "1:2048:4095", "-t", f"1:{ESP}", "-u", f"1:{unique[0]}", "-c", "1:one",
        "-n", "3:5000:5000", "-u", f"3:{unique[1]}", "-n", "4:6000:0", "-u", f"4:{unique[2]}", path)  # fmt: skip
    first, *lines = Disk(path).tool("gpt").decode().splitlines()
    assert first.startswith("primary ")
    words = [line.split(" ") for line in lines]
    assert [(w[0], w[1], w[4]) for w in words] == [("1", "2048", unique[0]), ("3", "5000", unique[1]), ("4", "6000", unique[2])]
    assert words[0][2:4] + words[0][5:] == ["4095", ESP, "one"]
    assert words[1][2] == "5000"
    run("sgdisk", "-e", "-Z", path)
    assert Disk(path).fails("gpt") == "gpt: not found (NOT_FOUND)"
