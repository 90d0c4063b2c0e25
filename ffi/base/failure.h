/* SPDX-License-Identifier: MIT */
/* Why the last call failed, for tcptop__error(). */
#ifndef TCPTOP_FAILURE_H
#define TCPTOP_FAILURE_H

#include <stdint.h>

#define LOG_BYTES 4096

struct failure {
	char stage[96];      /* what was being done */
	char log[LOG_BYTES]; /* what libbpf said of it (bpf/log.h) */
};

/* Notes the stage and returns -err. */
int32_t fail(struct failure *f, int err, const char *stage);

#endif
