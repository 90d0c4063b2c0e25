/* SPDX-License-Identifier: MIT */
/* What the traffic's parent and its children share. */
#ifndef MATRIX_TRAFFIC_H
#define MATRIX_TRAFFIC_H

#include "driver.h"

#define ORDER_CLOSE 'c' /* any other order is a phase */

/* Ends the process with a sentence, errno in it, unless good. */
void check(bool good, const char *what);

/* Take orders, a byte each, and answer with a byte when one has been carried out. Return when the link closes. */
void serve_all(int link);
void connect_all(int link);

#endif
