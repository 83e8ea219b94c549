// SPDX-License-Identifier: BSD-2-Clause
// shell/scmi_base.cc - what a privileged agent may do with the others. The names are those of U-Boot.
#include "scmi/base.hh"

#include "shell/scmi.hh"

namespace shell {

COMMAND(scmi_perm_dev, "scmi perm_dev AGENT DEVICE on|off|1|0", "allows an agent a device") {
  scmi::base::Base base(chosen(scmi::Protocol::Base));
  return base.set_device_permissions(uint32_t(call.number(0)), uint32_t(call.number(1)), is_on(call.text(2)));
}

COMMAND(scmi_perm_proto, "scmi perm_proto AGENT DEVICE PROTOCOL on|off|1|0", "allows it one protocol of a device") {
  scmi::base::Base base(chosen(scmi::Protocol::Base));
  if (call.number(2) > 0xff) return failure(Error::Usage);
  return base.set_protocol_permissions(uint32_t(call.number(0)), uint32_t(call.number(1)), uint8_t(call.number(2)),
                                       is_on(call.text(3)));
}

COMMAND(scmi_reset, "scmi reset AGENT 0|1", "resets what an agent configured; with 1 its permissions too") {
  scmi::base::Base base(chosen(scmi::Protocol::Base));
  return base.reset_agent_configuration(uint32_t(call.number(0)), is_on(call.text(1)));
}

COMMAND(scmi_errors, "scmi errors on|off", "prints the platform's error events") {
  CHECK(print_events(scmi::base::wire::kErrorEvent));
  return scmi::base::Base(chosen(scmi::Protocol::Base)).notify_errors(is_on(call.verb()));
}

}  // namespace shell
