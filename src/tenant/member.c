/* member.c - see member.h. */
#include "tenant/member.h"

static enum err
take_row(
    enum err rc, const struct db_rows *rows, struct tenant_member *out, bool *found)
{
	*found = rc == ERR_OK && db_row_count(rows) == 1;
	if (!*found)
		return rc;
	*out = (struct tenant_member){
	    .system_prompt = db_text(rows, 0, 16),
	    .pinecone_environment = db_text(rows, 0, 17),
	    .has_pinecone_api_key = db_bool(rows, 0, 18),
	    .email = db_text(rows, 0, 19),
	};
	tenant_read_row(rows, &out->tenant);
	out->tenant.role = db_text(rows, 0, 15);
	out->tenant.grants = db_text(rows, 0, 20);
	return ERR_OK;
}

enum err
tenant_find_member(struct ctx *cx, struct db *db, const struct tenant_claim *claim,
    struct tenant_member *out, bool *found)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_member_find, claim->user_id, claim->tenant,
		claim->machine ? "true" : "false"),
	    &rows);

	return take_row(rc, rows, out, found);
}

enum err
tenant_query_member(struct ctx *cx, struct db *db, const struct tenant_claim *claim,
    struct tenant_member *out, bool *found)
{
	struct db_rows *rows = NULL;
	enum err rc = db_query(cx, db, STMT_member_find,
	    DB_ARGS(claim->user_id, claim->tenant, claim->machine ? "true" : "false"),
	    &rows);

	return take_row(rc, rows, out, found);
}
