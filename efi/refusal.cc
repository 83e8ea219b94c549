// SPDX-License-Identifier: BSD-2-Clause
// efi/refusal.cc
#include "efi/refusal.hh"

namespace efi {

void print_refusal(Output& out, const Refusal& refusal) {
  if (refusal.item() >= 0) print_to(out, "item {}: ", refusal.item());
  print_to(out, "{}: {}", refusal.check(), refusal.error() != Error{} ? text(refusal.error()) : refusal.why());
}

}  // namespace efi
