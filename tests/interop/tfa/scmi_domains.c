// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/tfa/scmi_domains.c - the clocks and resets that TF-A's SCMI server offers: state without hardware.

#include <drivers/scmi-msg.h>
#include <drivers/scmi.h>
#include <lib/utils_def.h>

#define MHZ(n) ((n) * 1000000UL)
#define LIST(...) \
  .rates = (const unsigned long[]){__VA_ARGS__}, .count = ARRAY_SIZE(((const unsigned long[]){__VA_ARGS__}))

// A list of rates in ascending order, or without a count the range {lowest, highest, step}.
struct clock {
  const char* name;  // NULL: a hole in the range of identifiers
  const unsigned long* rates;
  size_t count;
  unsigned long rate;
  bool enabled;
  bool fixed;
};

static struct clock clocks[] = {
    // More rates than one reply holds.
    {"cpu",
     LIST(MHZ(408), MHZ(600), MHZ(816), MHZ(1008), MHZ(1200), MHZ(1296), MHZ(1416), MHZ(1512), MHZ(1608), MHZ(1704),
          MHZ(1800), MHZ(1896), MHZ(2016), MHZ(2208)),
     .rate = MHZ(1200), .enabled = true},
    {"cluster", LIST(MHZ(400), MHZ(800), MHZ(1200)), .rate = MHZ(800), .enabled = true},
    {"ddr", LIST(MHZ(400), MHZ(800), MHZ(1066), MHZ(1600)), .rate = MHZ(1066), .enabled = true},
    {"uart", LIST(1843200UL, MHZ(24), MHZ(48)), .rate = MHZ(24), .enabled = true},
    // Rates that do not fit 32 bits.
    {"serdes", LIST(MHZ(2500), MHZ(3125), MHZ(5000), 10312500000UL), .rate = MHZ(5000)},
    {"pixel", .rates = (const unsigned long[]){MHZ(25), MHZ(600), 1000UL}, .rate = 148500000UL},
    {"mmc", LIST(400000UL, MHZ(25), MHZ(50), MHZ(100), MHZ(200)), .rate = 400000UL},
    {NULL},
    {"rtc", LIST(32768UL), .rate = 32768UL, .enabled = true, .fixed = true},
    {"usb_phy_ref_clk", LIST(MHZ(12), 19200000UL, MHZ(24), MHZ(48)), .rate = MHZ(24)},
};

size_t plat_scmi_clock_count(unsigned int agent) { return ARRAY_SIZE(clocks); }

const char* plat_scmi_clock_get_name(unsigned int agent, unsigned int id) { return clocks[id].name; }

int32_t plat_scmi_clock_rates_array(unsigned int agent, unsigned int id, unsigned long* rates, size_t* count,
                                    uint32_t from) {
  const struct clock* c = &clocks[id];

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
    triplet[i] = clocks[id].rates[i];
  }
  return SCMI_SUCCESS;
}

unsigned long plat_scmi_clock_get_rate(unsigned int agent, unsigned int id) { return clocks[id].rate; }

// The server passes no rounding mode on: down to the next rate there is.
int32_t plat_scmi_clock_set_rate(unsigned int agent, unsigned int id, unsigned long rate) {
  struct clock* c = &clocks[id];

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

int32_t plat_scmi_clock_get_state(unsigned int agent, unsigned int id) { return clocks[id].enabled ? 1 : 0; }

int32_t plat_scmi_clock_set_state(unsigned int agent, unsigned int id, bool enable) {
  struct clock* c = &clocks[id];

  if (c->name == NULL) {
    return SCMI_NOT_FOUND;
  }
  if (c->fixed) {
    return SCMI_DENIED;
  }
  c->enabled = enable;
  return SCMI_SUCCESS;
}

static struct {
  const char* name;
  bool asserted;
} resets[] = {{"uart"}, {"mmc"}, {"usb"}, {"pcie"}, {NULL}, {"ethernet"}};

size_t plat_scmi_rstd_count(unsigned int agent) { return ARRAY_SIZE(resets); }

const char* plat_scmi_rstd_get_name(unsigned int agent, unsigned int id) { return resets[id].name; }

int32_t plat_scmi_rstd_autonomous(unsigned int agent, unsigned int id, unsigned int state) {
  if (resets[id].name == NULL) {
    return SCMI_NOT_FOUND;
  }
  // Only a whole reset, state 0, which means the same whichever way bit 31 is read.
  return state == 0U ? SCMI_SUCCESS : SCMI_NOT_SUPPORTED;
}

int32_t plat_scmi_rstd_set_state(unsigned int agent, unsigned int id, bool asserted) {
  if (resets[id].name == NULL) {
    return SCMI_NOT_FOUND;
  }
  resets[id].asserted = asserted;
  return SCMI_SUCCESS;
}
