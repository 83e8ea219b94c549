# SPDX-License-Identifier: BSD-2-Clause
# tests/system/test_power_cut_macchiatobin.py - power fails in an update of the MACCHIATObin, or in a write by hand: the
# boot ROM of the model still starts a whole image from the eMMC, the update can be completed, and nothing else has
# changed. POWER_CUT_SEED=n chooses other points.
import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from macchiatobin import BANK_AREAS, FLASH_SECTOR, METADATA_AT, MIB, PARTITION_CONFIG, RAM, SDHCI
from macchiatobin.machine import CUT, Ended, Model
from macchiatobin.update import agreed, at, capsule, delivered, holds, version
from power_cut import SEED, all_of

pytestmark = pytest.mark.lg_feature(["macchiatobin", "qemu", "bootargs"])

OLD, NEW = "this-is-old", "this-is-new"
MARK, DONE = "power can-fail-from-here", "and so-it-ends"
PROGRAM, ERASE = ("0x02",), ("0x20", "0xd8")
SWITCH, WRITES = "6", ("24", "25")


@dataclass
class Event:
    """What the plugin saw: how many instructions after MARK, and what a device was told."""

    kind: str
    count: int
    words: list

    def flash(self, opcodes, start, size=FLASH_SECTOR):
        """Whether it is one of these commands to the flash, there."""
        if self.kind != "spi" or self.words[0] not in opcodes:
            return False
        return start <= int(self.words[1], 0) < start + size

    def card(self, *commands):
        return self.kind == "mmc" and int(self.words[0], 0) == SDHCI and self.words[1] in commands

    def switch(self, index):
        return self.card(SWITCH) and int(self.words[2], 0) >> 16 & 0xFF == index


def command_line(line):
    """With a mark before and one behind; not as they are typed, for that is on the console as well."""
    before, behind = (mark.replace(" ", "  ") for mark in (MARK, DONE))
    return f"echo {before}; {line}; echo {behind}"


@dataclass
class Scene:
    folder: Path
    media: object
    line: str  # what is cut
    loaded: Path
    events: list = None
    end: int = 0

    def model(self, media, plugin=""):
        return Model(media, plugin=plugin, loaded=[(self.loaded, RAM)], limit=120)

    def uncut(self):
        """Runs it to its end, and remembers what happened when. Returns the media."""
        media = self.media.copy(self.folder / "uncut")
        with self.model(media, f"from={MARK},text={DONE}") as model:
            lines = model.run(command_line(self.line))
            assert DONE in lines and not any(line.startswith("error: ") for line in lines), lines
        self.end = next(int(event[-1]) for event in model.events if event[0] == "text")
        self.events = [Event(e[0], int(e[1]), e[2:]) for e in model.events if e[0] in ("spi", "mmc")]
        self.events = [event for event in self.events if event.count < self.end]
        return media

    def cut(self, point, name):
        """The media after a loss of power there."""
        media = self.media.copy(self.folder / name)
        model = self.model(media, f"from={MARK},cut={point}")
        try:
            with model:
                model.run(command_line(self.line))
        except Ended as ended:
            assert ended.args[0] == CUT, ended
            return media
        raise AssertionError(f"the power was not cut at {point} of {self.end}:\n{model.text}")


@pytest.fixture(scope="module")
def images():
    return version(OLD), version(NEW)


@pytest.fixture(scope="module")
def base(images, strategy, tmp_path_factory):
    strategy.transition("off")  # the machine of the tests before would run beside these
    return delivered(tmp_path_factory.mktemp("base") / "media", images[0])


@pytest.fixture(scope="module")
def update(images, base, tmp_path_factory):
    folder = tmp_path_factory.mktemp("cut")
    made = capsule(images[1], 2)
    (folder / "new.cap").write_bytes(made)
    scene = Scene(folder, base, f"capsule update {at(made)}", folder / "new.cap")
    agreed(scene.uncut(), 1, images[1])
    return scene


def telling(events):
    """Instruction -> name: just before, or just behind, what changes the state."""
    points = {}

    def add(name, found, which=(0,)):
        found = [event for event in found]
        assert found, f"no {name} was seen"
        for index in which:
            points[found[index].count - 30] = f"before {name}"
            points[found[index].count + 30] = f"behind {name}"

    for number, start in enumerate(METADATA_AT):
        add(f"erasing metadata {number}", [e for e in events if e.flash(ERASE, start)], (0, -1))
        add(f"programming metadata {number}", [e for e in events if e.flash(PROGRAM, start)], (-1,))
    add("selecting", [e for e in events if e.switch(PARTITION_CONFIG)], (-1,))
    add("writing the bank", [e for e in events if e.card(*WRITES)], (0, -1))
    add("erasing the copy", [e for e in events if e.flash(ERASE, 0, METADATA_AT[0])], (0, -1))
    add("programming the copy", [e for e in events if e.flash(PROGRAM, 0, METADATA_AT[0])], (0, -1))
    return points


