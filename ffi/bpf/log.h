/* SPDX-License-Identifier: MIT */
/* What libbpf says. It has one printer for the whole process, which tells threads apart. */
#ifndef TCPTOP_LOG_H
#define TCPTOP_LOG_H

#include "../base/failure.h"

/* This thread's warnings go to f from now on, which is emptied. */
void log_start(struct failure *f);
/* f is going away. On the thread of log_start(), if that goes on. */
void log_end(const struct failure *f);

#endif
