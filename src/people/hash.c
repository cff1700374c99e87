/* hash.c - see hash.h. */
#include "people/hash.h"

enum { WAIT_MOST_MS = 5000 };

/* Of a password that nobody has: 32 random bytes that were thrown away. Its costs are
 * today's, which a test sees to. */
static const char nobodys[] = "$argon2id$v=19$m=19456,t=2,p=1$YWJzZW5jZSBvZiBhIHVzZQ"
			      "$3mDkOcVjRkzRbOQnHkBzP0m3q6yJtqzVQd0Sj5xg7vQ";

const char *
hash_nobodys(void)
{
	return nobodys;
}

bool
hash_is_checkable(struct ctx *cx, const char *phc)
{
	return phc != NULL && password_is_readable(cx, phc);
}

static enum err
take_slot(struct ctx *cx, struct slots *slots)
{
	if (slots_take(cx, slots, WAIT_MOST_MS))
		return ERR_OK;
	err_tell(&cx->err, ERR_UNAVAILABLE,
	    "too many passwords are being checked at this moment: try again");
	cx->err.retry_after = 1;
	return ERR_UNAVAILABLE;
}

enum err
hash_make(struct ctx *cx, struct slots *slots, struct password p, const char **phc)
{
	enum err rc = take_slot(cx, slots);

	if (rc != ERR_OK)
		return rc;
	rc = password_hash(cx, p.text, p.n, phc);
	slots_give(slots);
	return rc;
}

enum err
hash_check(struct ctx *cx, struct slots *slots, const char *phc, struct password p,
    bool *match)
{
	const bool checkable = hash_is_checkable(cx, phc);
	enum err rc = take_slot(cx, slots);

	*match = false;
	if (rc != ERR_OK)
		return rc;
	rc = password_verify(cx, checkable ? phc : nobodys, p.text, p.n, match);
	slots_give(slots);
	*match = *match && checkable;
	return rc;
}
