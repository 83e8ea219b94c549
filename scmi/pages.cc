// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/pages.hh"

#include <algorithm>

namespace scmi {

Result<const uint32_t*> PageWalk::next() {
  if (at_ == count_) {
    if (last_) return nullptr;
    CHECK(fetch());
    if (count_ == 0) return nullptr;
  }
  return &page_[1 + item_words_ * at_++];
}

Result<void> PageWalk::fetch() {
  const uint32_t size = TRY(client_.call_raw(shape_, query_, page_));
  const Page page = judge_(client_, page_[0]);
  if (page.returned > (size - 4) / 4 / item_words_) return failure(Error::BadCount);
  if (page.returned == 0 && page.remaining != 0) return failure(Error::EndlessPages);
  uint32_t& index = query_[index_word_];
  const uint32_t total = index + page.returned + page.remaining;
  if (!begun_) total_ = total;
  if (total > total_) return failure(Error::EndlessPages);
  begun_ = true;
  at_ = 0;
  count_ = std::min(page.returned, uint32_t(kItemWordsInAPage) / item_words_);
  index += count_;
  last_ = page.remaining == 0 && count_ == page.returned;
  return {};
}

}  // namespace scmi
