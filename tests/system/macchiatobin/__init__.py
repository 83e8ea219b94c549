# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of the MACCHIATObin are made of: its media, the image that its boot ROM starts, its model.

The numbers of the board stand here once.
"""

import uuid

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30

FLASH_SIZE = 4 * MIB
FLASH_SECTOR = 64 * KIB
BOOT_SIZE = 4 * MIB  # of boot0 and boot1 each
USER_SIZE = 64 * MIB
STATE_SIZE = 4096  # what the model's card keeps of its registers, at the end of its file
PARTITION_CONFIG, BOOT_BUS_CONDITIONS = 179, 177  # indices in EXT_CSD, and there
IMAGE_ROOM = 0x180000  # of the boot image in SPI NOR
ENVIRONMENT_AT = 0x180000  # U-Boot's, which nobody here touches
METADATA_AT = (0x190000, 0x1A0000)
VARIABLES_AT, VARIABLES_SIZE = 0x3C0000, 0x30000

FIRMWARE = uuid.UUID("5f6ad4f1-7c3e-4d0b-9a52-1e8b6d4c2f70")  # image type, index 1
BANKS = (uuid.UUID("c41d2b86-0e97-4b1a-8f25-6a3d9e7c5b10"), uuid.UUID("2a9f6e3d-5b84-4c7e-b1d0-93f8e2a7c641"))
BANK_AREAS = ("mmc0boot0", "mmc0boot1")

UART = 0xF0512000
SPI, SDHCI, SD = 0xF4700680, 0xF06E0000, 0xF2780000  # their controllers
RAM = 0x10000000  # free, and mapped whatever DIMM there is
SECURE = (0x04000000, 0x04200000)  # an access aborts
SCMI_FUNCTION, SCMI_PAGE = 0x82002000, 0x04200000
