/* email_templates.c - the routes about a tenant's own texts of the mails. */
#include <string.h>

#include "controllers/app.h"
#include "controllers/list.h"
#include "mail/mail.h"
#include "mail/own.h"

/* The mail that the path names, and what the tenant has of it. */
struct subject {
	struct call *call;
	struct mail_place place;
	struct mail_own own;
};

static enum err
find_place(const struct app *app, struct call *call, struct mail_place *p)
{
	const char *name = slice_dup(call->cx.mem, call->params[1]);

	*p = (struct mail_place){.tenant_id = call->tenant_id,
	    .address = call->rq.client,
	    .audit = app->audit,
	    .of = mail_template_find(name)};
	if (p->of == NULL)
		return err_tell(&call->cx.err, ERR_NOT_FOUND, "there is no such mail");
	return ERR_OK;
}

/* -- answers -- */

static void
put_state(struct json_out *o, const struct mail_template *t, const struct mail_own *own)
{
	json_member_text(o, "name", t->name);
	json_member_text(o, "meaning", t->meaning);
	json_member_bool(o, "overridden", own->version > 0);
	json_member_i64(o, "version", own->version);
	json_member_text(o, "updatedAt", own->updated_at);
	json_member_text(o, "updatedBy", own->updated_by);
}

static void
put_variables(struct json_out *o, const struct mail_template *t)
{
	json_name(o, "variables");
	json_open_array(o);
	for (int i = 0; i < mail_variable_count; i++)
		if (mail_variables[i].of == t) {
			json_open_object(o);
			json_member_text(o, "name", mail_variables[i].name);
			json_member_text(o, "meaning", mail_variables[i].meaning);
			json_close_object(o);
		}
	json_close_array(o);
}

/* The texts in use: the tenant's, else ours. */
static void
answer(struct subject *s)
{
	const struct mail_template *t = s->place.of;
	struct json_out o;

	buf_reset(&s->call->rs->body);
	json_out_init(&o, &s->call->rs->body);
	json_open_object(&o);
	put_state(&o, t, &s->own);
	for (int i = 0; i < MAIL_FORM_COUNT; i++)
		json_member_text(&o, mail_form_name(i),
		    s->own.version > 0 ? s->own.texts.forms[i]
				       : mail_template_text(t, i));
	put_variables(&o, t);
	json_member_raw(&o, "sample", mail_template_sample(t));
	json_close_object(&o);
}

enum err
email_template_list_get(struct app *app, struct call *call)
{
	struct mail_own *list =
	    arena_alloc(call->cx.mem, (size_t)mail_template_count * sizeof(*list));
	struct json_out o;
	enum err rc = mail_own_list(&call->cx, app->db, call->tenant_id, list);

	if (rc != ERR_OK)
		return rc;
	list_open(call, &o);
	for (int i = 0; i < mail_template_count; i++) {
		json_open_object(&o);
		put_state(&o, &mail_templates[i], &list[i]);
		json_close_object(&o);
	}
	list_close(call, &o, NULL);
	return ERR_OK;
}

enum err
email_template_get(struct app *app, struct call *call)
{
	struct subject s = {.call = call};
	enum err rc = find_place(app, call, &s.place);

	if (rc == ERR_OK)
		rc = mail_own_read(&call->cx, app->db, &s.place, &s.own);
	if (rc == ERR_OK)
		answer(&s);
	return rc;
}

/* -- previews, which every text must pass before it is taken -- */

static struct mail_texts
texts_of(const struct json *body, const struct mail_texts *others)
{
	struct mail_texts texts;

	for (int i = 0; i < MAIL_FORM_COUNT; i++) {
		texts.forms[i] = json_get_text(body, mail_form_name(i));
		if (texts.forms[i] == NULL)
			texts.forms[i] = others->forms[i];
	}
	return texts;
}

