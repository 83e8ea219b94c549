# SPDX-License-Identifier: BSD-2-Clause
"""Boards that are set up for updates, and capsules for them."""

from capsules import forge
from capsules import metadata as fwu

from . import BANK_AREAS, BANKS, ENVIRONMENT_AT, FIRMWARE, FLASH_SECTOR, IMAGE_ROOM, RAM
from .machine import Model
from .media import Media
from .packing import IMAGE, flash_image

ENVIRONMENT = bytes(range(256)) * (FLASH_SECTOR // 256)  # what U-Boot keeps there, for all that we know


def version(name):
    """A boot image whose firmware says `name` when it runs."""
    return flash_image(IMAGE, f'corbel.run="echo {name}"')


def delivered(folder, image):
    """Media with that image in boot0, for which the firmware itself has set up updates."""
    media = Media.blank(folder, sd_size=32 << 20).install(image, ["mmc0boot0"])
    media.boots = 1
    media.write("spi", ENVIRONMENT_AT, ENVIRONMENT)
    with Model(media) as model:
        assert model.run("mmc partconf mmc0 boot0 ack")[-1].split()[-2:] == ["boot0", "ack"]
        lines = model.run("fwu init")
        assert not any(line.startswith("error: ") for line in lines), lines
    return media


def fresh():
    """The metadata that stands there then."""
    image = fwu.Image(FIRMWARE, list(BANKS), [True, False])
    return fwu.Metadata(images=[image], states=[fwu.ACCEPTED, fwu.INVALID])


def capsule(image, version=2, flags=0, **changes):
    """Signed with the test key."""
    return forge.capsule(forge.item(image, FIRMWARE, 1, version=version, **changes), flags=flags)


def at(capsule, address=RAM):
    """How the shell calls a capsule in memory."""
    return f"memory:{address:#x}+{len(capsule)}"


def holds(media, area, image):
    return media.read(area, 0, len(image)) == image


def agreed(media, active, image, copy=None):
    """Fails unless everything says that this bank with this image starts; `copy` is what SPI NOR has (the same)."""
    metadata = [fwu.parse(data) for data in media.metadata_copies()]
    assert metadata[0] and metadata[0] == metadata[1], metadata
    assert metadata[0].active == active and media.boots == active + 1
    assert holds(media, BANK_AREAS[active], image), f"bank {active} is not what it should be"
    assert holds(media, "spi", image if copy is None else copy), "the copy in SPI NOR is not what it should be"
    assert media.read("spi", ENVIRONMENT_AT, FLASH_SECTOR) == ENVIRONMENT
    assert media.is_zero("mmc0"), "the user area was written"
    return metadata[0]


assert IMAGE_ROOM == ENVIRONMENT_AT
