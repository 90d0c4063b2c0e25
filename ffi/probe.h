/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_PROBE_H
#define TCPTOP_PROBE_H

#include <stdbool.h>

/* Whether the kernel refuses iter/bpf_sk_storage_map to this process. False where that cannot be told. */
bool storage_walk_is_refused(void);

#endif
