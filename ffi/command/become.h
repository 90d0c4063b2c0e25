/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_BECOME_H
#define TCPTOP_BECOME_H

#include "minder.h"

/* The calling process, which has one thread, becomes the command's user for good. 0 or an errno. */
int user_become(const struct command *c);

#endif
