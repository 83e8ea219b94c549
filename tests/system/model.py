# SPDX-License-Identifier: BSD-2-Clause
# tests/system/model.py - the model of the MACCHIATObin: its media, the firmware packed for its boot ROM, and no access
# to anything that the model does not know.
import tempfile
from pathlib import Path

import attr
from drivers import CorbelQEMUDriver
from labgrid import target_factory
from macchiatobin.media import Media
from macchiatobin.packing import HASTE, flash_image


@target_factory.reg_driver
@attr.s(eq=False)
class MacchiatobinQEMUDriver(CorbelQEMUDriver):
    """The boot arguments are those of the firmware's own device tree, for TF-A hands over none.

    Args:
        firmware (str): its name among the images of the environment
        media (Media): of the test, as they are; by default new ones that boot the firmware, each time
        haste (bool): time passes faster than here
    """

    firmware = attr.ib(default="firmware", validator=attr.validators.instance_of(str))
    media = attr.ib(default=None)
    haste = attr.ib(default=False, validator=attr.validators.instance_of(bool))

    def __attrs_post_init__(self):
        super().__attrs_post_init__()
        self._folder = None
        self._made = {}
        self._strays = Path()

    def on_activate(self):
        self._folder = tempfile.TemporaryDirectory(prefix="macchiatobin-")
        self._strays = Path(self._folder.name) / "strays"
        super().on_activate()

    def on_deactivate(self):
        super().on_deactivate()
        self._folder.cleanup()

    def image(self, arguments=None):
        """A flash image with this firmware."""
        path = self.target.env.config.get_image_path(self.firmware)
        key = path, Path(path).stat().st_mtime_ns, arguments
        if key not in self._made:
            self._made[key] = flash_image(path, arguments)
        return self._made[key]

    def get_qemu_base_args(self):
        media = self.media
        if not media:
            media = Media.blank(Path(self._folder.name) / "media").install(self.image(self.boot_args))
        args = super().get_qemu_base_args()
        args[args.index("-machine") + 1] += f",stray={self._strays}"
        return [*args, *(HASTE if self.haste else ()), *media.arguments()]

    def strays(self):
        """The accesses outside of the model's list since this was asked last."""
        if not self._strays.exists():
            return []
        lines = self._strays.read_text().splitlines()
        self._strays.write_text("")
        return lines
