/* SPDX-License-Identifier: MIT */
/* Who holds which socket, from /proc/PID/fd. Costs a readlink() a descriptor, so it is done when a socket without an owner has
 * appeared, and otherwise only now and then, for sockets that were handed on. */
#define _GNU_SOURCE
#include "owners.h"
#include "inodes.h"
#include "processes.h"
#include "../base/clock.h"
#include "../process/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The owner keeps a socket while it holds it; another holder is remembered. What is known of the owner is known anew in each pass: it may
 * have called exec(), renamed itself or given up root. */
static void met(struct netlink *n, struct known *k, uint32_t tgid)
{
	const struct process_facts *facts = process_met(n, tgid);

	if (!facts)
		return;
	if (k->last.how != OWNER_FILE || k->last.tgid == tgid) {
		k->met_pass = n->owner_pass;
		own(&k->last, OWNER_FILE, facts);
	} else if (k->candidate_pass != n->owner_pass) {
		k->candidate_pass = n->owner_pass;
		k->candidate = *facts;
	}
}

/* Of those that hold a listener, who accepted last is its owner: who holds the newest of its connections. */
static void accept_met(struct netlink *n, const struct known *k, uint32_t tgid)
{
	struct listener *l = k->datagram ? NULL : listener_find(&n->spaces[k->space].listeners, k->last.local_port);

	if (!l)
		return;
	if (l->at_tgid != tgid) {
		l->at_tgid = tgid;
		l->at_holds = false;
		l->at_newest_ns = 0;
	}
	if (k->last.cookie == l->cookie)
		l->at_holds = true;
	else if (k->last.remote_port && k->last.opened_ns > l->at_newest_ns)
		l->at_newest_ns = k->last.opened_ns;
}

static void accept_settle(struct netlink *n, const struct listener *l, uint32_t tgid)
{
	struct known *k = l->at_tgid == tgid && l->at_holds ? known_find(&n->sockets, l->cookie) : NULL;
	const struct process_facts *facts;

	if (!k || l->at_newest_ns <= k->used_ns)
		return;
	k->used_ns = l->at_newest_ns;
	if (k->last.tgid == tgid || !(facts = process_met(n, tgid)))
		return;
	if (k->met_pass == n->owner_pass) {
		owned(&k->candidate, &k->last);
		k->candidate_pass = n->owner_pass;
	}
	own(&k->last, OWNER_FILE, facts);
	k->met_pass = n->owner_pass;
}

/* Capabilities of a user namespace do not count for processes outside of it, and a security module may refuse what they allow. */
static bool is_refusal(int error)
{
	return error == EACCES || error == EPERM;
}

/* Whether it was at its end by the deadline. */
static bool descriptors_of(struct netlink *n, const struct index *index, const char *pid)
{
	char path[64], target[64];
	struct dirent *entry;
	uint32_t tgid = strtoul(pid, NULL, 10);
	unsigned int inode;
	bool is_whole = false;
	DIR *folder;

	snprintf(path, sizeof(path), "%.20s/fd", pid);
	folder = proc_folder(path);
	if (!folder) {
		n->refused_processes |= is_refusal(errno);
		return true;
	}
	while (in_time(n->exchange.deadline_ns) && !(is_whole = !(entry = readdir(folder)))) {
		ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);

		n->refused_processes |= length < 0 && is_refusal(errno);
		target[length > 0 ? length : 0] = 0;
		if (sscanf(target, "socket:[%u]", &inode) != 1)
			continue;
		for (size_t i = index_find(index, inode); i < index->count && index->entries[i].inode == inode; i++) {
			met(n, index->entries[i].socket, tgid);
			accept_met(n, index->entries[i].socket, tgid);
		}
	}
	closedir(folder);
	if (!is_whole)
		return false;
	for (size_t i = 0; i < n->space_count; i++)
		for (size_t j = 0; j < n->spaces[i].listeners.count; j++)
			accept_settle(n, &n->spaces[i].listeners.items[j], tgid);
	return true;
}

static void settle(struct netlink *n, struct index *index)
{
	for (size_t i = 0; i < index->count; i++) {
		struct known *k = index->entries[i].socket;

		k->asked_pass = n->owner_pass;
		bool others = k->candidate_pass == n->owner_pass;

		k->last.several = others && k->met_pass == n->owner_pass ? SEVERAL_YES : SEVERAL_NO;
		/* systemd listens for those that it starts, and keeps what it hands on: it is not who uses it. */
		if (others && (!k->last.several || (!k->used_ns && !strcmp((const char *)k->last.comm, "systemd"))))
			own(&k->last, OWNER_FILE, &k->candidate);
	}
}

int owners_of_inodes(struct netlink *n)
{
	uint64_t began_ns = clock_ns(CLOCK_MONOTONIC);
	struct index index;
	struct dirent *entry;
	DIR *processes;
	bool is_whole = true;

	if (!index_make(&index, &n->sockets))
		return -ENOMEM;
	processes = proc_folder(".");
	n->owner_pass++;
	while (is_whole && processes && (entry = readdir(processes)))
		if (isdigit((unsigned char)entry->d_name[0]))
			is_whole = descriptors_of(n, &index, entry->d_name);
	/* Else an owner that was not met may hold it all the same. */
	if (is_whole)
		settle(n, &index);
	if (processes)
		closedir(processes);
	free(index.entries);
	n->unknown_sockets = 0;
	n->owners_ended_ns = clock_ns(CLOCK_MONOTONIC);
	n->owners_took_ns = n->owners_ended_ns - began_ns;
	return is_whole ? 0 : -ETIME;
}
