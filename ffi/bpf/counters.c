/* SPDX-License-Identifier: MIT */
#include "counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>

/* The kernel copies as many values as there can be processors. libbpf reads the number from /sys, which may not be mounted: there are no more than this
 * then (the largest CONFIG_NR_CPUS). */
#define MOST_CPUS 8192

static int cpus_at_most(void)
{
	int cpus = libbpf_num_possible_cpus();

	return cpus > 0 ? cpus : MOST_CPUS;
}

void counters_sum(int map_fd, uint64_t *sums, uint32_t length)
{
	int cpus = cpus_at_most();
	uint64_t values[cpus];

	memset(values, 0, sizeof(values));
	for (uint32_t i = 0; i < length; i++) {
		sums[i] = 0;
		if (map_fd < 0 || bpf_map_lookup_elem(map_fd, &i, values))
			continue;
		for (int cpu = 0; cpu < cpus; cpu++)
			sums[i] += values[cpu];
	}
}

int counters_try(int map_fd)
{
	uint64_t values[cpus_at_most()];
	uint32_t first = 0;

	return bpf_map_lookup_elem(map_fd, &first, values);
}
