/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "proc.h"
#include "../tcptop.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* "TCP: inuse 16 orphan 1 tw 1605 ...": of one network namespace, IPv4 and IPv6 together (sockstat_seq_show()). Anybody may read it, while
 * which namespace it is of is for those who may trace the process. */
int32_t tcptop__time_wait(uint32_t tgid)
{
	char path[64] = "self/net/sockstat", text[1024], *line;
	int count = -1, fd;
	ssize_t n;

	if (tgid)
		snprintf(path, sizeof(path), "%u/net/sockstat", tgid);
	fd = proc_open(path);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = 0;
	line = strstr(text, "\nTCP:");
	line = line ? strstr(line, " tw ") : NULL;
	return line && sscanf(line, " tw %d", &count) == 1 ? count : -1;
}

uint32_t tcptop__network_namespace(void)
{
	struct stat file;

	return fstatat(proc_fd(), "self/ns/net", &file, 0) ? 0 : file.st_ino;
}
