// SPDX-License-Identifier: BSD-2-Clause
// scmi/pages.hh - walks a multi-part reply, one page on the stack at a time.
#pragma once
#include <algorithm>
#include <array>
#include <optional>

#include "scmi/client.hh"

namespace scmi {

struct Page {
  uint32_t returned, remaining;
};

/// Holds a walk to what its first page promises. Every count comes from the platform, so each is bounded by what was
/// really received: BadCount. A page that brings nothing while promising more, or that raises the total on the way, is
/// EndlessPages; so the walk always ends. A total that shrinks is tolerated: servers exist that count too many at
/// first.
class PageWalk {
 public:
  /// `received`: whole items in the page; `room`: items that we can take of it, the others are asked for again.
  /// Returns how many of its items to take.
  Result<uint32_t> judge(Page page, uint32_t received, uint32_t room);
  bool last() const { return last_; }
  uint32_t index() const { return index_; }

 private:
  uint32_t index_ = 0, total_ = 0;
  bool last_ = false;
};

/// Q is a Request with `le32 index`, `Item`, and `static Page page(Client&, Reply)`.
template <Request Q>
class Pages {
 public:
  using Item = typename Q::Item;
  Pages(Client& client, Q query) : client_(client), query_(query) {}

  /// The next item, or nothing at the end. Fails as Client::call() does, or with BadCount, EndlessPages.
  Result<std::optional<Item>> next() {
    if (at_ == count_) {
      if (walk_.last()) return std::nullopt;
      CHECK(fetch());
      if (at_ == count_) return std::nullopt;
    }
    return page_.items[at_++];
  }
  /// Header of the page last fetched (format flags).
  const typename Q::Reply& head() const { return page_.head; }

 private:
  Result<void> fetch() {
    query_.index = walk_.index();
    const std::span words(reinterpret_cast<uint32_t*>(&page_), sizeof page_ / 4);
    const uint32_t size = TRY(client_.call_raw(query_, words));
    const uint32_t received = (size - uint32_t(sizeof page_.head)) / uint32_t(sizeof(Item));
    count_ = TRY(walk_.judge(Q::page(client_, page_.head), received, kMostItems));
    at_ = 0;
    return {};
  }

  static constexpr size_t kMostItems = 128 / sizeof(Item);  // what fits the usual channel, and a little more
  Client& client_;
  Q query_;
  struct {
    typename Q::Reply head;
    std::array<Item, kMostItems> items;
  } page_{};
  uint32_t at_ = 0, count_ = 0;
  PageWalk walk_;
};

}  // namespace scmi
