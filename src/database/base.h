/*
 * base.h - what every tenant's database or schema begins with: the migrations that the
 * program brings (sql/tenant/), and the operator's own of TENANT_MIGRATIONS_DIR, in the
 * order of their names. The stamp is a digest over all of them: a template or a
 * database of the pool with another stamp is out of date.
 *
 * Owner:    the arena of the ctx.
 * Lifetime: of that arena; the operator's files are read anew each time.
 * Threads:  one.
 * Failure:  ERR_CONFIG for a file that cannot be read; ERR_CONFLICT, told, for one that
 *           was changed after it was applied; that of the statements otherwise, with
 * the name of the migration.
 */
#ifndef TENANTD_DATABASE_BASE_H
#define TENANTD_DATABASE_BASE_H

#include "conf/conf.h"
#include "db/db.h"

enum { BASE_STAMP_SIZE = 17 };

struct base_migration {
	const char *name;     /* "tenantd/0001_base", "0001_orders" */
	const char *text;     /* any number of statements */
	const char *checksum; /* SHA-256, 64 hexadecimal digits */
};

struct base {
	struct base_migration *list;
	int count;
	char stamp[BASE_STAMP_SIZE];
};

enum err base_load(
    struct ctx *cx, const struct conf *conf, struct base *out) MUST_CHECK;

/* Where: what unqualified names lead to, and where schema_migrations is. */
struct base_place {
	const char *schema, *book;
	bool own; /* the whole database is the tenant's: its public schema is opened */
};
extern const struct base_place base_in_database; /* public, tenantd */

/* Applies what is missing, all of it in one transaction; *applied: how many. */
enum err base_apply(struct ctx *cx, struct db *db, const struct base *base,
    const struct base_place *place, int *applied) MUST_CHECK;

#endif
