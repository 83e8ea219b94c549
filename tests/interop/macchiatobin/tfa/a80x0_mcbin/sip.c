// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/macchiatobin/tfa/a80x0_mcbin/sip.c - the way in to the SCMI server, beside Marvell's calls.

#include <arch_helpers.h>
#include <common/runtime_svc.h>
#include <lib/xlat_tables/xlat_tables_v2.h>

#include "scmi_service.h"

// An owner of SMCs has one service, and Marvell's would be it. Included without its registration, its handler is the
// one that ours passes everything else on to.
#pragma push_macro("DECLARE_RT_SVC")
#undef DECLARE_RT_SVC
#define DECLARE_RT_SVC(name, ...) CASSERT(true, name##_is_registered_below)
#include <mrvl_sip_svc.c>
#pragma pop_macro("DECLARE_RT_SVC")

// The platform maps all DRAM as cached. What is mapped within may differ, so the page goes in before the tables are
// made.
const mmap_region_t* plat_marvell_get_mmap(void) {
  mmap_add_region(SCMI_PAGE, SCMI_PAGE, PAGE_SIZE, MT_NON_CACHEABLE | MT_RW | MT_NS | MT_EXECUTE_NEVER);
  return plat_marvell_mmap;
}

static int32_t setup(void) {
  // The image that BL1 and BL2 were loaded from may have lain there, and be in the cache still.
  flush_dcache_range(SCMI_PAGE, PAGE_SIZE);
  scmi_service_start();
  return 0;
}

static uintptr_t handle(uint32_t function, u_register_t x1, u_register_t x2, u_register_t x3, u_register_t x4,
                        void* cookie, void* context, u_register_t flags) {
  if (function == SCMI_FUNCTION && is_caller_non_secure(flags)) {
    return scmi_service_ring(context);
  }
  return mrvl_sip_smc_handler(function, x1, x2, x3, x4, cookie, context, flags);
}

DECLARE_RT_SVC(marvell_and_scmi, OEN_SIP_START, OEN_SIP_END, SMC_TYPE_FAST, setup, handle);
