# SPDX-License-Identifier: BSD-2-Clause
"""What the tests of firmware update are made of: capsules, disks, flash, and oracles that share no code with it.

The numbers of the board qemu_virt stand here once.
"""

import uuid

MIB = 1 << 20

FIRMWARE = uuid.UUID("f2b7f7de-9a6c-4a52-8d3e-3e5b1f6a9c41")  # image type, in flash, index 1
DATA = uuid.UUID("0c2fb0f8-6b5e-4d0b-9f6d-5d1f6a5f0b7e")  # image type and type of its partitions, index 2
BANKS = (uuid.UUID("3c1b7a5e-52a4-4c0e-8f0a-6d2f1c9be0a1"), uuid.UUID("9e4d21c7-0b3f-4f6a-a5d8-17c3e2f4b0b2"))
INDEX = {FIRMWARE: 1, DATA: 2}

METADATA_TYPE = uuid.UUID("8a7a84a0-8387-40f6-ab41-a8b9a5a60d23")
ESP_TYPE = uuid.UUID("c12a7328-f81f-11d2-ba4b-00a0c93ec93b")
GLOBAL = uuid.UUID("8be4df61-93ca-11d2-aa0d-00e098032b8c")
REPORT = uuid.UUID("39b68c46-f7fb-441b-b6ec-16b0f69821f3")
ZERO = uuid.UUID(int=0)

# Bank 1 of the flash
FLASH_SIZE = 64 * MIB
SECTOR = 256 << 10
VARIABLES_SIZE = 3 * SECTOR
METADATA_AT = (0xC0000, 0x100000)
BANK_AT = (0x200000, 0x1200000)
BANK_SIZE = 16 * MIB
