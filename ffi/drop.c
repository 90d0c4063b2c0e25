/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "command/origin.h"
#include "handle.h"
#include "privileges/privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <unistd.h>

static struct needs needs_of_sources(struct tcptop *t)
{
	struct needs all = {};

	for (size_t i = 0; i < t->source_count; i++) {
		struct needs one = t->sources[i]->calls->needs(t->sources[i]);

		t->sources[i]->apart = one.capabilities || one.namespaces;
		all.capabilities |= one.capabilities;
		all.namespaces |= one.namespaces;
	}
	return all;
}

int32_t tcptop__become(uint32_t uid, uint32_t gid)
{
	gid_t *groups = NULL;
	int count = origin_groups(uid, gid, &groups), err = count < 0 ? count : 0;

	if (!err && (setgroups(count, groups) || setresgid(gid, gid, gid) || setresuid(uid, uid, uid)))
		err = -errno;
	free(groups);
	return err;
}

int32_t tcptop__drop(struct tcptop *t, uint32_t uid, uint32_t gid)
{
	const capabilities permitted = capabilities_permitted(), kill = t->destroyer ? CAPABILITY(CAP_NET_ADMIN) & permitted : 0;
	const struct needs needs = needs_of_sources(t);
	capabilities read = needs.capabilities & permitted;
	const bool apart = kill && read & ~kill; /* who ends connections has no more than that takes */

	if (!apart)
		read |= kill;
	if ((read && !(t->reader = reader_start())) || (apart && !(t->killer = reader_start())))
		return fail(&t->failure, errno, "start a thread");
	return privileges_drop(
		&(struct privileges){
			.uid = uid, .gid = gid, .keepers = { { t->reader, read }, { t->killer, kill } }, .namespaces = needs.namespaces,
		},
		&t->failure);
}
