# SPDX-License-Identifier: BSD-2-Clause
"""power_cut.py - cuts the power of a machine at an instruction of an update, and sees what is left.

A Scene is a machine with everything that an update needs; `uncut()` runs it once to learn where its ends are and what
is written when. `cut(n)` runs it on copies of its files up to instruction n, looks at what TF-A's BL2 would boot, boots
that, and asks the firmware what it thinks of the state it finds. What a test wants of that stands in `check()`.
"""

import json
import os
import random
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import arch
from capsules import BANK_AT, DATA, FIRMWARE, INDEX, METADATA_AT, SECTOR, machine, variables
from capsules import metadata as fwu

SEED = int(os.environ.get("POWER_CUT_SEED", "1"))
POINTS = int(os.environ.get("POWER_CUT_POINTS", "200"))  # anywhere, on all architectures together
MARK, DONE = "power-can-fail-from-here", "and-so-it-ends"
STATE = "; ".join(f"echo {name}; {command} -j" for name, command in (("FWU", "fwu status"), ("ESRT", "esrt")))


@dataclass
class Version:
    """One firmware, with the data image that belongs to it where there is one."""

    number: int
    firmware: bytes
    data: bytes = b""


def last_word(run):
    """How many instructions it took."""
    return next(int(line[2]) for line in run.log if line[0] == "text")


