/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_PROBE_H
#define TCPTOP_PROBE_H

#include <stdbool.h>

/* Whether the kernel refuses iter/bpf_sk_storage_map to this process. False where that is not known. */
bool storage_walk_is_refused(void);

/* Whether programs may read the kernel's memory by bpf_probe_read_kernel_str(): lockdown=confidentiality refuses it. */
bool kernel_reads_are_allowed(void);

#endif
