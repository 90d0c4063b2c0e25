/* SPDX-License-Identifier: MIT */
/* The way to a file or folder that the user named, component by component. */
#ifndef TCPTOP_PATH_H
#define TCPTOP_PATH_H

#include <limits.h>
#include <stdint.h>

struct walk {
	int folder;             /* descriptor that the rest of the path is relative to */
	char left[PATH_MAX];
	unsigned links;
	uint32_t uid;           /* of the invoking user */
	uint32_t whose;         /* owner of what was refused */
};

/* Enters all folders of the path; its last component is left. w->folder is AT_FDCWD, w->uid the user's, everything else 0. 0 or negative errno;
 * the caller closes w->folder unless it is AT_FDCWD still. */
int path_enter(struct walk *w, const char *path);

#endif