static enum err
preview(struct app *app, const struct subject *s, const struct mail_texts *own,
    struct mail_texts *out)
{
	struct ctx *cx = &s->call->cx;
	const char *sample = mail_template_sample(s->place.of);
	struct mail_view view = {.view = json_get(s->call->body, "view")};
	struct mail_settings settings;
	enum err rc = mail_settings_init(cx, cx->mem, app->conf, &settings);

	if (rc == ERR_OK)
		rc = json_parse(cx, sample, strlen(sample), 0, &view.sample);
	if (rc != ERR_OK)
		return rc;
	view.product = settings.product;
	return mail_template_render(cx, s->place.of, own, &view, out);
}

enum err
email_template_preview_post(struct app *app, struct call *call)
{
	struct subject s = {.call = call};
	struct mail_texts own, made;
	struct json_out o;
	enum err rc = find_place(app, call, &s.place);

	if (rc == ERR_OK)
		rc = mail_own_read(&call->cx, app->db, &s.place, &s.own);
	if (rc != ERR_OK)
		return rc;
	own = texts_of(call->body, &s.own.texts);
	if ((rc = preview(app, &s, &own, &made)) != ERR_OK)
		return rc;
	json_out_init(&o, &call->rs->body);
	json_open_object(&o);
	for (int i = 0; i < MAIL_FORM_COUNT; i++)
		json_member_text(&o, mail_form_name(i), made.forms[i]);
	json_close_object(&o);
	return ERR_OK;
}

/* -- changes -- */

/* Reads what is there, if it is still what the caller has seen. */
static enum err
meet(struct ctx *cx, struct db *db, struct subject *s)
{
	enum err rc = mail_own_find(cx, db, &s->place, &s->own);

	if (rc != ERR_OK)
		return rc;
	answer(s);
	return response_check_match(cx, s->call->rs, &s->call->rq, "template");
}

static enum err
put(struct ctx *cx, struct db *db, void *arg)
{
	struct subject *s = arg;
	enum err rc = meet(cx, db, s);

	if (rc != ERR_OK)
		return rc;
	s->own.texts = texts_of(s->call->body, &s->own.texts);
	return mail_own_put(cx, db, &s->place, &s->own);
}

static enum err
check_whose(struct ctx *cx, const struct mail_template *t)
{
	if (t->tenants)
		return ERR_OK;
	return err_tell(&cx->err, ERR_FORBIDDEN,
	    "this mail gives somebody the way to their account, which is no tenant's: "
	    "it is always sent in our own words");
}

enum err
email_template_put(struct app *app, struct call *call)
{
	struct subject s = {.call = call};
	struct mail_texts own, made;
	enum err rc = find_place(app, call, &s.place);

	own = texts_of(call->body, &s.own.texts);
	if (rc == ERR_OK)
		rc = check_whose(&call->cx, s.place.of);
	if (rc == ERR_OK)
		rc = preview(app, &s, &own, &made);
	if (rc == ERR_OK)
		rc = db_transaction(&call->cx, app->db, call->tenant_id, put, &s);
	if (rc != ERR_OK)
		return rc;
	answer(&s);
	response_tag(call->rs);
	return ERR_OK;
}

static enum err
remove_own(struct ctx *cx, struct db *db, void *arg)
{
	struct subject *s = arg;
	enum err rc = meet(cx, db, s);

	if (rc == ERR_OK && s->own.version == 0)
		return err_tell(&cx->err, ERR_NOT_FOUND,
		    "the tenant has no template of its own for this mail");
	return rc == ERR_OK ? mail_own_remove(cx, db, &s->place, &s->own) : rc;
}

enum err
email_template_delete(struct app *app, struct call *call)
{
	struct subject s = {.call = call};
	enum err rc = find_place(app, call, &s.place);

	if (rc == ERR_OK)
		rc =
		    db_transaction(&call->cx, app->db, call->tenant_id, remove_own, &s);
	if (rc == ERR_OK)
		call->rs->status = 204;
	return rc;
}
