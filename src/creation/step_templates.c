/* step_templates.c - the mails of a new tenant; see steps.h. */
#include <assert.h>
#include <string.h>

#include "creation/steps.h"
#include "mail/mail.h"
#include "mail/own.h"

/* What a tenant is to have from the start. */
static const char *const wanted[] = {
    "welcome", "password_reset", "verification", "security_alert"};

enum { VIEW_MAX = 8 * 1024 };

static bool
may_edit(const struct creation_plan *plan)
{
	const struct json *list = json_get(plan->features, "email");

	for (size_t i = 0; i < json_count(list); i++)
		if (strcmp(json_text(json_item(list, i)), "templates") == 0)
			return true;
	return false;
}

/* { "tenant": { "name": … } }, over the sample's. */
static enum err
view_of(struct ctx *cx, const struct making *m, const struct json **out)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, VIEW_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_name(&o, "tenant");
	json_open_object(&o);
	json_member_text(&o, "name", m->plan.name);
	json_close_object(&o);
	json_close_object(&o);
	return json_parse(cx, b.p, b.n, JSON_DEPTH_DEFAULT, out);
}

/* Nobody waits for a mail that cannot be written. Templates and settings are a
 * process's: what was written once can be again. */
static enum err
check(struct ctx *cx, const struct making *m, const struct mail_template *t)
{
	static const struct mail_texts ours = {0};
	const char *sample = mail_template_sample(t);
	struct mail_settings settings;
	struct mail_view view = {0};
	struct mail_texts made;
	enum err rc = mail_settings_init(cx, cx->mem, m->means->conf, &settings);

	if (rc == ERR_OK)
		rc = json_parse(
		    cx, sample, strlen(sample), JSON_DEPTH_DEFAULT, &view.sample);
	if (rc == ERR_OK)
		rc = view_of(cx, m, &view.view);
	view.product = settings.product;
	return rc == ERR_OK ? mail_template_render(cx, t, &ours, &view, &made) : rc;
}

static enum err
make_own(struct ctx *cx, struct making *m, const struct mail_template *t)
{
	const struct mail_place place = {.tenant_id = m->tenant_id,
	    .address = m->address,
	    .audit = m->means->audit,
	    .of = t};
	struct mail_texts own = {0};

	for (int i = 0; i < MAIL_FORM_COUNT; i++)
		own.forms[i] = mail_template_text(t, (enum mail_form)i);
	return mail_own_begin(cx, m->means->db, &place, &own);
}

/* By the secret of some mails a person has an account, which no tenant's words may give
 * away: of these the program's stay in effect. */
enum err
email_templates_record(struct ctx *cx, struct making *m)
{
	const bool edits = may_edit(&m->plan);
	enum err rc = ERR_OK;
	int own = 0;

	for (size_t i = 0; i < COUNT_OF(wanted) && rc == ERR_OK; i++) {
		const struct mail_template *t = mail_template_find(wanted[i]);

		assert(t != NULL);
		if (!m->means->mails_are_fine)
			rc = check(cx, m, t);
		if (rc != ERR_OK || !edits || !t->tenants)
			continue;
		rc = make_own(cx, m, t);
		own++;
	}
	m->means->mails_are_fine |= rc == ERR_OK;
	m->note = edits
	    ? arena_printf(cx->mem,
		  "%d mails can be written; the texts of %d are the tenant's own",
		  (int)COUNT_OF(wanted), own)
	    : arena_printf(cx->mem,
		  "%d mails can be written; the program's texts are in effect",
		  (int)COUNT_OF(wanted));
	return rc;
}

enum err
email_templates_undo(struct ctx *cx, struct making *m)
{
	return db_queue(
	    cx, m->means->db, STMT_email_template_delete_all, DB_ARGS(m->tenant_id));
}
