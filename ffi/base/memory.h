/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_MEMORY_H
#define TCPTOP_MEMORY_H

#include <stdint.h>

/* Gives back what the start took and nothing uses any more: pages of the program's file, and free memory of malloc(). What is used after all comes
 * back out of the page cache by itself. Any thread. */
void memory_give_back(void);

/* Takes the whole pages of begin to end, which nothing has written to, out of this process alone, not out of the page cache (madvise(2)). */
void memory_pages_give_back(uintptr_t begin, uintptr_t end);

#endif
