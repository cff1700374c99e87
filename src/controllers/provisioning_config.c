/* provisioning_config.c - the routes by which partners see to a tenant's configuration.
 */
#include <inttypes.h>
#include <string.h>

#include "controllers/list.h"
#include "controllers/provisioning.h"
#include "flows/steps.h"
#include "provision/config.h"
#include "json/merge.h"

/* The version is the tag: a configuration that comes back is another one. */
static void
tag_of(struct call *call, const struct provision_config *c,
    char out[static RESPONSE_ETAG_SIZE])
{
	const char *text =
	    arena_printf(call->cx.mem, "config %s %" PRId64, c->tenant, c->version);

	response_etag(out, text, strlen(text));
}

enum err
provision_config_get(struct app *app, struct call *call)
{
	const struct provision_site site = provision_site_of(app, call);
	struct provision_config c = {.tenant = provision_path_id(call)};
	enum err rc = provision_config_show(&call->cx, app->db, &site, &c);

	if (rc != ERR_OK)
		return rc;
	buf_puts(&call->rs->body, c.config);
	tag_of(call, &c, call->rs->etag);
	return ERR_OK;
}

static void
put_version(struct json_out *o, const void *row)
{
	const struct provision_config *c = row;

	json_open_object(o);
	json_member_i64(o, "version", c->version);
	json_member_text(o, "created_by", c->created_by);
	json_member_text(o, "created_at", c->created_at);
	if (c->config != NULL)
		json_member_raw(o, "config", c->config);
	json_close_object(o);
}

static const struct list_form form = {.size = sizeof(struct provision_config),
    .key = offsetof(struct provision_config, version),
    .numbered = true,
    .put = put_version};

enum err
provision_config_history(struct app *app, struct call *call)
{
	const struct provision_site site = provision_site_of(app, call);
	struct provision_config_page page = {.id = provision_path_id(call)};
	struct list_query q;
	enum err rc = list_read_number(call, &q, &page.before);

	if (page.before == 0)
		page.before = INT64_MAX;
	page.limit = q.limit + 1;
	if (rc == ERR_OK)
		rc = provision_config_list(&call->cx, app->db, &site, &page);
	if (rc == ERR_OK)
		list_put(call, &q, &form, page.list, page.count);
	return rc;
}

enum err
provision_config_history_get(struct app *app, struct call *call)
{
	const struct provision_site site = provision_site_of(app, call);
	struct provision_config c = {.tenant = provision_path_id(call)};
	struct json_out o;
	enum err rc;

	/* what is no number is no version: 0 is none either */
	if (!str_to_i64(call->params[1], 1, INT64_MAX, &c.version))
		c.version = 0;
	rc = provision_config_version(&call->cx, app->db, &site, &c);
	if (rc != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	put_version(&o, &c);
	return ERR_OK;
}

/* -- changes -- */

struct change {
	struct app *app;
	struct call *call;
	struct provision_site site;
	struct provision_config now;
};

static enum err
hold(struct ctx *cx, struct db *db, struct change *c)
{
	char etag[RESPONSE_ETAG_SIZE];
	enum err rc;

	c->now = (struct provision_config){
	    .tenant = provision_path_id(c->call), .config = "{}"};
	rc = provision_config_hold(cx, db, &c->site, &c->now);
	if (rc != ERR_OK)
		return rc;
	tag_of(c->call, &c->now, etag);
	if (response_if_match(&c->call->rq, etag))
		return ERR_OK;
	return err_tell(&cx->err, ERR_PRECONDITION,
	    "the configuration is not what If-Match says any more: read it again, it "
	    "is at version %" PRId64,
	    c->now.version);
}

static enum err
replace(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	enum err rc = hold(cx, db, c);

	return rc == ERR_OK
	    ? provision_config_set(cx, db, &c->site, c->call->body, &c->now)
	    : rc;
}

static enum err
patch(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	const struct json *now, *merged = NULL;
	enum err rc = hold(cx, db, c);

	if (rc == ERR_OK)
		rc = json_parse(
		    cx, c->now.config, strlen(c->now.config), JSON_DEPTH_DEFAULT, &now);
	if (rc == ERR_OK)
		rc = json_merge(cx, now, c->call->body, &merged);
	if (rc == ERR_OK)
		rc = schema_check(cx, c->app->schemas[SCHEMA_tenant_config], merged);
	return rc == ERR_OK ? provision_config_set(cx, db, &c->site, merged, &c->now)
			    : rc;
}

static enum err
run_and_answer(struct app *app, struct call *call, db_transaction_fn *fn)
{
	struct change c = {
	    .app = app, .call = call, .site = provision_site_of(app, call)};
	char etag[RESPONSE_ETAG_SIZE];
	enum err rc = steps_transaction(&call->cx, app->db, DB_MANAGEMENT, fn, &c);

	if (rc != ERR_OK)
		return rc;
	buf_puts(&call->rs->body, c.now.config);
	tag_of(call, &c.now, etag);
	response_header(call->rs, "ETag", etag);
	return ERR_OK;
}

enum err
provision_config_put(struct app *app, struct call *call)
{
	return run_and_answer(app, call, replace);
}

enum err
provision_config_patch(struct app *app, struct call *call)
{
	return run_and_answer(app, call, patch);
}
