/* SPDX-License-Identifier: MIT */
/* What is given up once everything is open. */
#ifndef TCPTOP_PRIVILEGES_H
#define TCPTOP_PRIVILEGES_H

#include <stdbool.h>

#include "reader.h"
#include "threads.h"
#include "../base/failure.h"

struct privileges {
	uint32_t uid, gid;   /* who a root becomes */
	capabilities kept;   /* by the reader's thread alone */
	bool namespaces;     /* setns() is still made */
};

/* As tcptop__drop(). reader: NULL: no capability is kept. */
int32_t privileges_drop(struct reader *reader, const struct privileges *p, struct failure *f);

#endif
