// SPDX-License-Identifier: BSD-2-Clause
#include "shell/update_boot.hh"

#include "efi/settle.hh"
#include "efi/trial.hh"
#include "lib/console.hh"
#include "shell/capsule_disk.hh"

#ifdef CONFIG_CAPSULE
namespace shell {
namespace {

void restart(Machine& machine, std::string_view why) {
  print("firmware update: {}; reset\n", why);
  print("firmware update: no reset: {}\n", machine.reset());
}

}  // namespace

void begin_updates(Machine& machine) {
  const auto platform = machine.updates();
  if (!platform) return;
  const auto settled = efi::settle_at_boot(**platform);
  if (!settled) {
    (*platform)->progress().unsettled(settled.error());
  } else if (*settled) {
    restart(machine, "another bank than the active one was set to start, which fwu alone decides; set back");
    return;
  }
  const auto trial = efi::count_trial_boot(**platform);
  if (!trial) {
    print("firmware update: {}\n", trial.error());
  } else if (trial->kind == efi::Trial::Kind::Running) {
    print("firmware update: on trial, boot {} of {}; fwu accept keeps it\n", trial->boots, efi::kMostTrialBoots);
  } else if (trial->kind == efi::Trial::Kind::GivenUp) {
    restart(machine, "never accepted, the bank before is active again");
    return;
  }
  if (capsules_are_wanted(**platform) && apply_waiting_capsules(machine)) restart(machine, "installed");
}

}  // namespace shell
#endif
