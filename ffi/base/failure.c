/* SPDX-License-Identifier: MIT */
#include "failure.h"

#include <errno.h>
#include <stdio.h>

int32_t fail(struct failure *f, int err, const char *stage)
{
	snprintf(f->stage, sizeof(f->stage), "%s", stage);
	return err ? -err : -EIO;
}
