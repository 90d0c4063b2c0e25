#include <elf.h>
#include <string.h>
#include <sys/mman.h>

#include "image.h"
#include "sys.h"

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#else
#define MACHINE EM_AARCH64
#endif
#define MAX_HEADERS 32

struct file {
	int fd;
	uint64_t offset;
	size_t page;
	Elf64_Ehdr header;
	Elf64_Phdr segments[MAX_HEADERS];
};

static uint64_t down(uint64_t value, uint64_t unit)
{
	return value & ~(unit - 1);
}

static uint64_t up(uint64_t value, uint64_t unit)
{
	return down(value + unit - 1, unit);
}

static const char *read_headers(struct file *file)
{
	static const unsigned char start[EI_VERSION] = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64, ELFDATA2LSB };
	Elf64_Ehdr *header = &file->header;
	long length;

	if (sys_pread(file->fd, header, sizeof(*header), file->offset) != sizeof(*header))
		return "it ends within the ELF header";
	for (int i = 0; i < EI_VERSION; i++)
		if (header->e_ident[i] != start[i])
			return "it is not a 64-bit ELF file";
	if (header->e_machine != MACHINE)
		return "it is made for another architecture";
	if (header->e_type != ET_DYN || header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum > MAX_HEADERS)
		return "it is not a position-independent program";
	length = header->e_phnum * (long)sizeof(Elf64_Phdr);
	if (sys_pread(file->fd, file->segments, (size_t)length, file->offset + header->e_phoff) != length)
		return "it ends within the program headers";
	return 0;
}

// One stretch of free addresses for all segments, at a place of the kernel's choice, so address randomisation stays.
static const char *reserve(const struct file *file, struct image *image)
{
	uint64_t low = UINT64_MAX, high = 0, align = file->page, size;
	intptr_t at;

	for (int i = 0; i < file->header.e_phnum; i++) {
		const Elf64_Phdr *segment = &file->segments[i];

		if (segment->p_type != PT_LOAD)
			continue;
		if (down(segment->p_vaddr, file->page) < low)
			low = down(segment->p_vaddr, file->page);
		if (up(segment->p_vaddr + segment->p_memsz, file->page) > high)
			high = up(segment->p_vaddr + segment->p_memsz, file->page);
		if (segment->p_align > align)
			align = segment->p_align;
	}
	if (low >= high || (align & (align - 1)))
		return "its segments make no sense";
	size = high - low;
	at = sys_mmap(0, size + align, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at < 0 && at > -4096)
		return "there is no memory for it";
	image->base = up((uint64_t)at, align) - down(low, align);
	if (image->base + low > (uint64_t)at)
		sys_munmap((uintptr_t)at, image->base + low - (uint64_t)at);
	if (image->base + high < (uint64_t)at + size + align)
		sys_munmap(image->base + high, (uint64_t)at + size + align - image->base - high);
	return 0;
}

static int protection(const Elf64_Phdr *segment)
{
	return (segment->p_flags & PF_R ? PROT_READ : 0) | (segment->p_flags & PF_W ? PROT_WRITE : 0) |
	       (segment->p_flags & PF_X ? PROT_EXEC : 0);
}

// The file's part of a segment, then zeros up to its size in memory. Segments begin within a page, and so does the mapping.
static const char *map_segment(const struct file *file, const Elf64_Phdr *segment, uintptr_t base)
{
	const int how = MAP_PRIVATE | MAP_FIXED, access = protection(segment);
	uintptr_t begin = base + segment->p_vaddr, filled = begin + segment->p_filesz, end = begin + segment->p_memsz;
	uintptr_t first = down(begin, file->page), next = up(filled, file->page);
	uint64_t at = file->offset + segment->p_offset - (begin - first);

	if (at % file->page)
		return "its segments do not lie on page boundaries";
	if (segment->p_filesz && sys_mmap(first, next - first, access, how, file->fd, at) != (intptr_t)first)
		return "this system does not let it be mapped";
	if (end > filled && (access & PROT_WRITE)) // to the end of the page: glibc's linker allocates its first memory there
		memset((void *)filled, 0, next - filled);
	if (end > next &&
	    sys_mmap(next, up(end, file->page) - next, access, how | MAP_ANONYMOUS, -1, 0) != (intptr_t)next)
		return "there is no memory for it";
	return 0;
}

static const char *read_interpreter(const struct file *file, const Elf64_Phdr *segment, struct image *image)
{
	uint64_t length = segment->p_filesz;

	if (length == 0 || length > sizeof(image->interpreter) ||
	    sys_pread(file->fd, image->interpreter, length, file->offset + segment->p_offset) != (long)length ||
	    image->interpreter[length - 1] != 0)
		return "the name of its dynamic linker makes no sense";
	return 0;
}

const char *image_map(int fd, uint64_t offset, size_t page, struct image *image)
{
	struct file file = { .fd = fd, .offset = offset, .page = page };
	const char *wrong = read_headers(&file);

	image->interpreter[0] = 0;
	if (!wrong)
		wrong = reserve(&file, image);
	for (int i = 0; !wrong && i < file.header.e_phnum; i++) {
		const Elf64_Phdr *segment = &file.segments[i];

		if (segment->p_type == PT_INTERP)
			wrong = read_interpreter(&file, segment, image);
		if (segment->p_type != PT_LOAD)
			continue;
		wrong = map_segment(&file, segment, image->base);
		if (file.header.e_phoff - segment->p_offset < segment->p_filesz)
			image->headers = image->base + segment->p_vaddr + file.header.e_phoff - segment->p_offset;
	}
	image->entry = image->base + file.header.e_entry;
	image->header_count = file.header.e_phnum;
	return wrong;
}
