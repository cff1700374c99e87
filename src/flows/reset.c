/* reset.c - see reset.h. */
#include "flows/reset.h"

#include <assert.h>

#include "mail/own.h"
#include "tenant/features.h"
#include "tenant/security_policy.h"

/* One reset that is under way. */
struct reset {
	const struct tenant_desk *desk;
	struct tenant_view *now;
	struct reset_report *report;
};

typedef enum err reset_fn(
    struct ctx *cx, struct db *db, struct reset *r, bool *changed);

/* Before the features, which it would have to go with. */
static enum err
reset_policy(struct ctx *cx, struct db *db, struct reset *r, bool *changed)
{
	const struct security_policy_site site = {.tenant_id = r->now->id,
	    .address = r->desk->address,
	    .audit = r->desk->audit,
	    .force = true};
	struct policy_own own;
	enum err rc = policy_own_find(cx, db, r->now->id, &own);

	*changed = rc == ERR_OK && own.version != 0;
	return *changed ? security_policy_drop(cx, db, &site, &own) : rc;
}

static enum err
reset_templates(struct ctx *cx, struct db *db, struct reset *r, bool *changed)
{
	enum err rc = ERR_OK;

	for (int i = 0; rc == ERR_OK && i < mail_template_count; i++) {
		const struct mail_place place = {.tenant_id = r->now->id,
		    .address = r->desk->address,
		    .audit = r->desk->audit,
		    .of = &mail_templates[i]};
		struct mail_own own;

		rc = mail_own_find(cx, db, &place, &own);
		if (rc != ERR_OK || own.version == 0)
			continue;
		rc = mail_own_remove(cx, db, &place, &own);
		*changed = true;
	}
	return rc;
}

static enum err
reset_features(struct ctx *cx, struct db *db, struct reset *r, bool *changed)
{
	const int64_t before = r->now->version;
	struct tenant_view_wish wish = {0};
	enum err rc = tenant_features_read(cx, NULL, "/features", &wish.features);

	if (rc == ERR_OK)
		rc = tenant_view_change(cx, db, r->desk, &wish, r->now);
	*changed = r->now->version != before;
	return rc;
}

static const struct {
	const char *name;
	reset_fn *fn;
} parts[] = {
    {"securityPolicy", reset_policy},
    {"emailTemplates", reset_templates},
    {"features", reset_features},
};

enum err
tenant_reset(struct ctx *cx, struct db *db, const struct tenant_desk *desk,
    struct tenant_view *now, struct reset_report *out)
{
	struct reset r = {desk, now, out};
	enum err rc = ERR_OK;

	static_assert(COUNT_OF(parts) <= RESET_MOST, "a report has room for all");
	out->count = 0;
	for (size_t i = 0; rc == ERR_OK && i < COUNT_OF(parts); i++) {
		bool changed = false;

		rc = parts[i].fn(cx, db, &r, &changed);
		if (rc == ERR_OK && changed)
			out->done[out->count++] = parts[i].name;
	}
	return rc;
}
