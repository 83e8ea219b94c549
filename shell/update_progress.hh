// SPDX-License-Identifier: BSD-2-Clause
// shell/update_progress.hh - a firmware update tells the person at the terminal how far it is.
#pragma once
#include <optional>

#include "efi/platform.hh"
#include "lib/console.hh"
#include "shell/progress.hh"

namespace shell {

class UpdateProgress final : public efi::Progress {
 public:
  explicit constexpr UpdateProgress(const Time& (*time)()) : time_(time) {}
  void step(std::string_view what, [[maybe_unused]] unsigned item, uint64_t done, uint64_t total) override {
    if (!line_) line_.emplace(time_(), what, total);
    line_->at(done);
    if (done < total) return;
    line_->end();
    line_.reset();
  }
  void unsettled(const efi::Refusal& why) override {
    stop();
    print("firmware update: ");
    print_refusal(console(), why);
    print("; the installed image counts, the next boot tries again\n");
  }
  /// What was begun is not ended: a refusal came between.
  void stop() {
    if (line_) line_->end();
    line_.reset();
  }

 private:
  const Time& (*time_)();
  std::optional<shell::Progress> line_;
};

}  // namespace shell
