// SPDX-License-Identifier: BSD-2-Clause
// shell/names.hh - SCMI in words.
#pragma once
#include <cstdint>
#include <string_view>

namespace shell {

/// "clock" for 0x14; "vendor" from 0x80 on; "protocol" for one that we do not know.
std::string_view protocol_name(uint8_t protocol);
/// "RATE_GET" for 0x14, 0x6. `arrival`: message is the id of a notification. Empty: not known.
std::string_view message_name(uint8_t protocol, uint8_t message, bool notification);

}  // namespace shell
