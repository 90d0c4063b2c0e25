/* SPDX-License-Identifier: MIT */
#include "handle.h"
#include "privileges/privileges.h"

#include <errno.h>
#include <linux/capability.h>

int32_t tcptop__drop(struct tcptop *t, uint32_t uid, uint32_t gid)
{
	struct needs all = {};

	for (size_t i = 0; i < t->source_count; i++) {
		struct needs one = t->sources[i]->calls->needs(t->sources[i]);

		all.capabilities |= one.capabilities;
		all.namespaces |= one.namespaces;
	}
	if (t->destroyer)
		all.capabilities |= CAPABILITY(CAP_NET_ADMIN);
	all.capabilities &= capabilities_permitted();
	if (all.capabilities && !(t->reader = reader_start()))
		return fail(&t->failure, ENOMEM, "start a thread");
	return privileges_drop(t->reader, &(struct privileges){ uid, gid, all.capabilities, all.namespaces }, &t->failure);
}
