/* SPDX-License-Identifier: MIT */
/* Why the running kernel drops packets: its own names, which stand for other numbers in other kernels. */
#ifndef TCPTOP_BPF_REASONS_H
#define TCPTOP_BPF_REASONS_H

#include <stdbool.h>

#include "../../bpf/drops.h"

#define REASON_NAME 32

struct reasons {
	bool has_receiver;   /* the event says which socket was to have the packet (since 6.11) */
	char names[DROP_REASONS][REASON_NAME]; /* without SKB_DROP_REASON_; empty: no such reason */
};

/* From the kernel's BTF. 0, or -ENOENT: it gives no reasons (before 5.17). */
int reasons_read(struct reasons *r);

/* Whether a packet that was dropped for the reason is one that is missed. */
bool reason_is_loss(const char *name);

#endif
