/*
 * row.h - inside audit: rows and checkpoints as statements answer them.
 *
 * Owner:    the db_rows that it was read from.
 * Lifetime: of these.
 * Threads:  one.
 * Failure:  none.
 */
#ifndef TENANTD_AUDIT_ROW_H
#define TENANTD_AUDIT_ROW_H

#include <stdlib.h>
#include <string.h>

#include "audit/proof.h"
#include "db/db.h"

enum { AUDIT_ROW_COLUMNS = 5 + AUDIT_FIELD_COUNT };

struct audit_row {
	const char *id;
	int64_t seq;            /* 0: none yet */
	const char *seal, *mac; /* NULL: none */
	const char *at;         /* RFC 3339 */
	struct audit_content content;
};

static inline void
audit_row_read(const struct db_rows *rows, int row, struct audit_row *out)
{
	*out = (struct audit_row){
	    .id = db_text(rows, row, 0),
	    .seq = db_i64(rows, row, 1),
	    .seal = db_text(rows, row, 2),
	    .mac = db_text(rows, row, 3),
	    .at = db_text(rows, row, 4),
	};
	for (int i = 0; i < AUDIT_FIELD_COUNT; i++)
		out->content.field[i] = db_text(rows, row, 5 + i);
}

/* A time as it is authenticated, in seconds; NULL: 0. */
static inline int64_t
audit_seconds_of(const char *epoch)
{
	return epoch != NULL ? strtoll(epoch, NULL, 10) : 0;
}

static inline int64_t
audit_row_time(const struct audit_row *row)
{
	return audit_seconds_of(row->content.field[AUDIT_EPOCH]);
}

/* How statements answer a checkpoint from a column on. */
static inline void
audit_checkpoint_read(
    const struct db_rows *rows, int row, int column, struct audit_checkpoint *out)
{
	*out = (struct audit_checkpoint){
	    .seq = db_i64(rows, row, column),
	    .seal = db_text(rows, row, column + 1),
	    .latest = db_text(rows, row, column + 2),
	    .epoch = db_text(rows, row, column + 3),
	    .mac = db_text(rows, row, column + 4),
	};
}

/* Whether the row's own MAC is right. */
static inline bool
audit_row_genuine(const struct audit_keys *k, const struct audit_row *row)
{
	char mac[AUDIT_MAC_SIZE];

	audit_row_mac(mac, k, &row->content);
	return row->mac != NULL && strcmp(mac, row->mac) == 0;
}

#endif
