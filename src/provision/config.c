/* config.c - see config.h. */
#include "provision/config.h"

#include <string.h>

#include "base/str.h"
#include "events/event.h"

enum { PAYLOAD_MAX = 4096 };

static enum err
take_newest(struct ctx *cx, const struct db_rows *rows, struct provision_config *out)
{
	if (db_row_count(rows) == 0)
		return provision_not_there(cx);
	*out = (struct provision_config){.tenant = out->tenant,
	    .version = db_i64(rows, 0, 0),
	    .config = db_text(rows, 0, 1)};
	return ERR_OK;
}

enum err
provision_config_show(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_config *out)
{
	struct db_rows *rows;
	enum err rc;

	if (out->tenant == NULL)
		return provision_not_there(cx);
	rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_provision_config_show, site->partner, out->tenant), &rows);
	return rc == ERR_OK ? take_newest(cx, rows, out) : rc;
}

static void
read_version(const struct db_rows *rows, int row, const char *tenant,
    struct provision_config *out)
{
	*out = (struct provision_config){
	    .tenant = tenant,
	    .version = db_i64(rows, row, 0),
	    .created_by = db_text(rows, row, 1),
	    .created_at = db_text(rows, row, 2),
	};
}

enum err
provision_config_version(struct ctx *cx, struct db *db,
    const struct provision_site *site, struct provision_config *out)
{
	const char *id = out->tenant;
	char version[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc;

	if (id == NULL)
		return provision_not_there(cx);
	rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_provision_config_version, site->partner, id,
		str_from_i64(version, out->version)),
	    &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return provision_not_there(cx);
	if (db_text(rows, 0, 0) == NULL)
		return err_tell(&cx->err, ERR_NOT_FOUND,
		    "there is no such version of the configuration, or it is kept no "
		    "more: GET /api/provisioning/tenants/%s/config/history lists them",
		    id);
	read_version(rows, 0, id, out);
	out->config = db_text(rows, 0, 3);
	return ERR_OK;
}

enum err
provision_config_list(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_config_page *page)
{
	char before[STR_I64_SIZE], limit[STR_I64_SIZE];
	struct db_rows *rows;
	enum err rc;

	if (page->id == NULL)
		return provision_not_there(cx);
	rc = db_read(cx, db, DB_MANAGEMENT,
	    DB_CALL(STMT_provision_config_list, site->partner, page->id,
		str_from_i64(before, page->before), str_from_i64(limit, page->limit)),
	    &rows);
	if (rc != ERR_OK)
		return rc;
	if (db_row_count(rows) == 0)
		return provision_not_there(cx);
	page->count = db_text(rows, 0, 0) != NULL ? db_row_count(rows) : 0;
	page->list =
	    arena_alloc(cx->mem, ((size_t)page->count + 1) * sizeof(*page->list));
	for (int i = 0; i < page->count; i++)
		read_version(rows, i, page->id, &page->list[i]);
	return ERR_OK;
}

/* -- changes -- */

enum err
provision_config_hold(struct ctx *cx, struct db *db, const struct provision_site *site,
    struct provision_config *out)
{
	const char *id = out->tenant;
	struct db_rows *rows;
	enum err rc;

	if (id == NULL)
		return provision_not_there(cx);
	rc = db_queue(cx, db, STMT_provision_config_turn, DB_ARGS(site->partner, id));
	if (rc == ERR_OK)
		rc = db_query(cx, db, STMT_provision_config_show,
		    DB_ARGS(site->partner, id), &rows);
	if (rc == ERR_OK)
		rc = take_newest(cx, rows, out);
	return rc == ERR_OK ? provision_check_open(cx, id, db_text(rows, 0, 2)) : rc;
}

static enum err
tell(struct ctx *cx, struct db *db, const struct provision_site *site,
    const struct provision_config *c)
{
	struct json_out o;
	struct buf b;
	enum err rc;

	buf_init(&b, cx->mem, PAYLOAD_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", c->tenant);
	json_member_text(&o, "partnerId", site->partner);
	json_member_i64(&o, "version", c->version);
	json_close_object(&o);
	rc = event_append(cx, db,
	    &(struct event){.kind = EVENT_TENANT_CONFIG_CHANGED,
		.tenant_id = c->tenant,
		.payload = buf_text(&b)});
	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, site->audit, db,
	    &(struct audit_entry){.event = "TENANT_CONFIG_CHANGED",
		.severity = AUDIT_MEDIUM,
		.actor = cx->actor,
		.tenant_id = c->tenant,
		.address = site->address,
		.details = buf_text(&b)});
}

/* A version more, and none that is older than as many as are kept. */
static enum err
add(struct ctx *cx, struct db *db, const struct provision_config *c)
{
	char version[STR_I64_SIZE], last[STR_I64_SIZE];
	enum err rc = db_queue(cx, db, STMT_provision_config_add,
	    DB_ARGS(
		c->tenant, str_from_i64(version, c->version), c->config, cx->actor));

	if (rc == ERR_OK && c->version > PROVISION_CONFIGS_KEPT)
		rc = db_queue(cx, db, STMT_provision_config_prune,
		    DB_ARGS(c->tenant,
			str_from_i64(last, c->version - PROVISION_CONFIGS_KEPT)));
	return rc;
}

enum err
provision_config_set(struct ctx *cx, struct db *db, const struct provision_site *site,
    const struct json *config, struct provision_config *now)
{
	const char *text = json_print(cx->mem, config);
	const struct json *before;
	enum err rc;

	if (text == NULL || strlen(text) > PROVISION_CONFIG_MAX)
		return err_tell(&cx->err, ERR_TOO_LARGE,
		    "a configuration may have %d bytes: remove something from it first",
		    PROVISION_CONFIG_MAX);
	rc = json_parse(
	    cx, now->config, strlen(now->config), JSON_DEPTH_DEFAULT, &before);
	if (rc != ERR_OK || json_equal(before, config))
		return rc;
	now->version++;
	now->config = text;
	rc = add(cx, db, now);
	return rc == ERR_OK ? tell(cx, db, site, now) : rc;
}
