// SPDX-License-Identifier: BSD-2-Clause
#include "efi/capsule_report.hh"
#include "efi/trial.hh"
#include "efi/update.hh"
#include "lib/console.hh"
#include "lib/late.hh"
#include "shell/capsule.hh"

#ifdef CONFIG_CAPSULE
namespace shell {
namespace {

using efi::Capsule, efi::CapsuleKind, efi::Checked;

alignas(efi::Update) [[gnu::section(".bss..noinit")]] std::byte memory[sizeof(efi::Update)];
constinit Late<efi::Update> the_update{memory};

Checked<Applied> install(efi::Platform& platform, const Capsule& capsule) {
  const efi::Updated updated = TRY_CHECKED(the_update->run(platform, capsule));
  print("updated: bank {} is active{}, {} item{}\n", updated.bank, updated.on_trial ? " on trial"sv : ""sv,
        updated.items, updated.items == 1 ? ""sv : "s"sv);
  return Applied{CapsuleKind::FirmwareManagement, true};
}

Checked<Applied> accept(efi::Platform& platform, const Guid& type) {
  const auto all = efi::accept(platform, &type);
  if (!all && all.error() == Error::InvalidParameters) return REFUSE("accept", "nothing is on trial", Unsuccessful);
  if (!all) return REFUSE_ERROR("accept", all.error(), Unsuccessful);
  print("accepted: image {}{}\n", GuidText(type).view(), *all ? ", the bank stays"sv : ""sv);
  return Applied{CapsuleKind::Accept, false};
}

Checked<Applied> go_back(efi::Platform& platform) {
  const auto done = efi::revert(platform);
  if (!done && done.error() == Error::InvalidParameters) return REFUSE("revert", "nothing is on trial", Unsuccessful);
  if (!done) return REFUSE_ERROR("revert", done.error(), Unsuccessful);
  print("reverted: the bank before is active after a reset\n");
  return Applied{CapsuleKind::Revert, true};
}

Checked<Applied> apply(efi::Platform& platform, const Capsule& capsule) {
  switch (capsule.header().kind) {
    case CapsuleKind::FirmwareManagement: return install(platform, capsule);
    case CapsuleKind::Accept: return accept(platform, capsule.accepts());
    case CapsuleKind::Revert: return go_back(platform);
    case CapsuleKind::WindowsUx: break;
  }
  print("skipped: a picture for a screen\n");
  return Applied{CapsuleKind::WindowsUx, false};
}

void write(efi::Variables& variables, const efi::CapsuleReport& report) {
  if (const auto written = efi::write_capsule_report(variables, report); !written)
    print("capsule report: {}\n", written.error());
}

// One record for each image that is known of, or one for the capsule.
void write_reports(efi::Platform& platform, const Checked<Capsule>& capsule, std::string_view file,
                   const Checked<Applied>& applied) {
  const auto variables = platform.variables();
  if (!variables) return;
  efi::CapsuleReport report;
  report.file = file.substr(0, efi::kMostReportFile);
  report.status = applied ? efi::Status::Success : applied.error().status();
  if (capsule) report.capsule = capsule->header().guid;
  unsigned written = 0;
  for (unsigned number = 0; capsule && number < capsule->items() && written < platform.images().size(); ++number) {
    const auto item = capsule->item(number);
    if (!item || !platform.find(item->type)) continue;
    report.has_item = true;
    report.item = {uint8_t(number), item->index, item->type};
    if (!applied) report.status = applied.error().status_of(number);
    write(**variables, report);
    ++written;
  }
  if (written == 0) write(**variables, report);
}

}  // namespace

Result<efi::Platform*> platform_of(const Call& call) {
  about("firmware update"sv);
  return call.machine.updates();
}

efi::Update& update() { return *the_update; }

Checked<Applied> apply(efi::Platform& platform, Reader& source, std::string_view file) {
  const auto capsule = Capsule::open(source);
  const auto applied = capsule ? apply(platform, *capsule) : std::unexpected(capsule.error());
  write_reports(platform, capsule, file, applied);
  return applied;
}

}  // namespace shell
#endif
