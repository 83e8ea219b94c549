// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/tfa/scmi_domains.h - the clocks and resets of a platform: its scmi_table.c says which there are.
#ifndef CORBEL_SCMI_DOMAINS_H
#define CORBEL_SCMI_DOMAINS_H

#include <stdbool.h>
#include <stddef.h>

#include <lib/utils_def.h>

#define MHZ(n) ((n) * 1000000ULL)  // so that what an unsigned long cannot hold is refused
#define LIST(...) \
  .rates = (const unsigned long[]){__VA_ARGS__}, .count = ARRAY_SIZE(((const unsigned long[]){__VA_ARGS__}))
#define RANGE(lowest, highest, step) \
  .rates = (const unsigned long[]) { lowest, highest, step }

// A list of rates in ascending order, or without a count the range {lowest, highest, step}.
struct scmi_clock {
  const char* name;  // at most 15 characters; NULL: a hole in the range of identifiers
  const unsigned long* rates;
  size_t count;
  unsigned long rate;
  bool enabled;
  bool fixed;
};

struct scmi_reset {
  const char* name;  // as a clock's
  bool asserted;
};

extern struct scmi_clock scmi_clocks[];
extern const size_t scmi_clock_count;
extern struct scmi_reset scmi_resets[];
extern const size_t scmi_reset_count;

#endif