def survives(scene, images, media, again=False):
    """The boot ROM starts one of the two from the eMMC, the firmware puts the rest right; the update can be done."""
    old, new = images
    with scene.model(media) as model:
        (said,) = {OLD, NEW} & set(model.boot_log)
        active = 1 if said == NEW else 0
        state = model.run("fwu status")
        assert "metadata version 2, copies: good, good" in state, state
        agreed(media, active, (old, new)[active])
        if active == 1:
            assert holds(media, BANK_AREAS[0], old), "the way back is gone"
        if again:
            lines = model.run(scene.line)
            assert lines[-1] == f"updated: bank {1 - active} is active, 1 item", lines
            agreed(media, 1 - active, new)
            model.send("reset")
            assert NEW in model.until_prompt()
    for file in media.folder.iterdir():
        file.unlink()
    return active


@pytest.mark.timeout(900)  # seconds: it starts dozens of machines
def test_power_that_fails_beside_a_step_of_an_update_leaves_a_board_that_boots(update, images):
    points = telling(update.events)
    jobs = {
        f"{name}, {point}": lambda point=point, again=number % 4 == 0: survives(
            update, images, update.cut(point, f"step-{point}"), again
        )
        for number, (point, name) in enumerate(sorted(points.items()))
    }
    versions = all_of(jobs)
    assert set(versions) == {0, 1}
    assert versions == sorted(versions)  # one step, and no way back


def test_power_that_fails_anywhere_in_an_update_leaves_a_board_that_boots(update, images):
    numbers = random.Random(SEED)
    points = sorted(numbers.randrange(update.end) for _ in range(8))
    jobs = {
        f"at {point}": lambda point=point: survives(update, images, update.cut(point, f"any-{point}"))
        for point in points
    }
    versions = all_of(jobs)
    assert versions == sorted(versions)


def half_erased(media, offset, seed):
    """A sector in the middle of being erased: each byte is what it was, blank, or neither."""
    numbers = random.Random(seed)
    was, noise = media.read("spi", offset, FLASH_SECTOR), numbers.randbytes(FLASH_SECTOR)
    kinds = numbers.randbytes(FLASH_SECTOR)
    media.write("spi", offset, bytes((w, 0xFF, n)[k % 3] for w, n, k in zip(was, noise, kinds)))


def test_a_sector_that_is_half_erased_leaves_a_board_that_boots(update, images):
    def torn(event):
        media = update.cut(event.count - 30, f"torn-{event.count}")
        half_erased(media, int(event.words[1], 0) & -FLASH_SECTOR, event.count)
        return survives(update, images, media)

    erases = {int(event.words[1], 0): event for event in update.events if event.flash(ERASE, 0, 4 * MIB)}
    wanted = [erases[0], *(erases[start] for start in METADATA_AT)]
    assert set(all_of({f"erasing {event.words[1]}": lambda event=event: torn(event) for event in wanted})) <= {0, 1}


@pytest.mark.parametrize(
    "line, area, start, size",
    [
        ("flash write spi 0x208000 0x18000 {ram:#x}", "spi", 0x200000, 0x20000),
        ("mmc write mmc0 4096 256 {ram:#x}", "mmc0", 4096 * 512, 256 * 512),
        ("mmc write mmc0boot1 4096 256 {ram:#x} raw", "mmc0boot1", 4096 * 512, 256 * 512),
    ],
    ids=["flash", "user area", "boot1"],
)
def test_power_that_fails_in_a_write_by_hand_harms_nothing_but_its_place(
    base, images, tmp_path, line, area, start, size
):
    numbers = random.Random(SEED)
    (tmp_path / "data").write_bytes(numbers.randbytes(256 * 512))
    media = base.copy(tmp_path / "media")
    media.write(area, 0x1F0000 if area == "spi" else 0x100000, numbers.randbytes(0x200000))
    scene = Scene(tmp_path, media, line.format(ram=RAM), tmp_path / "data")
    scene.uncut()
    before, content = media.state(), media.read(area)

    def harmless(point):
        after = scene.cut(point, f"cut-{point}")
        assert after.changed(before) <= {area}
        now = after.read(area)
        assert now[:start] == content[:start] and now[start + size :] == content[start + size :]
        with scene.model(after) as model:
            assert OLD in model.boot_log
            lines = model.run(scene.line)
            assert not any(line.startswith("error: ") for line in lines), lines
        return after.read(area, start, size) != content[start : start + size]

    points = [numbers.randrange(scene.end) for _ in range(2)] + [scene.events[len(scene.events) // 2].count + 30]
    assert all(all_of({f"at {point}": lambda point=point: harmless(point) for point in points}))
