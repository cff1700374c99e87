/* database_access.c - see database_access.h. */
#include "flows/database_access.h"

#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "database/usage.h"
#include "flows/logins.h"
#include "json/json.h"

enum { BYTES_MS = 2000, DETAILS_MAX = 1024 };

static struct database_pool
usual_pool(const struct conf *c)
{
	return (struct database_pool){
	    .max = c->tenant_pool_max,
	    .min = c->tenant_pool_min < c->tenant_pool_max ? c->tenant_pool_min
							   : c->tenant_pool_max,
	    .idle_ms = c->tenant_pool_idle,
	    .acquire_ms = c->tenant_pool_acquire,
	};
}

static void
read_row(const struct db_rows *rows, const struct database_access_site *site,
    struct database_access *out)
{
	*out = (struct database_access){
	    .tenant_id = site->tenant_id,
	    .isolation = db_text(rows, 0, 0),
	    .server = db_text(rows, 0, 1),
	    .database = db_text(rows, 0, 2),
	    .schema = db_text(rows, 0, 3),
	    .role = db_text(rows, 0, 4),
	    .pool = usual_pool(databases_conf(site->databases)),
	    .bytes = -1,
	    .version = db_i64(rows, 0, 9),
	    .rotated_at = db_text(rows, 0, 10),
	    .updated_at = db_text(rows, 0, 11),
	    .may_log_in = db_bool(rows, 0, 12),
	};
	if (db_text(rows, 0, 5) != NULL)
		out->pool = (struct database_pool){db_i64(rows, 0, 5),
		    db_i64(rows, 0, 6), db_i64(rows, 0, 7), db_i64(rows, 0, 8)};
}

static enum err
take_row(struct ctx *cx, enum err rc, const struct db_rows *rows,
    const struct database_access_site *site, struct database_access *out)
{
	if (rc == ERR_OK && db_row_count(rows) == 0)
		rc = err_tell(&cx->err, ERR_NOT_FOUND, "there is no such tenant");
	if (rc == ERR_OK)
		read_row(rows, site, out);
	return rc;
}

enum err
database_access_show(struct ctx *cx, struct db *db,
    const struct database_access_site *site, struct database_access *out)
{
	struct db_rows *rows = NULL;
	enum err rc = db_read(cx, db, site->tenant_id,
	    DB_CALL(STMT_tenant_login_show, site->tenant_id), &rows);

	return take_row(cx, rc, rows, site, out);
}

int64_t
database_access_bytes(struct ctx *cx, const struct database_access_site *site)
{
	const int64_t deadline = cx->deadline_ms, now = clock_mono_ms();
	int64_t bytes = -1;

	if (deadline == 0 || deadline > now + BYTES_MS)
		cx->deadline_ms = now + BYTES_MS;
	if (database_bytes(cx, site->databases, site->tenant_id, &bytes) != ERR_OK) {
		log_error(LOG_WARNING, cx, "database-bytes-unknown");
		ctx_clear(cx);
		bytes = -1;
	}
	cx->deadline_ms = deadline;
	return bytes;
}

enum err
database_access_hold(struct ctx *cx, struct db *db,
    const struct database_access_site *site, struct database_access *out)
{
	struct db_rows *rows = NULL;
	enum err rc =
	    db_query(cx, db, STMT_tenant_login_hold, DB_ARGS(site->tenant_id), &rows);

	if (rc == ERR_OK)
		rc = db_query(
		    cx, db, STMT_tenant_login_show, DB_ARGS(site->tenant_id), &rows);
	return take_row(cx, rc, rows, site, out);
}

/* -- changes -- */

static enum err
tell(struct ctx *cx, struct db *db, const struct database_access_site *site,
    const char *event, const struct database_access *now)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, DETAILS_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "server", now->server);
	json_member_text(&o, "database", now->database);
	json_member_text(&o, "role", now->role);
	json_member_i64(&o, "max", now->pool.max);
	json_member_i64(&o, "min", now->pool.min);
	json_member_i64(&o, "idle", now->pool.idle_ms);
	json_member_i64(&o, "acquire", now->pool.acquire_ms);
	json_close_object(&o);
	return audit_append(cx, site->audit, db,
	    &(struct audit_entry){.event = event,
		.severity = AUDIT_HIGH,
		.actor = cx->actor,
		.tenant_id = site->tenant_id,
		.address = site->address,
		.details = buf_text(&b)});
}

