/*
 * array.h - a parameter that is an array: texts and NULLs, one after the other, as
 * PostgreSQL reads them.
 *
 * Owner:    the caller; db_array_fini() frees it.
 * Lifetime: until then; the text until the next db_array_add().
 * Threads:  one.
 * Failure:  as buf.h: sticky, for want of memory: db_array_text() is then NULL.
 */
#ifndef TENANTD_DB_ARRAY_H
#define TENANTD_DB_ARRAY_H

#include "base/buf.h"

struct db_array {
	struct buf text;
};

void db_array_init(struct db_array *a);
void db_array_fini(struct db_array *a);
/* Empties it and keeps its memory. */
void db_array_reset(struct db_array *a);
void db_array_add(struct db_array *a, const char *text); /* NULL: SQL NULL */
const char *db_array_text(struct db_array *a);

#endif
