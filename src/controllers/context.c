/* context.c - the tenant that a token names, as the layers of an application need it
 * that serve its members. The gate has read it. */
#include "controllers/app.h"
#include "role/scopes.h"
#include "json/json.h"

static void
put_tenant(struct json_out *o, const struct tenant_member *m)
{
	const struct tenant *t = &m->tenant;

	json_member_text(o, "id", t->id);
	json_member_text(o, "tenant", t->number);
	json_member_text(o, "name", t->name);
	json_member_text(o, "slug", t->slug);
	json_member_text(o, "status", t->status);
	json_member_text(o, "plan", t->plan);
	json_member_text(o, "billing_cycle", t->billing_cycle);
	json_member_text(o, "isolation", t->isolation);
	json_member_text(o, "schema_name", t->schema_name);
	json_member_raw(o, "features", t->features);
	json_member_text(o, "onboarding_status", t->onboarding_status);
	json_member_text(o, "system_prompt", m->system_prompt);
	json_member_text(o, "pinecone_environment", m->pinecone_environment);
	json_member_bool(o, "has_pinecone_api_key", m->has_pinecone_api_key);
}

static void
put_flags(struct json_out *o, const struct app *app, const struct tenant_member *m)
{
	json_name(o, "flags");
	json_open_object(o);
	json_member_bool(o, "is_active", true); /* or it would not be told of */
	json_member_bool(o, "rls_enabled", m->tenant.rls_enabled);
	json_member_bool(o, "has_system_prompt", str_is_set(m->system_prompt));
	json_member_bool(o, "has_vector_index",
	    m->pinecone_environment != NULL && m->has_pinecone_api_key);
	json_member_bool(o, "chat_available", str_is_set(app->conf->openai_api_key));
	json_close_object(o);
}

static void
put_user(struct json_out *o, const struct call *call)
{
	const struct principal *who = &call->who;
	const struct tenant_member *m = call->member;

	json_name(o, "user");
	json_open_object(o);
	json_member_text(o, "id", who->user.text);
	json_member_text(o, "email", m->email != NULL ? m->email : who->email);
	json_member_text(o, "role", m->tenant.role);
	role_scopes_put(o, "scopes", call->scopes); /* not what a token said once */
	json_close_object(o);
}

enum err
tenant_context_get(struct app *app, struct call *call)
{
	const struct tenant_member *m = call->member;
	struct json_out o;

	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	put_tenant(&o, m);
	put_flags(&o, app, m);
	put_user(&o, call);
	json_member_i64(&o, "version", m->tenant.version);
	json_member_text(&o, "updated_at", m->tenant.updated_at);
	json_close_object(&o);
	return ERR_OK;
}
