# SPDX-License-Identifier: BSD-2-Clause
# tests/tool/test_bootargs.py - tools/bootargs, on trees that dtc makes and whose every word dtc reads back.
import pathlib
import random
import subprocess

import pytest

TOOL = pathlib.Path(__file__).resolve().parents[2] / "tools/bootargs"
SOURCE = """/dts-v1/;
/memreserve/ 0x1000 0x2000;
/ {
    compatible = "a,board";
    first { bootargs = "not these"; chosen { reg = <7>; }; };
    chosen {
        %s
        stdout-path = "/serial@0:115200";
        inner { bootargs = "nor these"; };
    };
    serial@0 { reg = <0 1>; status = "okay"; };
};
"""
BEFORE, BEHIND = random.Random(1).randbytes(4000), random.Random(2).randbytes(3001)


def run(*command, data=None):
    return subprocess.run([str(c) for c in command], input=data, capture_output=True, timeout=60, check=True).stdout


def tree(chosen="", padding=256):
    return run("dtc", "-q", "-I", "dts", "-O", "dtb", "-p", padding, data=(SOURCE % chosen).encode())


def image(inner):
    return BEFORE + inner + BEHIND


def source(image_):
    """The tree of an image with everything around it as it was, as dtc writes it."""
    assert image_[:len(BEFORE)] == BEFORE and image_[-len(BEHIND):] == BEHIND
    return run("dtc", "-q", "-s", "-I", "dtb", "-O", "dts", data=image_[len(BEFORE):-len(BEHIND)])


@pytest.fixture
def bootargs(tmp_path):
    """What becomes of an image."""
    def give(data, arguments):
        (tmp_path / "in").write_bytes(data)
        run(TOOL, tmp_path / "in", tmp_path / "out", arguments)
        out = (tmp_path / "out").read_bytes()
        assert len(out) == len(data)
        return out
    return give


@pytest.fixture
def refused(tmp_path):
    """The reason why not."""
    def give(data, arguments="x"):
        (tmp_path / "in").write_bytes(data)
        done = subprocess.run([TOOL, tmp_path / "in", tmp_path / "no", arguments], capture_output=True, text=True,
                              timeout=60, check=False)
        assert done.returncode == 1 and not (tmp_path / "no").exists()
        reason, = done.stderr.splitlines()
        return reason
    return give


@pytest.mark.parametrize("arguments", ['corbel.run="scmi info; poweroff"', "", "ä and 100 more " + "x" * 100])
@pytest.mark.parametrize("chosen", ["", 'bootargs = "what was there before";', 'bootargs = "";'])
def test_arguments_are_there_and_nothing_else_differs(bootargs, chosen, arguments):
    quoted = arguments.replace('"', '\\"')
    wanted = tree(f'bootargs = "{quoted}";')
    assert source(bootargs(image(tree(chosen)), arguments)) == source(image(wanted))


def test_one_setting_after_another_is_the_last_one_alone(bootargs):
    once = image(tree())
    assert bootargs(bootargs(once, "a much longer one than the other"), "b") == bootargs(once, "b")


def test_an_image_may_become_itself(tmp_path):
    (tmp_path / "in").write_bytes(image(tree()))
    run(TOOL, tmp_path / "in", tmp_path / "in", "here")
    assert b'bootargs = "here";' in source((tmp_path / "in").read_bytes())


def test_arguments_use_the_room_to_its_last_word_and_no_more(bootargs, refused):
    small = run("dtc", "-q", "-I", "dts", "-O", "dtb", "-p", 256, data=b"/dts-v1/; / { chosen { }; };")
    # The property's name and its three words take 21 of 256 bytes; the text ends with a NUL, and fills whole words.
    room = 256 - 21 - 3 - 1
    assert b'bootargs = "' + b"x" * room in source(bootargs(image(small), "x" * room))
    assert "too long by 1" in refused(image(small), "x" * (room + 1))


def test_a_magic_that_begins_no_tree_is_passed_by(bootargs):
    decoy = bytes.fromhex("d00dfeed") + bytes(60)
    out = bootargs(decoy + tree(), "found")
    assert out.startswith(decoy) and b"found\0" in out


def test_an_image_without_a_tree_is_refused(refused):
    assert "no device tree" in refused(BEFORE)
    assert "no device tree" in refused(b"")


def test_an_image_with_two_trees_is_refused(refused):
    assert "2 device trees" in refused(tree() + bytes(-len(tree()) % 8) + tree())


def test_a_tree_cut_off_is_refused(refused):
    assert "no device tree" in refused(tree()[:-1])


def test_a_tree_without_chosen_is_refused(refused):
    assert "/chosen" in refused(run("dtc", "-q", "-I", "dts", "-O", "dtb", data=b"/dts-v1/; / { a = <1>; };"))


def test_a_file_that_is_not_there_is_named(tmp_path):
    done = subprocess.run([TOOL, tmp_path / "none", tmp_path / "out", "x"], capture_output=True, text=True, check=False,
                          timeout=60)
    assert done.returncode == 1 and "none: No such file" in done.stderr
