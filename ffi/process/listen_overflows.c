/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "proc.h"
#include "../tcptop.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME "ListenOverflows"

/* Which word of the line it is, counted from 0 behind "TcpExt:"; -1: none. */
static int position(char *names)
{
	char *rest = NULL;
	int at = 0;

	for (char *word = strtok_r(names, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest), at++)
		if (!strcmp(word, NAME))
			return at;
	return -1;
}

static int64_t number_at(char *values, int wanted)
{
	char *rest = NULL;

	for (char *word = strtok_r(values, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
		if (!wanted--)
			return strtoll(word, NULL, 10);
	return -1;
}

/* netstat_seq_show(): two lines that begin with "TcpExt: ", of names and of numbers. */
int64_t tcptop__listen_overflows(uint32_t tgid)
{
	char path[64] = "self/net/netstat", line[8192];
	int64_t count = -1;
	int fd, at = -1;
	FILE *file;

	if (tgid)
		snprintf(path, sizeof(path), "%u/net/netstat", tgid);
	fd = proc_open(path);
	file = fd < 0 ? NULL : fdopen(fd, "r");
	if (!file && fd >= 0)
		close(fd);
	while (file && count < 0 && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "TcpExt: ", 8))
			continue;
		if (at < 0)
			at = position(line + 8);
		else
			count = number_at(line + 8, at);
	}
	if (file)
		fclose(file);
	return count;
}
