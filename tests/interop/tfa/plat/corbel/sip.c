// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/tfa/plat/corbel/sip.c - the way in to the SCMI server on QEMU: nobody else owns these SMCs there.

#include <common/debug.h>
#include <common/runtime_svc.h>
#include <lib/xlat_tables/xlat_tables_v2.h>

#include "scmi_service.h"

static int32_t setup(void) {
  if (mmap_add_dynamic_region(SCMI_PAGE, SCMI_PAGE, PAGE_SIZE, MT_NON_CACHEABLE | MT_RW | MT_NS | MT_EXECUTE_NEVER) !=
      0) {
    panic();
  }
  scmi_service_start();
  return 0;
}

static uintptr_t handle(uint32_t function, u_register_t x1, u_register_t x2, u_register_t x3, u_register_t x4,
                        void* cookie, void* context, u_register_t flags) {
  if (function != SCMI_FUNCTION || !is_caller_non_secure(flags)) {
    SMC_RET1(context, SMC_UNK);
  }
  return scmi_service_ring(context);
}

DECLARE_RT_SVC(corbel_scmi, OEN_SIP_START, OEN_SIP_END, SMC_TYPE_FAST, setup, handle);
