/* gate.c - see gate.h. */
#include "controllers/gate.h"

#include <string.h>
#include <strings.h>

#include "base/address.h"
#include "base/clock.h"
#include "base/log.h"
#include "controllers/describe.h"
#include "controllers/level.h"
#include "controllers/rates.h"
#include "flows/keyring.h"
#include "flows/steps.h"
#include "http/fcgi.h"
#include "idempotency/idempotency.h"

static enum err
no_such_route(struct call *call, const struct router_match *match)
{
	struct err_info *e = &call->cx.err;

	if (!match->path_known)
		return err_tell(e, ERR_NOT_FOUND, "there is nothing at this path");
	response_header(call->rs, "Allow", match->allow);
	return err_tell(e, ERR_METHOD, "this path answers %s", match->allow);
}

/* A browser shows its user no more than that something failed, so whoever runs the
 * server is told as well: once a minute, since anybody can send an origin. */
static enum err
answer_preflight(struct app *app, struct call *call, const char *allow)
{
	struct ctx *cx = &call->cx;
	enum err rc = cors_preflight(cx, app->cors, &call->rq, allow, call->rs);

	if (rc != ERR_OK && rates_may_warn(app))
		log_error(LOG_WARNING, cx, "preflight-refused");
	return rc;
}

enum err
gate_find(struct app *app, struct call *call, bool *answered)
{
	const struct router_match match = router_find(app->router, &call->rq);

	*answered = cors_is_preflight(&call->rq);
	if (*answered)
		return answer_preflight(app, call, match.allow);
	cors_apply(app->cors, &call->rq, call->rs);
	if (call->rq.method == HTTP_OPTIONS && match.path_known) {
		response_header(call->rs, "Allow", match.allow);
		call->rs->status = 204;
		*answered = true;
		return ERR_OK;
	}
	if (match.row < 0)
		return no_such_route(call, &match);
	call->route = &routes[match.row];
	call->rs->oauth = call->route->body == BODY_FORM;
	memcpy(call->params, match.params, sizeof(call->params));
	return ERR_OK;
}

/* A key's use is noted when its request was answered. */
static enum err
check_key(struct app *app, struct call *call, const char *key)
{
	struct keyring_pass *pass = arena_alloc(call->cx.mem, sizeof(*pass));
	const struct keyring_shown shown = {key, level_named_tenant(call)};
	enum err rc = keyring_admit(&call->cx, app->db, &shown, pass);

	if (rc != ERR_OK)
		return rc;
	call->who = pass->who;
	call->pass = pass;
	call->partner = pass->partner;
	call->stale_key = pass->stale ? pass->who.key_id : NULL;
	return ERR_OK;
}

/* As far as the request alone tells, and of a key what the database says of it. */
static enum err
check_caller(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	const char *header, *key;
	enum err rc;

	switch (perm_level(call->route->perm)) {
	case LEVEL_PUBLIC:
		return ERR_OK;
	case LEVEL_MONITOR:
		if (address_text_in_list(call->rq.client, app->conf->metrics_allow))
			return ERR_OK;
		return err_tell(&cx->err, ERR_FORBIDDEN, "not from this address");
	case LEVEL_ENROL:
	case LEVEL_SELF:
	case LEVEL_USER:
	case LEVEL_SUPERUSER:
	case LEVEL_PLATFORM:
	case LEVEL_TENANT:
	case LEVEL_VIEWER:
	case LEVEL_MEMBER:
		break;
	case LEVEL_PARTNER:
		if (app->conf->provisioning_api)
			break;
		return err_tell(&cx->err, ERR_NOT_FOUND,
		    "partners may not provision here: PROVISIONING_API is off");
	case LEVEL_UNSET:
	case LEVEL_COUNT:
		return err_set(&cx->err, ERR_FORBIDDEN, "the row grants nothing");
	}
	header = request_header(&call->rq, "authorization");
	call->rs->token_shown = header != NULL;
	key = auth_api_key(header);
	rc = key != NULL ? check_key(app, call, key)
			 : auth_bearer(cx, app->auth, header, &call->who);
	cx->actor = rc == ERR_OK ? call->who.user.text : NULL;
	return rc;
}

static const char form_type[] = "application/x-www-form-urlencoded";

/* With any parameters; nothing at all is taken as JSON. */
static bool
is_taken(enum body_kind kind, const char *content_type)
{
	struct slice rest = slice_of(content_type), type;

	if (kind == BODY_ITEMS && request_is_lines(content_type))
		return true;
	if (!slice_next(&rest, ';', &type))
		return false;
	if (kind == BODY_FORM)
		return slice_eq_ci(type, form_type);
	return type.n == 0 || slice_eq_ci(type, "application/json") ||
	    (type.n > 5 &&
		slice_eq_ci((struct slice){type.p + type.n - 5, 5}, "+json"));
}

