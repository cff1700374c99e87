/*
 * provider.h - an identity provider that is told to which tenant a user belongs: how
 * one is asked, and what its answer means. No provider knows how a request travels, nor
 * where what it took is written down.
 *
 * A further provider is a file with a struct identity_provider, a column of
 * attributes.def and a line in provider.c.
 *
 * Owner:    constants; what they make lives in cx->mem.
 * Lifetime: of the program; of that arena.
 * Threads:  any.
 * Failure:  write() as it says; judge() none: it judges.
 */
#ifndef TENANTD_IDENTITY_PROVIDER_H
#define TENANTD_IDENTITY_PROVIDER_H

#include <stdint.h>

#include "base/ctx.h"
#include "conf/conf.h"
#include "net/transfer.h"

enum identity_attribute {
#define ATTRIBUTE(sym, cognito, meaning) IDENTITY_##sym,
#include "identity/attributes.def"
#undef ATTRIBUTE
	IDENTITY_ATTRIBUTE_COUNT
};

/* What is to be written: attributes by the provider's names. "": to be removed. */
struct identity_changes {
	struct identity_change {
		const char *name, *value;
	} list[IDENTITY_ATTRIBUTE_COUNT];
	int count;
};

enum identity_outcome {
	IDENTITY_UNSET,
	IDENTITY_OK,           /* it has them now */
	IDENTITY_MISSING_USER, /* it has no such user */
	IDENTITY_THROTTLED,    /* too much at once: nothing is wrong */
	IDENTITY_DENIED,       /* credentials, rights or the address: the operator's */
	IDENTITY_BROKEN,       /* it will never take this */
	IDENTITY_AWAY,         /* no answer, or none of the provider's */
	IDENTITY_OUTCOME_COUNT
};

struct identity_judgement {
	enum identity_outcome outcome;
	const char *why; /* for operators, without secrets; NULL: IDENTITY_OK */
};

/* The request that writes the changes, at least one. ERR_INTERNAL: it would be too
 * long.
 */
typedef enum err identity_write_fn(struct ctx *cx, const struct conf *conf,
    const char *user_id, const struct identity_changes *changes,
    struct transfer_request *out);
typedef struct identity_judgement identity_judge_fn(
    struct ctx *cx, const struct conf *conf, const struct transfer_reply *reply);

struct identity_provider {
	const char *name;              /* as tenantd.identity_sync has it */
	const char *const *attributes; /* its names, IDENTITY_ATTRIBUTE_COUNT */
	identity_write_fn *write;
	identity_judge_fn *judge;
};

/* The one that is configured; NULL: none. */
const struct identity_provider *identity_provider_of(const struct conf *conf);

extern const struct identity_provider identity_cognito;

#endif
