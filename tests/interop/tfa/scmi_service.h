// SPDX-License-Identifier: BSD-2-Clause
// tests/interop/tfa/scmi_service.h - TF-A's SCMI server as an SMC service. What is the platform's own is in its
// scmi_platform.h: SCMI_FUNCTION, the SMC that rings; SCMI_PAGE, the address of the shared memory; SCMI_SUB_VENDOR.
#ifndef CORBEL_SCMI_SERVICE_H
#define CORBEL_SCMI_SERVICE_H

#include <stdint.h>

#include <scmi_platform.h>

// Frees the channel. The page has to be mapped: non-cacheable, as the firmware maps it, so that neither side sees a
// stale line of the other's.
void scmi_service_start(void);

// Answers the message in the channel.
uintptr_t scmi_service_ring(void* context);

#endif
