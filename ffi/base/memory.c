/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "memory.h"

#include <elf.h>
#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Whether the dynamic linker has written into segments that are not for writing. */
static bool has_text_relocations(const struct dl_phdr_info *object)
{
	for (int i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Dyn) *entry = (const void *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);

		for (; object->dlpi_phdr[i].p_type == PT_DYNAMIC && entry->d_tag != DT_NULL; entry++)
			if (entry->d_tag == DT_TEXTREL || (entry->d_tag == DT_FLAGS && entry->d_un.d_val & DF_TEXTREL))
				return true;
	}
	return false;
}

/* The first object is the program, which the dynamic linker found by AT_PHDR. Its whole pages that only segments without PF_W have hold what
 * the file holds: MADV_DONTNEED takes them out of this process alone, not out of the page cache (madvise(2)). */
static int program_give_back(struct dl_phdr_info *object, size_t size, void *context)
{
	const uintptr_t page = sysconf(_SC_PAGESIZE);

	(void)size;
	(void)context;
	for (int i = 0; !has_text_relocations(object) && i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
		uintptr_t begin = (object->dlpi_addr + segment->p_vaddr + page - 1) & ~(page - 1);
		uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_filesz) & ~(page - 1);

		if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W) && begin < end)
			madvise((void *)begin, end - begin, MADV_DONTNEED);
	}
	return 1;
}

void memory_give_back(void)
{
	dl_iterate_phdr(program_give_back, NULL);
	malloc_trim(0);
}
