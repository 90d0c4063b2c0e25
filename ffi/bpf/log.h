/* SPDX-License-Identifier: MIT */
/* What libbpf says. It has one printer for the whole process: loads of two handles must not overlap. */
#ifndef TCPTOP_LOG_H
#define TCPTOP_LOG_H

#include "../base/failure.h"

/* Warnings go to f from now on, which is emptied. */
void log_start(struct failure *f);
/* f is going away. */
void log_end(const struct failure *f);

#endif
