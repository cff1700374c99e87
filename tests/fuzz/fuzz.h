/*
 * fuzz.h - what the fuzz drivers share. A driver is one function, which libFuzzer,
 * afl-fuzz or replay.c calls with one input after the other; it ends the process when
 * something does not hold.
 */
#ifndef TENANTD_TESTS_FUZZ_H
#define TENANTD_TESTS_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/ctx.h"
#include "base/str.h"

enum { FUZZ_MEMORY = 16 * 1024 * 1024 }; /* what a request may take by default */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* What holds whatever comes in. */
#define FUZZ_HOLDS(claim) ((claim) ? (void)0 : fuzz_broken(__FILE__, __LINE__, #claim))

static inline _Noreturn void
fuzz_broken(const char *file, int line, const char *claim)
{
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
	abort();
}

/* A new unit of work with memory of its own, as a request has it. */
static inline struct ctx *
fuzz_ctx(void)
{
	static struct ctx cx;
	static struct arena *mem;

	if (mem == NULL)
		mem = arena_new(FUZZ_MEMORY);
	arena_reset(mem);
	ctx_init(&cx, mem);
	return &cx;
}

static inline struct slice
fuzz_slice(const uint8_t *data, size_t n)
{
	return (struct slice){(const char *)data, n};
}

/* The next piece of *rest as text of its own, "" at the end: a NUL in it ends it. */
static inline const char *
fuzz_text(struct arena *mem, struct slice *rest, char sep)
{
	struct slice piece;

	return slice_cut(rest, sep, &piece) ? slice_dup(mem, piece) : "";
}

/* Makes `text` all that is in the file in memory *fd, which is made once. */
static inline void
fuzz_file(int *fd, struct slice text)
{
	if (*fd < 0)
		*fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (*fd < 0 || ftruncate(*fd, 0) != 0 || lseek(*fd, 0, SEEK_SET) != 0 ||
	    pwrite(*fd, text.p, text.n, 0) != (ssize_t)text.n)
		fuzz_broken(__FILE__, __LINE__, "a file in memory");
}

/* A path by which that file is opened anew. */
static inline const char *
fuzz_path(struct arena *mem, int fd)
{
	return arena_printf(mem, "/proc/self/fd/%d", fd);
}

#endif
