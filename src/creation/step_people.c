/* step_people.c - roles, groups and the first administrator of a new tenant. */
#include <string.h>

#include "base/buf.h"
#include "base/id.h"
#include "creation/steps.h"
#include "flows/joining.h"
#include "role/tell.h"
#include "tenant/tenant.h"

enum { FIRST_ROLE = 0, FIRST_GROUP = 0 }; /* those of who manages the tenant */

static enum err
clear(struct ctx *cx, struct making *m, enum stmt_id id)
{
	return db_queue(cx, m->means->db, id, DB_ARGS(m->tenant_id));
}

/* -- roles -- */

enum err
roles_record(struct ctx *cx, struct making *m)
{
	enum err rc = ERR_OK;

	for (int i = 0; rc == ERR_OK && i < role_default_count; i++) {
		const struct role_default *d = &role_defaults[i];

		rc = db_queue(cx, m->means->db, STMT_role_seed,
		    DB_ARGS(m->tenant_id, d->id, d->name, d->description,
			role_scopes_words(cx->mem, d->scopes)));
	}
	return rc;
}

enum err
roles_undo(struct ctx *cx, struct making *m)
{
	return clear(cx, m, STMT_role_clear);
}

/* -- groups -- */

enum err
groups_record(struct ctx *cx, struct making *m)
{
	enum err rc = ERR_OK;

	for (int i = 0; rc == ERR_OK && i < group_default_count; i++) {
		const struct group_default *d = &group_defaults[i];
		char id[UUID_TEXT_SIZE];

		uuid_text(id, uuid_random());
		rc = db_queue(cx, m->means->db, STMT_group_seed,
		    DB_ARGS(id, m->tenant_id, d->name, utf8_fold(cx->mem, d->name),
			d->description, d->role));
	}
	return rc;
}

enum err
groups_undo(struct ctx *cx, struct making *m)
{
	return clear(cx, m, STMT_group_clear);
}

/* -- the first administrator -- */

static enum err
tell_joined(struct ctx *cx, struct making *m, const char *role)
{
	const struct role_site site = {.tenant_id = m->tenant_id,
	    .address = m->address,
	    .audit = m->means->audit,
	    .scopes = ROLE_ALL};
	struct role_news news = {EVENT_MEMBERSHIP_CREATED, "MEMBERSHIP_CREATED", NULL};
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, ROLE_TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", m->tenant_id);
	json_member_text(&o, "userId", m->creator);
	json_member_text(&o, "role", role);
	json_close_object(&o);
	news.payload = buf_text(&b);
	return role_tell(cx, m->means->db, &site, &news);
}

static enum err
join_creator(struct ctx *cx, struct making *m)
{
	const char *role = role_defaults[FIRST_ROLE].id,
		   *group = group_defaults[FIRST_GROUP].name;
	bool joined;
	enum err rc = tenant_join(cx, m->means->db,
	    &(struct tenant_membership){m->tenant_id, m->creator, role}, &joined);

	if (rc == ERR_OK)
		rc = db_queue(cx, m->means->db, STMT_group_enrol,
		    DB_ARGS(m->tenant_id, utf8_fold(cx->mem, group), m->creator));
	return rc == ERR_OK && joined ? tell_joined(cx, m, role) : rc;
}

static bool
is_creators(struct ctx *cx, const struct making *m)
{
	const char *own = m->creator_email, *a, *b;

	if (own == NULL)
		return false;
	a = utf8_fold(cx->mem, own);
	b = utf8_fold(cx->mem, m->plan.admin_email);
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

enum err
administrator_record(struct ctx *cx, struct making *m)
{
	const struct account_site site = {.db = m->means->db,
	    .audit = m->means->audit,
	    .conf = m->means->conf,
	    .keys = m->means->keys,
	    .address = m->address};
	struct invitation i = {.tenant_id = m->tenant_id,
	    .email = m->plan.admin_email,
	    .role = role_defaults[FIRST_ROLE].id};
	enum err rc = join_creator(cx, m);

	if (rc != ERR_OK || i.email == NULL || is_creators(cx, m))
		return rc;
	return joining_invite_first(cx, &site, &i);
}

/* A mail that was sent by then opens nothing any more. */
enum err
administrator_undo(struct ctx *cx, struct making *m)
{
	return clear(cx, m, STMT_people_clear);
}
