/* unit.h - cmocka with what it wants included first, and a ctx for a test. */
#ifndef TENANTD_TESTS_UNIT_H
#define TENANTD_TESTS_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/ctx.h"

#define UNIT_RUN(tests) cmocka_run_group_tests(tests, NULL, NULL)

/* Setup and teardown of a test whose state is a struct ctx with an arena of 16 MiB. */
static inline int
unit_ctx_setup(void **state)
{
	static struct ctx cx;

	ctx_init(&cx, arena_new(16 * 1024 * 1024));
	*state = &cx;
	return 0;
}

static inline int
unit_ctx_teardown(void **state)
{
	struct ctx *cx = *state;

	arena_free(cx->mem);
	return 0;
}

#define UNIT_CTX_TEST(f)                                                               \
	cmocka_unit_test_setup_teardown(f, unit_ctx_setup, unit_ctx_teardown)

#endif
