/* asking.h - one transfer at a time, for tests, and what is expected of its reply. */
#ifndef TENANTD_TESTS_ASKING_H
#define TENANTD_TESTS_ASKING_H

#include "net/transfer.h"
#include "unit.h"

enum { LONG_MS = 30000 };

/* The reply to one request alone. */
static inline const struct transfer_reply *
ask(struct ctx *cx, const struct transfer_request *rq)
{
	const struct transfer_reply *r = NULL;
	struct transfers *set;
	void *cookie = NULL;

	assert_int_equal(transfers_new(cx, &set), ERR_OK);
	assert_int_equal(transfer_start(cx, set, rq, &set), ERR_OK);
	assert_int_equal(transfers_running(set), 1);
	while (!transfers_next(set, &cookie, &r))
		transfers_wait(set, NULL, 0, LONG_MS);
	assert_ptr_equal(cookie, &set);
	assert_int_equal(transfers_running(set), 0);
	transfers_free(set);
	return r;
}

static inline void
fails(const struct transfer_reply *r, const char *why)
{
	assert_false(r->answered);
	assert_false(r->refused);
	assert_non_null(r->reason);
	assert_non_null(strstr(r->reason, why));
}

static inline void
is_refused(const struct transfer_reply *r, const char *why)
{
	assert_false(r->answered);
	assert_true(r->refused);
	assert_string_equal(r->reason, why);
}

#endif
