/* SPDX-License-Identifier: MIT */
#ifndef TCPTOP_MEMORY_H
#define TCPTOP_MEMORY_H

/* Gives back what the start took and nothing uses any more: pages of the program's file, and free memory of malloc(). What is used after all comes
 * back out of the page cache by itself. Any thread. */
void memory_give_back(void);

#endif
