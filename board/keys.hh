// SPDX-License-Identifier: BSD-2-Clause
// board/keys.hh - the keys that this firmware trusts: those that CONFIG_CAPSULE_KEYS lists, put in by tools/keys.
#pragma once
#include "efi/keys.hh"

const efi::Keys& board_keys();
