/*
 * migrate_set.h - inside db: the runner over any set of migrations, so that tests can
 * bring their own; migrate.h is this over the program's.
 *
 * Owner:    the caller.
 * Lifetime: one command.
 * Threads:  one.
 * Failure:  as migrate.h.
 */
#ifndef TENANTD_DB_MIGRATE_SET_H
#define TENANTD_DB_MIGRATE_SET_H

#include "db/migrate.h"

struct migration {
	const char *name, *text; /* NNNN_name */
};

struct migration_set {
	const struct migration *rows; /* in ascending order of number */
	int count;
};

/* One run: what, for whom, and who hears of each migration that was applied. */
struct migrate_job {
	const struct migration_set *set;
	const struct migrate_roles *roles;
	migrate_report_fn *report; /* NULL: nobody */
	void *arg;
};

enum err migrate_set_run(
    struct ctx *cx, struct db *db, const struct migrate_job *job) MUST_CHECK;
enum err migrate_set_list(struct ctx *cx, struct db *db,
    const struct migration_set *set, struct migrate_status **list) MUST_CHECK;

#endif
