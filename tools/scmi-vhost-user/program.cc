// SPDX-License-Identifier: BSD-2-Clause
#include "tools/scmi-vhost-user/program.hh"

#include <sys/signalfd.h>

#include <algorithm>
#include <chrono>
#include <csignal>

namespace vhost {
namespace {

constexpr Microseconds kRetry = 50'000;   // between looks for a front end
constexpr Microseconds kPolling = 1'000;  // between looks at a ring without a kick

Microseconds now() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Program::Program(const Options& options, Log& log)
    : options_(options), log_(log), server_(options.server, log), control_(server_), console_(control_) {}

Outcome<void> Program::open() {
  if (!options_.fault.empty()) CHECK(server_.faults().set(options_.fault));
  CHECK(check_path(options_.socket));
  if (!options_.control.empty()) console_.listen(TRY_MOVE(Listener::at(options_.control)));
  if (options_.listen) listener_ = TRY_MOVE(Listener::at(options_.socket));
  signal(SIGPIPE, SIG_IGN);  // nobody may read the log any more
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = Fd(signalfd(-1, &set, SFD_CLOEXEC));
  return {};
}

bool Program::wait(std::span<pollfd> fds, Microseconds until) {
  std::vector<pollfd> all(fds.begin(), fds.end());
  all.push_back({.fd = signals_.get(), .events = POLLIN, .revents = 0});
  all.push_back(console_.waits());
  const Microseconds left = until == kNever ? -1 : std::max<Microseconds>(0, until - now());
  const timespec time{.tv_sec = time_t(left / 1'000'000), .tv_nsec = long(left % 1'000'000 * 1'000)};
  if (ppoll(all.data(), all.size(), left < 0 ? nullptr : &time, nullptr) < 0)
    for (pollfd& each : all) each.revents = 0;
  std::copy_n(all.begin(), fds.size(), fds.begin());
  if (all.back().revents) console_.work();
  if (control_.quits()) log_.say("told to quit");
  const bool ended = all[fds.size()].revents;
  if (ended) log_.say("ended by a signal");
  return !ended && !control_.quits();
}

Outcome<Fd> Program::find_front_end() {
  log_.say("waiting for a front end at {}", std::string_view(options_.socket));
  const Microseconds until = options_.listen ? kNever : now() + options_.patience;
  for (;;) {
    if (options_.listen) {
      pollfd listener{.fd = listener_.fd(), .events = POLLIN, .revents = 0};
      if (!wait(std::span(&listener, 1), until)) return Fd();
      if (Fd found = listener_.accept()) return found;
    } else {
      if (Fd found = TRY_MOVE(connect_to(options_.socket))) return found;
      if (now() >= until)
        return failure("no front end listens at " + options_.socket + "; is QEMU started with server=on?");
      if (!wait({}, now() + kRetry)) return Fd();
    }
  }
}

Program::Status Program::run() {
  for (;;) {
    auto found = find_front_end();
    if (!found) {
      log_.say("error: {}", std::string_view(found.error()));
      return Failed;
    }
    if (!*found || !serve(std::move(*found))) return died_ ? Died : Good;
    if (!options_.listen && !returns_) return Good;
  }
}

bool Program::listen_to(Connection& connection, Backend& backend) {
  for (;;) {
    auto message = connection.receive();
    if (message && !*message) return true;
    const uint32_t request = message ? (*message)->header.request : 0;
    const auto reply = message ? backend.handle(**message) : failure(message.error());
    if (!reply && reply.error() == Flaw::Closed) {
      log_.say("the front end is gone");
      return false;
    }
    if (!reply) {
      log_.say("front end, request {}: {}", request, text(reply.error()));
      return false;
    }
    if (*reply && !connection.send(**reply)) {
      log_.say("the front end takes no replies");
      return false;
    }
  }
}

bool Program::serve(Fd socket) {
  log_.say("a front end is there");
  returns_ = false;
  Connection connection(std::move(socket));
  Backend backend(server_, Server::kFeatures);
  server_.serve(&backend);
  bool goes_on = true;
  for (;;) {
    std::array<pollfd, 1 + Backend::kQueues> fds;
    fds[0] = {.fd = connection.fd(), .events = POLLIN, .revents = 0};
    Microseconds until = server_.due();
    for (size_t i = 0; i < Backend::kQueues; ++i) {
      const Queue& queue = backend.queue(i);
      fds[1 + i] = {.fd = queue.running ? queue.kick.get() : -1, .events = POLLIN, .revents = 0};
      if (queue.running && queue.kicked) until = 0;
      if (queue.running && queue.polled) until = std::min(until, now() + kPolling);
    }
    goes_on = wait(fds, until);
    if (!goes_on) break;
    for (size_t i = 0; i < Backend::kQueues; ++i) backend.queue(i).take_kick(fds[1 + i].revents);
    // What the front end says comes first: it says that a queue runs before the guest uses it.
    if (!listen_to(connection, backend)) break;
    server_.work(now());
    if (server_.wish() != Server::Wish::None) {
      died_ = server_.wish() == Server::Wish::Die;
      returns_ = !died_;
      goes_on = returns_;
      log_.say("{}", died_ ? "dies, as it was told" : "leaves its front end and comes back, as it was told");
      break;
    }
  }
  server_.serve(nullptr);
  return goes_on;
}

}  // namespace vhost
