/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "process.h"
#include "proc.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define LINKS_OF_ONE 3 /* of /proc/PID/task: two of the folder's own and one for each thread (proc_task_getattr()) */

uint32_t process_thread(uint32_t tgid)
{
	uint32_t found = tgid;
	struct dirent *entry;
	struct stat file;
	char path[32];
	DIR *threads;

	snprintf(path, sizeof(path), "%u/task", tgid);
	if (fstatat(proc_fd(), path, &file, 0) || file.st_nlink <= LINKS_OF_ONE)
		return tgid;
	threads = proc_folder(path);
	while (threads && found == tgid && (entry = readdir(threads)))
		if (entry->d_name[0] != '.')
			found = strtoul(entry->d_name, NULL, 10);
	if (threads)
		closedir(threads);
	return found;
}
