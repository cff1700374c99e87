/*
 * message.h - what a webhook is sent of an event, and how that proves from whom it
 * comes: Standard Webhooks (standardwebhooks.com), with symmetric keys.
 *
 *   webhook-signature: v1,<base64 of HMAC-SHA256(key, "id.timestamp.body")> v1,…
 *
 * A secret is shown once, as "whsec_<base64 of the key>", and kept sealed; the webhook
 * it is of is the associated data. While secrets are rotated each of them signs.
 *
 * Owner:    texts live in cx->mem.
 * Lifetime: of that arena; keys are wiped before the functions return.
 * Threads:  one.
 * Failure:  that of seal.h.
 */
#ifndef TENANTD_WEBHOOK_MESSAGE_H
#define TENANTD_WEBHOOK_MESSAGE_H

#include <stdint.h>

#include "base/ctx.h"
#include "base/str.h"
#include "crypto/seal.h"

enum { WEBHOOK_ID_SIZE = 25 }; /* "evt_", a number and NUL */

/* Which webhook: a tenant's, a partner's, or, both NULL, the platform's. */
struct webhook_name {
	const char *id, *tenant_id, *partner_id;
};

struct webhook_event {
	int64_t id, seq;
	const char *tenant_id; /* NULL: it is about none */
	const char *kind, *version, *created_at;
	const char *payload; /* JSON object */
};

/* The same for every attempt and every redelivery: receivers know duplicates by it. */
void webhook_message_id(char out[static WEBHOOK_ID_SIZE], int64_t event_id);
/* JSON, byte for byte the same for the same event. */
struct slice webhook_message_body(struct ctx *cx, const struct webhook_event *e);

struct webhook_secret {
	const char *shown, *sealed;
};
enum err webhook_secret_new(struct ctx *cx, const struct seal_keys *keys,
    const struct webhook_name *of, struct webhook_secret *out) MUST_CHECK;
/* The same secret under the key that seals today. */
enum err webhook_secret_reseal(struct ctx *cx, const struct seal_keys *keys,
    const struct webhook_name *of, const char *sealed, const char **fresh) MUST_CHECK;

struct webhook_message {
	const char *id, *timestamp; /* seconds since 1970, of the attempt */
	struct slice body;
};
/* sealed: JSON array of the secrets that sign. *out: the value of webhook-signature. */
struct webhook_signer {
	const struct seal_keys *keys;
	struct webhook_name of;
	const char *sealed; /* NULL: none, and ERR_INTERNAL */
};
enum err webhook_sign(struct ctx *cx, const struct webhook_signer *signer,
    const struct webhook_message *m, const char **out) MUST_CHECK;

#endif
