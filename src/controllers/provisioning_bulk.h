/*
 * provisioning_bulk.h - inside the route for many tenants: its work, and how it is
 * answered.
 *
 * Owner:    the handler.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  that of the answer's body.
 */
#ifndef TENANTD_CONTROLLERS_PROVISIONING_BULK_H
#define TENANTD_CONTROLLERS_PROVISIONING_BULK_H

#include "controllers/provisioning.h"
#include "flows/bulk.h"
#include "idempotency/parts.h"

#define bulk_ndjson "application/x-ndjson"

struct bulk_work {
	struct app *app;
	struct call *call;
	struct bulk *bulk;
	struct idempotency_claim claim; /* scope "": there is no key */
	bool partial, dry, lines;
	/* of what is kept or sent already */
	size_t place;
	int parts;
	/* of all or nothing: items that are refused, those by a conflict, and the
	 * tenant that is in the way of the first; NULL: none */
	size_t refused, faulty;
	const char *existing;
};

/* What became of an item, as a line of the answer. */
void bulk_put_line(const struct bulk_work *w, const struct bulk_chunk *c,
    const struct bulk_item *item);
/* The tenant that was made of it. */
void bulk_put_record(
    struct json_out *o, const struct bulk_chunk *c, const struct bulk_item *item);
/* What is wrong after the first line is a line like others, of no item; in place of
 * what was not sent. */
void bulk_put_end(struct call *call, enum err rc);

#endif
