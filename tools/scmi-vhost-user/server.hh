// SPDX-License-Identifier: BSD-2-Clause
// tools/scmi-vhost-user/server.hh - the reference platform behind two virtqueues (virtio 1.2, 5.17): commands are taken
// and answered, notifications and delayed responses sent. It waits for nothing: whoever runs it says what time it is.
#pragma once
#include <array>
#include <deque>
#include <memory>

#include "scmi/platform/platform.hh"
#include "tools/scmi-vhost-user/backend.hh"
#include "tools/scmi-vhost-user/faults.hh"
#include "tools/scmi-vhost-user/log.hh"

namespace vhost {

using Microseconds = int64_t;
inline constexpr Microseconds kNever = INT64_MAX;

class Server final : public Device {
 public:
  /// Features of the device (5.17.3, 6).
  static const uint64_t kFeatures;

  struct Options {
    scmi::platform::Release release = scmi::platform::Release::V3_2;
    uint32_t agent = 1;      // who sits at the other end
    Microseconds delay = 0;  // that an answer takes
  };
  struct Statistics {
    uint64_t commands = 0, answers = 0, delayed_responses = 0, notifications = 0;
  };
  /// What a fault asks of the program.
  enum class Wish : uint8_t { None, Die, Return };

  /// `log` outlives the server. The platform is as after power on.
  Server(const Options& options, Log& log);
  Server(const Server&) = delete;

  /// Another front end, whose device `backend` is; null: there is none. The platform is as after power on.
  void serve(Backend* backend);
  /// Does what is to be done at this time.
  void work(Microseconds now);
  /// When work() is to be called again at the latest.
  Microseconds due() const;
  Wish wish() const { return wish_; }

  void on_start(size_t index) override;
  void on_stop(size_t index) override;

  Faults& faults() { return faults_; }
  scmi::platform::Platform& platform() { return *platform_; }
  uint32_t agent() const { return options_.agent; }
  const Statistics& statistics() const { return statistics_; }
  uint32_t dropped() const { return platform_->outbox(options_.agent).dropped(); }

 private:
  static constexpr size_t kArea = 4096;
  static constexpr Microseconds kWorkTime = 2'000;         // that an asynchronous command takes
  static constexpr Microseconds kOutOfOrderTime = 20'000;  // after which an answer is not held any more

  /// An answer on its way.
  struct Answer {
    Chain chain;
    scmi::Header header;
    std::vector<std::byte> bytes;
    uint32_t length;  // that the guest is told
    Act act;
    Microseconds due;  // kNever: when another one has gone
  };

  void take_commands(Microseconds now);
  void take(Chain chain, Microseconds now);
  Answer answer(Chain chain, std::span<const std::byte> request);
  void give_answers(Microseconds now);
  void give(const Answer& answer);
  void send_events();
  void ring_failed(size_t index, Flaw flaw);
  Queue& queue(size_t index) { return backend_->queue(index); }
  bool runs(size_t index) const { return backend_ && backend_->queue(index).running; }

  const Options options_;
  Log& log_;
  Backend* backend_ = nullptr;
  std::unique_ptr<scmi::platform::Platform> platform_;
  Faults faults_;
  // Faults of what replies say are those of the platform in shared memory: each command passes through an area of ours.
  alignas(8) std::array<std::byte, kArea> area_{};
  scmi::platform::Channel channel_;
  scmi::platform::FaultyChannel faulty_;

  std::deque<Answer> answers_;
  Microseconds complete_due_ = kNever;
  Wish wish_ = Wish::None;
  Statistics statistics_;
};

}  // namespace vhost
