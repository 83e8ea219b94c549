// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/tfa/scmi_domains.c - clocks and resets that TF-A's SCMI server offers: state without hardware.

#include <drivers/scmi-msg.h>
#include <drivers/scmi.h>

#include "scmi_domains.h"

size_t plat_scmi_clock_count(unsigned int agent) { return scmi_clock_count; }

const char* plat_scmi_clock_get_name(unsigned int agent, unsigned int id) { return scmi_clocks[id].name; }

int32_t plat_scmi_clock_rates_array(unsigned int agent, unsigned int id, unsigned long* rates, size_t* count,
                                    uint32_t from) {
  const struct scmi_clock* c = &scmi_clocks[id];

  if (c->name == NULL) {
    return SCMI_NOT_FOUND;
  }
  if (c->count == 0U) {
    return SCMI_NOT_SUPPORTED;
  }
  if (rates == NULL) {
    *count = c->count;
    return SCMI_SUCCESS;
  }
  // The server counts on us here: it subtracts the index from the count without a look at it.
  if (from >= c->count || *count > c->count - from) {
    return SCMI_OUT_OF_RANGE;
  }
  for (size_t i = 0U; i < *count; i++) {
    rates[i] = c->rates[from + i];
  }
  return SCMI_SUCCESS;
}

int32_t plat_scmi_clock_rates_by_step(unsigned int agent, unsigned int id, unsigned long* triplet) {
  for (size_t i = 0U; i < 3U; i++) {
    triplet[i] = scmi_clocks[id].rates[i];
  }
  return SCMI_SUCCESS;
}

unsigned long plat_scmi_clock_get_rate(unsigned int agent, unsigned int id) { return scmi_clocks[id].rate; }

// The server passes no rounding mode on: down to the next rate there is.
int32_t plat_scmi_clock_set_rate(unsigned int agent, unsigned int id, unsigned long rate) {
  struct scmi_clock* c = &scmi_clocks[id];

  if (c->name == NULL) {
    return SCMI_NOT_FOUND;
  }
  if (c->fixed) {
    return SCMI_DENIED;
  }
  if (c->count == 0U) {
    if (rate < c->rates[0] || rate > c->rates[1]) {
      return SCMI_OUT_OF_RANGE;
    }
    c->rate = rate - (rate - c->rates[0]) % c->rates[2];
    return SCMI_SUCCESS;
  }
  if (rate < c->rates[0] || rate > c->rates[c->count - 1U]) {
    return SCMI_OUT_OF_RANGE;
  }
  for (size_t i = 0U; i < c->count && c->rates[i] <= rate; i++) {
    c->rate = c->rates[i];
  }
  return SCMI_SUCCESS;
}

int32_t plat_scmi_clock_get_state(unsigned int agent, unsigned int id) { return scmi_clocks[id].enabled ? 1 : 0; }

int32_t plat_scmi_clock_set_state(unsigned int agent, unsigned int id, bool enable) {
  struct scmi_clock* c = &scmi_clocks[id];

  if (c->name == NULL) {
    return SCMI_NOT_FOUND;
  }
  if (c->fixed) {
    return SCMI_DENIED;
  }
  c->enabled = enable;
  return SCMI_SUCCESS;
}

size_t plat_scmi_rstd_count(unsigned int agent) { return scmi_reset_count; }

const char* plat_scmi_rstd_get_name(unsigned int agent, unsigned int id) { return scmi_resets[id].name; }

int32_t plat_scmi_rstd_autonomous(unsigned int agent, unsigned int id, unsigned int state) {
  if (scmi_resets[id].name == NULL) {
    return SCMI_NOT_FOUND;
  }
  // Only a whole reset, state 0, which means the same whichever way bit 31 is read.
  return state == 0U ? SCMI_SUCCESS : SCMI_NOT_SUPPORTED;
}

int32_t plat_scmi_rstd_set_state(unsigned int agent, unsigned int id, bool asserted) {
  if (scmi_resets[id].name == NULL) {
    return SCMI_NOT_FOUND;
  }
  scmi_resets[id].asserted = asserted;
  return SCMI_SUCCESS;
}
