/* SPDX-License-Identifier: MIT */
/* Included before every source: the library must load with the oldest glibc that Deno itself takes, not only with the one that
 * it is built with. glibc 2.34 moved these functions into libc.so.6 under a new version; the old version is still
 * there, and older systems have it in libpthread and libdl, which Deno loads. archives.c supplies the stat family, which
 * glibc 2.33 gave new names. What is left is shown by: objdump -T build/libtcptop.so | grep -o 'GLIBC_[0-9.]*' | sort -uV */
#ifndef TCPTOP_GLIBC_H
#define TCPTOP_GLIBC_H

#ifndef __ASSEMBLER__

#if defined(__x86_64__)
#define OLDEST "GLIBC_2.2.5"
#elif defined(__aarch64__)
#define OLDEST "GLIBC_2.17"
#endif

#define BIND_OLDEST(function) __asm__(".symver " #function "," #function "@" OLDEST)

BIND_OLDEST(dlsym);
BIND_OLDEST(pthread_create);
BIND_OLDEST(pthread_join);

#endif

#endif
