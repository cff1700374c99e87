/*
 * chat.h - a member asks their tenant's assistant: with the tenant's prompt, and its
 * index by its own key.
 *
 * Owner:    the caller.
 * Lifetime: one request.
 * Threads:  one. Not inside a transaction.
 * Failure:  as assistant.h; ERR_INTERNAL when the tenant's key does not open.
 */
#ifndef TENANTD_FLOWS_CHAT_H
#define TENANTD_FLOWS_CHAT_H

#include "assistant/assistant.h"
#include "crypto/seal.h"
#include "db/db.h"
#include "tenant/member.h"

struct chat {
	struct db *db;
	const struct seal_keys *keys;
	const struct assistant *assistant;
	const struct tenant_member *member;
};

/* Of q, all that is the tenant's is filled in here. */
enum err chat_answer(struct ctx *cx, const struct chat *c,
    const struct assistant_question *q, const struct assistant_listener *l,
    struct assistant_answer *out) MUST_CHECK;

#endif
