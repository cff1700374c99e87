/*
 * own.h - a tenant's own texts of the mails: tenantd.email_templates.
 *
 * Owner:    the database; texts live in the arena of the ctx they were read with.
 * Lifetime: of that arena.
 * Threads:  one.
 * Failure:  as db.h and template.h; ERR_PRECONDITION, told, when what is to be replaced
 *           or removed is not what was read any more.
 */
#ifndef TENANTD_MAIL_OWN_H
#define TENANTD_MAIL_OWN_H

#include "audit/audit.h"
#include "db/db.h"
#include "mail/template.h"

struct mail_own {
	int64_t version;        /* 0: there is none, the program's are used */
	const char *updated_at; /* RFC 3339; NULL: never */
	const char *updated_by; /* NULL: not known */
	struct mail_texts texts;
};

/* Of each mail in the table's order, without the texts. list: mail_template_count. */
enum err mail_own_list(struct ctx *cx, struct db *db, const char *tenant_id,
    struct mail_own *list) MUST_CHECK;

/* Whose, and of which mail. */
struct mail_place {
	const char *tenant_id, *address; /* address: of the client, for the audit */
	struct audit *audit;             /* where changes are written down */
	const struct mail_template *of;
};

enum err mail_own_read(struct ctx *cx, struct db *db, const struct mail_place *p,
    struct mail_own *out) MUST_CHECK;

/* -- inside a transaction, in the context of the tenant or of management -- */

enum err mail_own_find(struct ctx *cx, struct db *db, const struct mail_place *p,
    struct mail_own *out) MUST_CHECK;
/* Replaces o->version by o->texts, all of which were rendered before; the rest of o
 * becomes what is there then. */
enum err mail_own_put(struct ctx *cx, struct db *db, const struct mail_place *p,
    struct mail_own *o) MUST_CHECK;
/* The first of a tenant that has none: without a word about it. */
enum err mail_own_begin(struct ctx *cx, struct db *db, const struct mail_place *p,
    const struct mail_texts *texts) MUST_CHECK;
enum err mail_own_remove(struct ctx *cx, struct db *db, const struct mail_place *p,
    const struct mail_own *o) MUST_CHECK;

#endif
