// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/tfa/scmi_service.c - TF-A's SCMI server as an SMC service: one agent, one page of shared memory.
// The device tree that goes with it is scmi.dtso.

#include <common/debug.h>
#include <common/runtime_svc.h>
#include <drivers/scmi-msg.h>
#include <drivers/scmi.h>
#include <lib/xlat_tables/xlat_tables_v2.h>

enum {
  kFunction = 0x82000010,
  kPage = 0x5ffff000,
  kAgent = 1,
};

static struct scmi_msg_channel channel = {
    .shm_addr = kPage,
    .shm_size = SMT_BUF_SLOT_SIZE,
};

struct scmi_msg_channel* plat_scmi_get_channel(unsigned int agent) { return agent == kAgent ? &channel : NULL; }

static const uint8_t protocols[] = {SCMI_PROTOCOL_ID_CLOCK, SCMI_PROTOCOL_ID_RESET_DOMAIN, 0};

size_t plat_scmi_protocol_count(void) { return sizeof(protocols) - 1; }

const uint8_t* plat_scmi_protocol_list(unsigned int agent) { return protocols; }

const char* plat_scmi_vendor_name(void) { return "trusted-fw"; }

const char* plat_scmi_sub_vendor_name(void) { return "qemu"; }

static int32_t setup(void) {
  // Non-cacheable, as the firmware maps it: neither side sees a stale line of the other's.
  if (mmap_add_dynamic_region(kPage, kPage, PAGE_SIZE, MT_NON_CACHEABLE | MT_RW | MT_NS | MT_EXECUTE_NEVER) != 0) {
    panic();
  }
  scmi_smt_init_agent_channel(&channel);
  return 0;
}

static uintptr_t handle(uint32_t function, u_register_t x1, u_register_t x2, u_register_t x3, u_register_t x4,
                        void* cookie, void* context, u_register_t flags) {
  if (function != kFunction || !is_caller_non_secure(flags)) {
    SMC_RET1(context, SMC_UNK);
  }
  scmi_smt_fastcall_smc_entry(kAgent);
  SMC_RET1(context, 0);
}

DECLARE_RT_SVC(corbel_scmi, OEN_SIP_START, OEN_SIP_END, SMC_TYPE_FAST, setup, handle);
