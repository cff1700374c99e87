/* draft.c - see draft.h. */
#include "provision/draft.h"

#include <string.h>

#include "base/buf.h"

static const char *const own[] = {
    "company_name", "email", "phone_number", "industry", "external_id", NULL};
const char *const provision_reserved[] = {"tenant", "slug", "status", "status_reason",
    "created_at", "updated_at", "deactivated_at", "restorable_until", "version",
    "partner_id", "existing_tenant", NULL};

static bool
is_among(const char *const *names, const char *name)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

struct rest {
	const struct schema *schema;
	struct json_out o;
};

static bool
keep(const char *name, const struct json *value, void *arg)
{
	struct rest *r = arg;

	if (!is_among(own, name) && !is_among(provision_reserved, name) &&
	    schema_has_property(r->schema, name)) {
		json_name(&r->o, name);
		json_put(&r->o, value);
	}
	return true;
}

void
provision_draft_read(struct arena *mem, const struct schema *s, const struct json *body,
    struct provision_draft *out)
{
	struct rest r = {.schema = s};
	const char *said[COUNT_OF(own) - 1] = {NULL};
	struct buf b;

	for (size_t i = 0; i < COUNT_OF(said); i++)
		said[i] =
		    schema_has_property(s, own[i]) ? json_get_text(body, own[i]) : NULL;
	buf_init(&b, NULL, SIZE_MAX);
	json_out_init(&r.o, &b);
	json_open_object(&r.o);
	json_each(body, keep, &r);
	json_close_object(&r.o);
	*out = (struct provision_draft){
	    .company_name = said[0],
	    .email = said[1],
	    .phone_number = said[2],
	    .industry = said[3],
	    .external_id = said[4],
	    .extra = slice_dup(mem, (struct slice){b.p, b.n}),
	};
	buf_fini(&b);
}

static bool
is_longer(const char *s, size_t most)
{
	return s != NULL && utf8_length(s, strlen(s)) > most;
}

enum err
provision_draft_check(struct ctx *cx, const struct provision_draft *d)
{
	const unsigned before = cx->fault_count;

	if (d->company_name == NULL)
		ctx_fault(cx, "/company_name", "required", "Company name is required");
	if (d->email == NULL || is_longer(d->email, PROVISION_EMAIL_MOST))
		ctx_fault(cx, "/email", "format", "Invalid email address");
	if (d->external_id != NULL &&
	    (d->external_id[0] == '\0' ||
		is_longer(d->external_id, PROVISION_EXTERNAL_ID_MOST)))
		ctx_fault(cx, "/external_id", "length", "must have 1 to %d characters",
		    PROVISION_EXTERNAL_ID_MOST);
	return cx->fault_count == before
	    ? ERR_OK
	    : err_set(&cx->err, ERR_INVALID, "faults whatever the schema says");
}
