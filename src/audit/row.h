/*
 * row.h - inside audit: a row as statements answer it.
 *
 * Owner:    the db_rows that it was read from.
 * Lifetime: of these.
 * Threads:  one.
 * Failure:  none.
 */
#ifndef TENANTD_AUDIT_ROW_H
#define TENANTD_AUDIT_ROW_H

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

/* Whether the row's own MAC is right. */
static inline bool
audit_row_genuine(const struct audit_keys *k, const struct audit_row *row)
{
	char mac[AUDIT_MAC_SIZE];

	audit_row_mac(mac, k, &row->content);
	return row->mac != NULL && strcmp(mac, row->mac) == 0;
}

#endif
