// SPDX-License-Identifier: BSD-2-Clause
// scmi/platform/reference.hh - the platform that the monitor and the tests serve.
#pragma once
#include "scmi/platform/description.hh"

namespace scmi::platform {

extern const Description kReference;

}  // namespace scmi::platform
