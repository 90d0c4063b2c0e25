/* SPDX-License-Identifier: MIT */
/* What is given up once everything is open. */
#ifndef TCPTOP_PRIVILEGES_H
#define TCPTOP_PRIVILEGES_H

#include <stdbool.h>

#include "reader.h"
#include "threads.h"
#include "../base/failure.h"

struct keeper {
	struct reader *thread; /* NULL: there is none */
	capabilities kept;
};

struct privileges {
	uint32_t uid, gid;     /* who a root becomes */
	struct keeper keepers[SPARED_MAX];
	bool namespaces;       /* setns() is still made */
};

/* As tcptop__drop(). */
int32_t privileges_drop(const struct privileges *p, struct failure *f);

#endif
