/*
 * migrate.h - brings a database to this program's schema, or says how far it is.
 *
 * Migrations are sql/migrations/NNNN_name.sql, built into the program: forward only,
 * each in one transaction under an advisory lock, recorded in tenantd.migrations with
 * the SHA-256 of its text. A recorded text that differs from the program's, or a record
 * that the program does not know, stops everything (ERR_CONFLICT).
 *
 * Owner:    the caller.
 * Lifetime: one command.
 * Threads:  one; two programs at once wait for each other.
 * Failure:  the first migration that fails is named; what came before it stays.
 */
#ifndef TENANTD_DB_MIGRATE_H
#define TENANTD_DB_MIGRATE_H

#include "db/db.h"

struct migrate_roles {
	const char *server;  /* the role that the server runs as */
	const char *control; /* members may open the management context; "": server */
	const char *app;     /* the tenants' own applications; "": none */
};

struct migrate_status {
	int number;             /* from the file's name */
	const char *name;       /* file name without ".sql" */
	const char *checksum;   /* SHA-256, 64 hexadecimal digits */
	const char *applied_at; /* RFC 3339, NULL: not yet */
	bool changed;           /* recorded with another checksum */
};

/* Hears of each migration that was applied. */
typedef void migrate_report_fn(const struct migrate_status *s, void *arg);

/* db: as the owner. Applies what is missing, then grants the roles their rights. */
enum err migrate_run(struct ctx *cx, struct db *db, const struct migrate_roles *roles,
    migrate_report_fn *report, void *arg) MUST_CHECK;
/* All that the program knows, in order; *count of them, in cx->mem. */
enum err migrate_list(
    struct ctx *cx, struct db *db, struct migrate_status **list, int *count) MUST_CHECK;
/* The newest migration the program knows. */
int migrate_newest(void);

#endif
