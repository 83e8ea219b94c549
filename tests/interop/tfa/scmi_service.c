// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/tfa/scmi_service.c - TF-A's SCMI server as an SMC service: one agent, one page of shared memory.

#include <common/runtime_svc.h>
#include <drivers/scmi-msg.h>
#include <drivers/scmi.h>

#include "scmi_service.h"

enum { kAgent = 1 };

static struct scmi_msg_channel channel = {
    .shm_addr = SCMI_PAGE,
    .shm_size = SMT_BUF_SLOT_SIZE,
};

struct scmi_msg_channel* plat_scmi_get_channel(unsigned int agent) { return agent == kAgent ? &channel : NULL; }

static const uint8_t protocols[] = {SCMI_PROTOCOL_ID_CLOCK, SCMI_PROTOCOL_ID_RESET_DOMAIN, 0};

size_t plat_scmi_protocol_count(void) { return sizeof(protocols) - 1; }

const uint8_t* plat_scmi_protocol_list(unsigned int agent) { return protocols; }

const char* plat_scmi_vendor_name(void) { return "trusted-fw"; }

const char* plat_scmi_sub_vendor_name(void) { return SCMI_SUB_VENDOR; }

void scmi_service_start(void) { scmi_smt_init_agent_channel(&channel); }

uintptr_t scmi_service_ring(void* context) {
  scmi_smt_fastcall_smc_entry(kAgent);
  SMC_RET1(context, 0);
}
