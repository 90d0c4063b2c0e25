/* SPDX-License-Identifier: MIT */
#include "counters.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

void counters_sum(int map_fd, uint64_t *sums, uint32_t length)
{
	int cpus = libbpf_num_possible_cpus();
	uint64_t values[cpus > 0 ? cpus : 1];

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
	uint64_t values[libbpf_num_possible_cpus() + 1];
	uint32_t first = 0;

	return bpf_map_lookup_elem(map_fd, &first, values);
}
