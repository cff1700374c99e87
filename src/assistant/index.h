/*
 * index.h - what a tenant's vector index holds near a vector: Pinecone's API.
 *
 * Owner:    the caller.
 * Lifetime: cx->mem.
 * Threads:  one.
 * Failure:  as outside.h; an answer from another namespace than the tenant's is one.
 */
#ifndef TENANTD_ASSISTANT_INDEX_H
#define TENANTD_ASSISTANT_INDEX_H

#include "assistant/outside.h"

struct index_query {
	const struct assistant *assistant;
	const struct assistant_question *question;
	const struct json *vector;
};

/* Fills in out->sources, the nearest first. */
enum err index_search(struct ctx *cx, struct outside *o, const struct index_query *q,
    struct assistant_answer *out) MUST_CHECK;

#endif
