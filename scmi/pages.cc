// SPDX-License-Identifier: BSD-2-Clause
#include "scmi/pages.hh"

namespace scmi {

Result<uint32_t> PageWalk::judge(Page page, uint32_t received, uint32_t room) {
  if (page.returned > received) return failure(Error::BadCount);
  if (page.returned == 0 && page.remaining != 0) return failure(Error::EndlessPages);
  const uint32_t total = index_ + page.returned + page.remaining;
  if (index_ == 0)
    total_ = total;
  else if (total > total_)
    return failure(Error::EndlessPages);
  const uint32_t taken = std::min(page.returned, room);
  index_ += taken;
  last_ = page.remaining == 0 && taken == page.returned;
  return taken;
}

}  // namespace scmi
