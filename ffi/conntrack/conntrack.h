/* SPDX-License-Identifier: MIT */
/* What the kernel translates (NAT), beside another source: a record of each translation that begins and ends, and of those that there are. Where
 * there is none it is asked once a snapshot how many connections it knows, which costs some microseconds. */
#ifndef TCPTOP_CONNTRACK_H
#define TCPTOP_CONNTRACK_H

#include "../base/source.h"

/* Opens the tables of this network namespace and of all others that have connections in them. 0; -ENOENT: this kernel keeps no table; -EPERM: one
 * has connections in it, and may not be read; or another negative errno: what could be opened is open all the same. */
int conntrack_open(struct source **at);

#endif
