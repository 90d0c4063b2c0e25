/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_PROBE_H
#define TCPTOP_PROBE_H

#include <stdbool.h>

/* Whether the kernel refuses iter/bpf_sk_storage_map to this process. False where that is not known. */
bool storage_walk_is_refused(void);

/* Whether the kernel runs no tracing program while the machine's first process is current. The kernels of which that is known (a cloud's 6.18, two
 * builds) refuse fentry programs, and no other is known to do so where tracepoints may be had. False where that is not known. */
bool first_process_is_hidden(void);

/* Whether programs may read the kernel's memory by bpf_probe_read_kernel_str(): lockdown=confidentiality refuses it. */
bool kernel_reads_are_allowed(void);

#endif