/* What tenants may hold on a server together is what it was registered with. The other
 * tenants' pools are nothing that this transaction may see. */
static enum err
check_room(struct ctx *cx, const struct database_access_site *site,
    const struct database_access *now, const struct database_pool *pool)
{
	struct db_rows *rows;
	char max[STR_I64_SIZE];
	enum err rc;

	if (now->server == NULL || now->role == NULL || pool->max <= now->pool.max)
		return ERR_OK;
	rc = db_read(cx, databases_control(site->databases), DB_MANAGEMENT,
	    DB_CALL(STMT_tenant_login_room, now->server, now->tenant_id,
		str_from_i64(max, pool->max)),
	    &rows);
	if (rc == ERR_OK && db_row_count(rows) == 1 && !db_bool(rows, 0, 0))
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "the server has no room for a pool of %lld: its tenants may hold "
		    "%lld connections together",
		    (long long)pool->max, (long long)db_i64(rows, 0, 1));
	return rc;
}

/* The role's connections are the server's, which other tenants have too. */
static enum err
check_most(struct ctx *cx, const struct database_access_site *site,
    const struct database_access *now, const struct database_pool *pool)
{
	const int64_t usual = databases_conf(site->databases)->tenant_pool_max;
	const int64_t most = now->pool.max > usual ? now->pool.max : usual;

	if (site->platform || now->role == NULL || pool->max <= most)
		return ERR_OK;
	ctx_fault(cx, "/pool/max", "maximum", "must be %lld at most", (long long)most);
	return err_tell(&cx->err, ERR_FORBIDDEN,
	    "a pool of more than %lld connections is for the platform to give",
	    (long long)most);
}

enum err
database_access_set_pool(struct ctx *cx, struct db *db,
    const struct database_access_site *site, const struct database_pool *pool,
    struct database_access *now)
{
	char figures[4][STR_I64_SIZE];
	const char *const *args = DB_ARGS(site->tenant_id,
	    str_from_i64(figures[0], pool->max), str_from_i64(figures[1], pool->min),
	    str_from_i64(figures[2], pool->idle_ms),
	    str_from_i64(figures[3], pool->acquire_ms));
	enum err rc;

	if (pool->min > pool->max) {
		ctx_fault(cx, "/pool/min", "maximum",
		    "must be %lld, the pool's max, at most", (long long)pool->max);
		return err_tell(&cx->err, ERR_INVALID,
		    "a pool's min may not be larger than its max");
	}
	rc = check_most(cx, site, now, pool);
	if (rc == ERR_OK)
		rc = check_room(cx, site, now, pool);
	if (rc == ERR_OK)
		rc = db_queue(cx, db,
		    now->version == 0 ? STMT_tenant_login_keep : STMT_tenant_login_turn,
		    args);
	if (rc == ERR_OK && now->role != NULL)
		rc = login_queue(cx, db, site->tenant_id);
	if (rc == ERR_OK)
		rc = database_access_hold(cx, db, site, now);
	return rc == ERR_OK ? tell(cx, db, site, "TENANT_DATABASE_POOL_CHANGED", now)
			    : rc;
}

enum err
database_access_rotate(struct ctx *cx, struct db *db,
    const struct database_access_site *site, bool end, struct database_access *now)
{
	const char *url = NULL;
	enum err rc;

	if (now->role == NULL)
		return err_tell(&cx->err, ERR_CONFLICT,
		    "the tenant has no login role: its applications use one of the "
		    "operator's");
	rc = login_address_make(cx, db, site->databases,
	    &(const struct login_address){
		site->tenant_id, now->server, now->database, now->role},
	    &url);
	if (rc == ERR_OK)
		rc = db_queue(cx, db, STMT_tenant_login_rotate,
		    DB_ARGS(site->tenant_id, end ? "true" : "false"));
	if (rc == ERR_OK)
		rc = login_queue(cx, db, site->tenant_id);
	if (rc == ERR_OK)
		rc = database_access_hold(cx, db, site, now);
	if (rc != ERR_OK)
		return rc;
	now->url = url;
	return tell(cx, db, site, "TENANT_DATABASE_CREDENTIALS_ROTATED", now);
}