@dataclass
class Scene:
    folder: Path
    flash: object
    old: Version
    new: Version
    script: str = ""  # what updates; empty: booting does
    loaded: Path = None  # a capsule in memory
    disk: object = None
    log: list = field(default_factory=list)
    end: int = 0

    def _script(self):
        return f"echo {MARK}; {self.script}; echo {DONE}; poweroff" if self.script else f"echo {DONE}; poweroff"

    def _arguments(self, flash, disk):
        parts = [flash.arguments()]
        parts += [disk.arguments()] if disk else []
        parts += [machine.loader(self.loaded)] if self.loaded else []
        return " ".join(parts)

    @property
    def _from(self):
        return MARK if self.script else "Corbel "

    def _copies(self, folder):
        flash = self.flash.copy(Path(folder) / "flash")
        return flash, self.disk.copy(Path(folder) / "disk") if self.disk else None

    def storage(self, flash, disk):
        """What has the metadata."""
        return disk if disk and disk.metadata_copies() else flash

    def _boots(self, folder, flash, disk):
        """What BL2 would boot, as a file; its bank; the metadata."""
        metadata = fwu.chosen(self.storage(flash, disk).metadata_copies())
        assert metadata, "both copies of the metadata are damaged: nothing boots"
        bank = fwu.bank_to_boot(metadata)
        assert bank is not None, f"no bank may boot: {metadata}"
        path = Path(folder) / "kernel"
        path.write_bytes(flash.bank(bank, max(len(self.old.firmware), len(self.new.firmware))))
        return path, bank, metadata

    def version_in(self, flash, disk, metadata, bank):
        """Which of the two versions that bank holds, wholly."""

        def holds(version):
            if flash.bank(bank, len(version.firmware)) != version.firmware:
                return False
            if not version.data:
                return True
            (image,) = [image for image in metadata.images if image.type == DATA]
            return disk.data(image.banks[bank], len(version.data)) == version.data

        found = [version for version in (self.old, self.new) if holds(version)]
        assert len(found) == 1, f"bank {bank} is neither the old firmware nor the new one, but a mixture"
        return found[0]

    def uncut(self):
        """Runs it to its end, and remembers when it did what."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            flash, disk = self._copies(folder)
            kernel, _, _ = self._boots(folder, flash, disk)
            plugin = f"from={self._from},text={DONE},stores={METADATA_AT[1] + SECTOR:#x}"
            run = machine.run(kernel, self._script(), self._arguments(flash, disk), plugin)
            assert DONE in run.text and "error: " not in run.text, run.text
            self.log = run.log
            # Up to the last word: later than that, nothing of the update is under way.
            self.end = last_word(run)
            _, bank, metadata = self._boots(folder, flash, disk)
            assert self.version_in(flash, disk, metadata, bank) is self.new, run.text
        return self

    def writes(self):
        """The moments at which the machine stores to the metadata or variables, erases a block, or wakes a disk."""
        return [int(line[1]) for line in self.log if line[0] in ("flash", "erase", "notify")]

    def erases(self):
        """(moment, offset in the flash)"""
        return [(int(line[1]), int(line[2], 0)) for line in self.log if line[0] == "erase"]

    def edges(self):
        """Just before and after the first and last store of each burst that changes metadata or variables."""
        moments = sorted(set(self.writes()))
        ends = {a for a, b in zip(moments, moments[1:]) if b - a > 500} | {
            b for a, b in zip(moments, moments[1:]) if b - a > 500
        }
        ends |= {moment for moment, at in self.erases() if at < BANK_AT[0]} | {moments[0], moments[-1]}
        return sorted({max(0, moment + step) for moment in ends for step in (0, 1, 2)})

    def points(self, count):
        """This architecture's share of `count`, half of them anywhere, half of them between the first and the last
        write, where the storage changes."""
        count //= len(arch.TABLE)
        numbers, moments = random.Random(f"{SEED} {arch.current().arch}"), self.writes()
        first, last = min(moments), max(moments)
        anywhere = [numbers.randrange(self.end) for _ in range(count // 2)]
        return sorted(anywhere + [numbers.randrange(first, last + 1) for _ in range(count - count // 2)])

    def cut(self, point, tear=None, again=False):
        """One loss of power; raises when something is wrong after it. Returns the number of the version that boots.

        `tear` is the offset of a block of the flash whose erasing the power interrupts; `again` updates once more.
        Whoever waits for a disk takes as many instructions as the disk takes time: a machine that came to its end
        before the point is cut at what would have been the same place in its run.
        """
        for _ in range(20):
            with tempfile.TemporaryDirectory(dir=self.folder) as folder:
                flash, disk = self._copies(folder)
                kernel, _, _ = self._boots(folder, flash, disk)
                plugin = f"from={self._from},text={DONE},cut={point}"
                run = machine.run(kernel, self._script(), self._arguments(flash, disk), plugin)
                if run.status == machine.CUT:
                    if tear is not None:
                        half_erased(flash, tear, point)
                    return self.check(folder, flash, disk, again)
            assert run.status == 0 and DONE in run.text, run.text
            point = point * last_word(run) // self.end
        raise AssertionError(f"no way to cut the power: {run.text}")

    def check(self, folder, flash, disk, again):
        kernel, bank, metadata = self._boots(folder, flash, disk)
        version = self.version_in(flash, disk, metadata, bank)
        # Where booting updates, the power comes back for good, and the update with it.
        expected = version if self.script else self.new
        self._sound(kernel, flash, disk, expected)
        if again:
            self._update(folder, flash, disk)
        return version.number

    def _sound(self, kernel, flash, disk, version):
        """Boots it: the firmware says that all is well."""
        run = machine.run(kernel, f"{STATE}; echo {DONE}; poweroff", self._arguments(flash, disk))
        assert run.status == 0 and DONE in run.text and "error: " not in run.text, run.text
        banks = json.loads(run.text.split("FWU\n")[1].split("ESRT\n")[0])
        images = json.loads(run.text.split("ESRT\n")[1].split(DONE)[0])
        (firmware,) = [image for image in images if image["image"] == str(FIRMWARE)]
        assert firmware["version"] == version.number, run.text
        # Both copies have been put right, and agree with what the firmware says.
        copies = [fwu.parse(copy) for copy in self.storage(flash, disk).metadata_copies()]
        assert copies[0] and copies[0] == copies[1], copies
        (active,) = {bank["bank"] for bank in banks if bank["active"]}
        assert active == copies[0].active
        assert self.version_in(flash, disk, copies[0], active) is version
        found = variables.kept(flash)
        assert variables.read(flash).items() <= found.items()
        assert variables.fmp_state(found, FIRMWARE, INDEX[FIRMWARE])[active][0] == version.number, found

    def _update(self, folder, flash, disk):
        """The same update once more succeeds."""
        kernel, _, _ = self._boots(folder, flash, disk)
        run = machine.run(kernel, self._script(), self._arguments(flash, disk))
        assert run.status == 0 and DONE in run.text and "error: " not in run.text, run.text
        _, bank, metadata = self._boots(folder, flash, disk)
        assert self.version_in(flash, disk, metadata, bank) is self.new, run.text


def half_erased(flash, offset, seed):
    """A block in the middle of being erased: each byte is what it was, blank, or neither."""
    numbers = random.Random(seed)
    old, noise = flash.read(offset, SECTOR), numbers.randbytes(SECTOR)
    kinds = numbers.randbytes(SECTOR)
    flash.write(offset, bytes((o, 0xFF, n)[k % 3] for o, n, k in zip(old, noise, kinds)))


def all_of(jobs):
    """Runs what `jobs` maps a name to, on all cores. Returns the results; fails with all that went wrong."""
    results, wrong = [], []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        running = {name: pool.submit(job) for name, job in jobs.items()}
        try:
            for name, job in running.items():
                try:
                    results.append(job.result())
                except Exception as error:  # pylint: disable=broad-exception-caught
                    wrong.append(f"{name}: {error!r}")
        except BaseException:  # out of time, or told to end: what has not begun does not
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    assert not wrong, f"{len(wrong)} of {len(jobs)} (POWER_CUT_SEED={SEED}):\n" + "\n".join(wrong[:10])
    return results
