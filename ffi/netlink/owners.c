/* SPDX-License-Identifier: MIT */
/* Which process holds which socket, from /proc/PID/fd. Costs a readlink() for each descriptor, so it is done when a socket without an owner has
 * appeared, and now and then for sockets that were passed to another process. */
#define _GNU_SOURCE
#include "owners.h"
#include "inodes.h"
#include "processes.h"
#include "../base/clock.h"
#include "../process/proc.h"
#include "../process/process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Process tgid holds the socket. The owner stays the owner while it is met as a holder; another one is the candidate. The owner's facts are
 * read again in each pass: it may have called exec(), renamed itself or given up root. */
static void holder_met(struct netlink *n, struct socket_entry *e, uint32_t tgid)
{
	const struct process_facts *facts = process_met(n, tgid);

	if (!facts)
		return;
	if (e->last.how != OWNER_FILE || e->last.tgid == tgid) {
		e->met_pass = n->owner_pass;
		record_set_owner(&e->last, OWNER_FILE, facts);
	} else if (e->candidate_pass != n->owner_pass) {
		e->candidate_pass = n->owner_pass;
		e->candidate = *facts;
	}
}

/* Of several holders of a listener the owner is the one that accepted last, that is, the one that holds its newest connection. This notes
 * what process tgid holds of both; acceptor_apply() compares when all of its descriptors have been met. */
static void acceptor_note(struct netlink *n, const struct socket_entry *e, uint32_t tgid)
{
	struct listener *l = e->datagram ? NULL : listener_find(&n->namespaces[e->netns_index].listeners, e->last.local_port);

	if (!l)
		return;
	if (l->at_tgid != tgid) {
		l->at_tgid = tgid;
		l->at_holds = false;
		l->at_newest_ns = 0;
	}
	if (e->last.cookie == l->cookie)
		l->at_holds = true;
	else if (e->last.remote_port && e->last.opened_ns > l->at_newest_ns)
		l->at_newest_ns = e->last.opened_ns;
}

static void acceptor_apply(struct netlink *n, const struct listener *l, uint32_t tgid)
{
	struct socket_entry *e = l->at_tgid == tgid && l->at_holds ? socket_find(&n->sockets, l->cookie) : NULL;
	const struct process_facts *facts;

	if (!e || l->at_newest_ns <= e->used_ns)
		return;
	e->used_ns = l->at_newest_ns;
	if (e->last.tgid == tgid || !(facts = process_met(n, tgid)))
		return;
	if (e->met_pass == n->owner_pass) {
		owner_of_record(&e->candidate, &e->last);
		e->candidate_pass = n->owner_pass;
	}
	record_set_owner(&e->last, OWNER_FILE, facts);
	e->met_pass = n->owner_pass;
}

/* /proc/PID/fd may be refused in spite of the capabilities: those of a user namespace do not hold outside of it, and a security module may
 * forbid it. */
static bool is_refusal(int error)
{
	return error == EACCES || error == EPERM;
}

/* Looks at the descriptors of process tgid, as its thread tid has them. *any: there are some, or they may not be seen. False: not at all of them by the
 * deadline. */
static bool descriptors_read(struct netlink *n, const struct index *index, uint32_t tid, uint32_t tgid, bool *any)
{
	char path[64], target[64];
	struct dirent *entry;
	unsigned int inode;
	bool is_whole = false;
	DIR *folder;

	snprintf(path, sizeof(path), "%u/fd", tid);
	folder = proc_folder(path);
	if (!folder) {
		n->refused_processes |= is_refusal(errno);
		*any = true;
		return true;
	}
	while (in_time(n->exchange.deadline_ns) && !(is_whole = !(entry = readdir(folder)))) {
		ssize_t length;

		if (entry->d_name[0] == '.')
			continue;
		*any = true;
		length = readlinkat(dirfd(folder), entry->d_name, target, sizeof(target) - 1);
		n->refused_processes |= length < 0 && is_refusal(errno);
		target[length > 0 ? length : 0] = 0;
		if (sscanf(target, "socket:[%u]", &inode) != 1)
			continue;
		for (size_t i = index_find(index, inode); i < index->count && index->entries[i].inode == inode; i++) {
			holder_met(n, index->entries[i].socket, tgid);
			acceptor_note(n, index->entries[i].socket, tgid);
		}
	}
	closedir(folder);
	return is_whole;
}

static bool descriptors_of(struct netlink *n, const struct index *index, uint32_t tgid)
{
	uint32_t thread;
	bool any = false;

	if (!descriptors_read(n, index, tgid, tgid, &any))
		return false;
	if (!any && (thread = process_thread(tgid)) != tgid && !descriptors_read(n, index, thread, tgid, &any))
		return false;
	for (size_t i = 0; i < n->netns_count; i++)
		for (size_t j = 0; j < n->namespaces[i].listeners.count; j++)
			acceptor_apply(n, &n->namespaces[i].listeners.items[j], tgid);
	return true;
}

static void owners_apply_pass(struct netlink *n, struct index *index)
{
	for (size_t i = 0; i < index->count; i++) {
		struct socket_entry *e = index->entries[i].socket;

		e->asked_pass = n->owner_pass;
		bool others = e->candidate_pass == n->owner_pass;

		e->last.several = others && e->met_pass == n->owner_pass ? SEVERAL_YES : SEVERAL_NO;
		/* With socket activation systemd holds the listener beside the service that uses it. */
		if (others && (!e->last.several || (!e->used_ns && !strcmp((const char *)e->last.comm, "systemd"))))
			record_set_owner(&e->last, OWNER_FILE, &e->candidate);
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
			is_whole = descriptors_of(n, &index, strtoul(entry->d_name, NULL, 10));
	/* Only after a whole pass: otherwise an owner that was not met may still hold the socket. */
	if (is_whole)
		owners_apply_pass(n, &index);
	if (processes)
		closedir(processes);
	free(index.entries);
	n->unknown_sockets = 0;
	n->owners_ended_ns = clock_ns(CLOCK_MONOTONIC);
	n->owners_took_ns = n->owners_ended_ns - began_ns;
	return is_whole ? 0 : -ETIME;
}
