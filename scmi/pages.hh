// SPDX-License-Identifier: BSD-2-Clause
// scmi/pages.hh - walks a multi-part reply, one page at a time, in memory of its own.
#pragma once
#include <array>
#include <bit>
#include <optional>

#include "scmi/client.hh"

namespace scmi {

/// Counts in the head of a page.
struct Page {
  uint32_t returned, remaining;
};

/// The walk for every list. It is held to what its first page promises: every count comes from the platform, so each is
/// bounded by what was really received, else BadCount; a page that brings nothing while promising more, or that raises
/// the total on the way, is EndlessPages; so the walk always ends. A total that shrinks is tolerated: servers exist
/// that count too many at first. What a page holds beyond our memory is asked for again.
class PageWalk {
 public:
  using Judge = Page (*)(Client& client, uint32_t head);  // counts out of the word that heads a page

  /// `query`: the request's words; the one that is the index comes at `index_word`.
  PageWalk(Client& client, Client::Shape shape, std::array<uint32_t, 4> query, uint8_t index_word, uint8_t item_words,
           Judge judge)
      : client_(client),
        shape_(shape),
        query_(query),
        judge_(judge),
        index_word_(index_word),
        item_words_(item_words) {}

  /// The words of the next item, good until the next call; null at the end. Fails as Client::call() does, or with
  /// BadCount, EndlessPages.
  Result<const uint32_t*> next();
  /// The word that heads the page last fetched.
  uint32_t head() const { return page_[0]; }

  static constexpr size_t kItemWordsInAPage = 32;

 private:
  Result<void> fetch();

  Client& client_;
  Client::Shape shape_;
  std::array<uint32_t, 4> query_;
  Judge judge_;
  uint8_t index_word_, item_words_;
  bool begun_ = false, last_ = false;
  uint32_t total_ = 0, at_ = 0, count_ = 0;  // total: items promised; at, count: in this page
  std::array<uint32_t, 1 + kItemWordsInAPage> page_;
};

/// Q is a Request that ends with `le32 index`; its Reply is the head word, `Item` follows, and
/// `static Page page(Client&, uint32_t head)` takes the counts out of the head.
template <Request Q>
class Pages : public PageWalk {
 public:
  using Item = typename Q::Item;
  Pages(Client& client, Q query)
      : PageWalk(client, Client::Shape::of<Q>(1 + kItemWordsInAPage), Client::words_of(query), sizeof(Q) / 4 - 1,
                 sizeof(Item) / 4, Q::page) {}

  /// The next item, or nothing at the end.
  Result<std::optional<Item>> next() {
    const auto item = PageWalk::next();
    if (!item) return failure(item.error());
    if (!*item) return std::nullopt;
    std::array<uint32_t, sizeof(Item) / 4> words;
    for (size_t i = 0; i < words.size(); ++i) words[i] = (*item)[i];
    return std::bit_cast<Item>(words);
  }
};

}  // namespace scmi