static enum err
read_body(struct call *call)
{
	struct ctx *cx = &call->cx;
	const struct route *r = call->route;
	enum err rc = r->body == BODY_ITEMS
	    ? exchange_spool_body(cx, call->exchange, &call->rq, r->body_max)
	    : exchange_read_body(cx, call->exchange, &call->rq, r->body_max);

	if (rc == ERR_TOO_LARGE)
		return err_tell(
		    &cx->err, rc, "the body may have %zu bytes", r->body_max);
	if (rc != ERR_OK)
		return rc;
	if (call->rq.body_length == 0 && r->body >= BODY_REQUIRED)
		return err_tell(&cx->err, ERR_INVALID, "the request needs a body");
	if (call->rq.body_length > 0 && !is_taken(r->body, call->rq.content_type))
		return err_tell(&cx->err, ERR_MEDIA_TYPE, "the body must be %s",
		    r->body == BODY_FORM        ? form_type
			: r->body == BODY_ITEMS ? "application/json, an array, or "
						  "application/x-ndjson"
						: "application/json");
	return ERR_OK;
}

/* The fields as an object; one that comes twice is then a fault like any other. */
static enum err
parse_form(struct call *call)
{
	struct ctx *cx = &call->cx;
	struct slice rest = {call->rq.body, call->rq.body_length};
	const char *name, *value;
	struct json_out o;
	struct buf b;
	enum err rc;

	/* a byte is six characters of JSON at most */
	buf_init(&b, cx->mem, 6 * call->rq.body_length + 16);
	json_out_init(&o, &b);
	json_open_object(&o);
	while ((rc = request_next_field(cx, &rest, &name, &value)) == ERR_OK &&
	    name != NULL)
		json_member_text(&o, name, value);
	json_close_object(&o);
	if (rc == ERR_OK && b.failed)
		rc = err_set(&cx->err, ERR_TOO_LARGE, "a form of too many fields");
	return rc == ERR_OK ? json_parse(cx, b.p, b.n, JSON_DEPTH_DEFAULT, &call->body)
			    : rc;
}

static enum err
check_body(struct app *app, struct call *call)
{
	struct ctx *cx = &call->cx;
	const struct route *r = call->route;
	enum err rc;

	if (r->body == BODY_NONE)
		return ERR_OK;
	rc = read_body(call);
	if (rc != ERR_OK || call->rq.body_length == 0 || r->body == BODY_ITEMS)
		return rc;
	rc = r->body == BODY_FORM ? parse_form(call)
				  : json_parse(cx, call->rq.body, call->rq.body_length,
					JSON_DEPTH_DEFAULT, &call->body);
	if (rc == ERR_OK)
		rc = schema_check(cx, app->schemas[r->schema], call->body);
	return rc;
}

/* Which partner it is, and so which limit, the level says. */
static enum err
check_partner(struct app *app, struct call *call)
{
	enum err rc = level_check(app, call);

	return rc == ERR_OK ? rates_count_partner(app, call)
			    : rates_count_refused(app, call);
}

static enum err
check_others(struct app *app, struct call *call)
{
	enum err rc = rates_count(app, call);

	if (rc == ERR_OK)
		rc = level_check(app, call);
	return rc == ERR_OK ? rates_count_tenant(app, call) : rc;
}

/* By a slug that the tenant had, reading leads to where it is now (RFC 9110 15.4.9).
 * What is to change something is done at once: who sends it would have to send it
 * twice. */
static enum err
lead_on(struct app *app, struct call *call)
{
	static const char before[] = "/api/tenants/";
	struct ctx *cx = &call->cx;
	const char *name, *rest, *slug = NULL;
	enum err rc;

	if (call->tenant_id == NULL || !route_leads_on(call->route))
		return ERR_OK;
	name = slice_dup(cx->mem, call->params[0]);
	if (strcasecmp(name, call->tenant_id) == 0)
		return ERR_OK;
	rc = tenant_slug_now(cx, app->db, call->tenant_id, name, &slug);
	if (rc != ERR_OK || slug == NULL)
		return rc;
	rest = strstr(call->rq.target, before);
	if (rest == NULL)
		return ERR_OK;
	rest += sizeof(before) - 1;
	rest += strcspn(rest, "/?");
	call->rs->status = 308;
	response_header(call->rs, "Location",
	    arena_printf(cx->mem, "%s%s%s%s", call->rq.prefix, before,
		request_encode_piece(cx->mem, slug), rest));
	call->answered = true;
	return ERR_OK;
}

static enum err
enter(struct app *app, struct call *call)
{
	enum err rc = check_caller(app, call);

	if (rc == ERR_UNAUTHORIZED)
		return rates_count_refused(app, call);
	if (rc == ERR_OK)
		rc = perm_level(call->route->perm) == LEVEL_PARTNER
		    ? check_partner(app, call)
		    : check_others(app, call);
	if (rc == ERR_OK)
		rc = lead_on(app, call);
	return rc == ERR_OK && !call->answered ? check_body(app, call) : rc;
}

