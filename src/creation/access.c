/* access.c - see access.h. */
#include "creation/access.h"

#include "flows/holdings.h"
#include "flows/logins.h"
#include "tenant/tenant.h"

static enum err
follow_redis(
    struct ctx *cx, struct creation_means *means, const char *tenant_id, bool on)
{
	const struct holdings_site at = {.db = means->db,
	    .keys = means->keys,
	    .stores = means->stores,
	    .audit = means->audit,
	    .tenant_id = tenant_id,
	    .address = ""};

	return holdings_turn_redis(cx, &at, on);
}

enum err
tenant_access_follow(
    struct ctx *cx, struct creation_means *means, const char *tenant_id)
{
	struct err_info first;
	struct db_rows *rows;
	bool on;
	enum err rc = db_read(cx, means->db, DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_status, tenant_id), &rows);

	if (rc != ERR_OK || db_row_count(rows) == 0)
		return rc;
	on = tenant_is_usable(db_text(rows, 0, 0));
	rc = logins_settle(cx, means->databases, tenant_id, 0);
	if (rc == ERR_OK)
		return follow_redis(cx, means, tenant_id, on);
	first = cx->err;
	if (follow_redis(cx, means, tenant_id, on) != ERR_OK)
		err_clear(&cx->err);
	cx->err = first;
	return rc;
}
