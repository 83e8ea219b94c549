// SPDX-License-Identifier: BSD-2-Clause
// shell/scmi.hh - what the SCMI commands share. A command with `scmi` among its leading words runs only when there is a
// platform, so none of them asks.
#pragma once
#include "scmi/instance.hh"
#include "shell/command.hh"

namespace shell {

/// The instance that `scmi dev` chose, at first the first one; and its client for `protocol`.
scmi::Instance& chosen();
scmi::Client& chosen(scmi::Protocol protocol);

/// The instance's place among all.
size_t index_of(const scmi::Instance& instance);

/// Whether an argument on|off|1|0 says on.
bool is_on(std::string_view word);

/// Whether the platform answered so, rather than that nothing or nonsense came back.
inline bool is_status(Error error) { return error >= Error::UnknownStatus; }

/// What became of a message, in words: a status of SCMI, or one of our own errors where nothing valid came back.
std::string_view outcome(int32_t result);

/// Routes notifications of `event` from any channel of the chosen instance: the one that carries commands of a protocol
/// need not be the one that brings its notifications.
Result<void> listen(scmi::Command event, scmi::Client::Handler handler, void* context);
/// From now on they print a line.
Result<void> print_events(scmi::Command event);

}  // namespace shell
