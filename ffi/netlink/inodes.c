/* SPDX-License-Identifier: MIT */
#include "inodes.h"

#include <stdlib.h>

static int by_inode(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

bool index_make(struct index *index, const struct socket_table *table)
{
	index->count = 0;
	index->entries = malloc((table->count + 1) * sizeof(*index->entries));
	if (!index->entries)
		return false;
	for (size_t i = 0; i < table->capacity; i++)
		if (table->slots[i] && table->slots[i]->inode)
			index->entries[index->count++] = (struct entry){ table->slots[i]->inode, table->slots[i] };
	qsort(index->entries, index->count, sizeof(*index->entries), by_inode);
	return true;
}

size_t index_find(const struct index *index, uint32_t inode)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (index->entries[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}