enum err
gate_enter(struct app *app, struct call *call)
{
	enum err rc = enter(app, call);

	rates_tell(call);
	return rc;
}

/* -- once: the handler inside the transaction that keeps its answer -- */

struct once {
	struct app *app;
	struct call *call;
	struct idempotency_claim claim;
};

/* Who has left the tenant since, or may not use it any more, learns no more of it. */
static enum err
check_replay(struct app *app, struct call *call, const char *tenant_id)
{
	const struct tenant_seeker seeker = {call->who.user.text, tenant_id, true};
	struct tenant tenant;
	bool found;
	enum err rc;

	if (tenant_id == NULL || call->tenant_id != NULL)
		return ERR_OK; /* of none, or the path's, which was checked already */
	rc = tenant_query_of_user(&call->cx, app->db, &seeker, &tenant, &found);
	if (rc != ERR_OK)
		return rc;
	if (!found || strcmp(tenant.id, tenant_id) != 0)
		return err_tell(&call->cx.err, ERR_FORBIDDEN,
		    "the first answer is about a tenant that is not yours any more");
	return tenant_check_usable(&call->cx, tenant.status);
}

static enum err
replay(struct app *app, struct call *call, const struct idempotency_answer *a)
{
	struct response *rs = call->rs;
	enum err rc = check_replay(app, call, a->tenant_id);

	if (rc != ERR_OK)
		return rc;
	rs->status = a->status;
	rs->content_type = a->content_type;
	buf_puts(&rs->headers, a->headers);
	response_header(rs, "Idempotency-Replayed", "true");
	buf_reset(&rs->body);
	buf_put(&rs->body, a->body.p, a->body.n);
	return ERR_OK;
}

static enum err
run_once(struct ctx *cx, struct db *db, void *arg)
{
	struct once *o = arg;
	struct response *rs = o->call->rs;
	const size_t gate = o->call->gate_headers;
	struct idempotency_answer answer;
	enum err rc;

	rs->status = 0;
	o->call->committed = NULL;
	rs->headers.n = gate;
	buf_reset(&rs->body);
	if (o->claim.scope[0] == '\0')
		return o->call->route->handler(o->app, o->call);
	rc = idempotency_begin(cx, db, &o->claim, o->app->seal_keys, &answer);
	if (rc != ERR_OK)
		return rc;
	if (answer.status != 0)
		return replay(o->app, o->call, &answer);
	rc = o->call->route->handler(o->app, o->call);
	if (rc != ERR_OK)
		return rc;
	answer = (struct idempotency_answer){
	    .status = rs->status == 0 ? 200 : rs->status,
	    .content_type = response_content_type(rs),
	    .headers = slice_dup(
		cx->mem, (struct slice){rs->headers.p + gate, rs->headers.n - gate}),
	    .body = {rs->body.p, rs->body.n},
	    .tenant_id =
		o->call->tenant_id != NULL ? o->call->tenant_id : o->call->about_tenant,
	};
	return idempotency_store(cx, db, &o->claim,
	    o->call->route->answer == ANSWER_ONCE_SEALED ? o->app->seal_keys : NULL,
	    &answer);
}

/* The target as a key's scope has it: with a trailing slash it is the same resource. */
static const char *
resource_of(const struct call *call)
{
	const char *target = call->rq.target;
	size_t n = strcspn(target, "?");

	if (n < 2 || target[n - 1] != '/')
		return target;
	return arena_printf(call->cx.mem, "%.*s%s", (int)n - 1, target, target + n);
}

/* On whose behalf: who speaks for several partners has the retries of each apart. */
static const char *
behalf_of(const struct call *call)
{
	if (call->partner == NULL)
		return call->who.tenant_id;
	return arena_printf(call->cx.mem, "partner:%s", call->partner->id);
}

enum err
gate_claim(
    struct app *app, struct call *call, const char *key, struct idempotency_claim *out)
{
	return idempotency_init(&call->cx, out,
	    &(struct idempotency_request){.key = key,
		.user_id = call->who.user.text,
		.behalf = behalf_of(call),
		.method = call->route->name,
		.path = resource_of(call),
		.body = {call->rq.body, call->rq.body_length},
		.hours = app->conf->idempotency_hours});
}

enum err
gate_run(struct app *app, struct call *call)
{
	const char *key = request_header(&call->rq, "idempotency-key");
	struct once once = {.app = app, .call = call};
	enum err rc;

	if (call->route->answer < ANSWER_ONCE ||
	    call->route->answer == ANSWER_ONCE_PARTS)
		return call->route->handler(app, call);
	if (key != NULL && (rc = gate_claim(app, call, key, &once.claim)) != ERR_OK)
		return rc;
	rc = steps_transaction(&call->cx, app->db,
	    call->tenant_id != NULL ? call->tenant_id : DB_MANAGEMENT, run_once, &once);
	if (rc == ERR_OK && call->committed != NULL)
		call->committed(app, call);
	return rc;
}
