/* template.c - see template.h. */
#include "mail/template.h"

#include <assert.h>
#include <string.h>

#include "mail/mime.h"
#include "text/mustache.h"

enum mail_template_id {
#define TEMPLATE(name, whose, meaning) TEMPLATE_##name,
#define VARIABLE(of, name, meaning)
#include "mail/templates.def"
#undef TEMPLATE
#undef VARIABLE
	TEMPLATE_COUNT
};

enum { WHOSE_OURS = false, WHOSE_TENANTS = true };

const struct mail_template mail_templates[] = {
#define TEMPLATE(name, whose, meaning) {#name, meaning, WHOSE_##whose},
#define VARIABLE(of, name, meaning)
#include "mail/templates.def"
#undef TEMPLATE
#undef VARIABLE
};
const int mail_template_count = COUNT_OF(mail_templates);

const struct mail_variable mail_variables[] = {
#define TEMPLATE(name, whose, meaning)
#define VARIABLE(of, name, meaning) {&mail_templates[TEMPLATE_##of], name, meaning},
#include "mail/templates.def"
#undef TEMPLATE
#undef VARIABLE
};
const int mail_variable_count = COUNT_OF(mail_variables);

/* NAME.FORM, NAME.sample and the partials. */
static const struct {
	const char *name, *text;
} texts[] = {
#define MAIL_TEXT(name, text) {#name, text},
#include "mail/texts.def"
#undef MAIL_TEXT
};

const char *
mail_form_name(enum mail_form form)
{
	static const char *const names[] = {
#define FORM(name) #name,
	    MAIL_FORMS(FORM)
#undef FORM
	};

	return names[form];
}

const struct mail_template *
mail_template_find(const char *name)
{
	for (int i = 0; i < mail_template_count; i++)
		if (strcmp(mail_templates[i].name, name) == 0)
			return &mail_templates[i];
	return NULL;
}

/* NULL: there is none. */
static const char *
find_text(const char *name, const char *extension)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < COUNT_OF(texts); i++)
		if (strncmp(texts[i].name, name, n) == 0 && texts[i].name[n] == '.' &&
		    strcmp(texts[i].name + n + 1, extension) == 0)
			return texts[i].text;
	return NULL;
}

const char *
mail_template_text(const struct mail_template *t, enum mail_form form)
{
	const char *text = find_text(t->name, mail_form_name(form));

	assert(text != NULL);
	return text;
}

const char *
mail_template_sample(const struct mail_template *t)
{
	return find_text(t->name, "sample");
}

/* -- rendering -- */

struct rendering {
	struct ctx *cx;
	enum mail_form form;
	struct mustache_use use;
};

/* Compiled at each use: a text or two, of a few lines. */
static const struct mustache *
find_partial(void *arg, const char *name)
{
	struct rendering *r = arg;
	const char *text = find_text(name, mail_form_name(r->form));
	const struct mustache *m;

	if (text == NULL ||
	    mustache_compile(r->cx, r->cx->mem, slice_of(text), &m) != ERR_OK)
		return NULL;
	return m;
}

/* Says in which form it is, too. */
static enum err
wrong(struct rendering *r)
{
	const char *why = arena_strdup(r->cx->mem, err_public(&r->cx->err));

	ctx_fault(r->cx, arena_printf(r->cx->mem, "/%s", mail_form_name(r->form)),
	    "template", "%s", why);
	return err_tell(
	    &r->cx->err, ERR_INVALID, "%s: %s", mail_form_name(r->form), why);
}

static enum err
render(struct rendering *r, const char *text, const char **out)
{
	const struct mustache *m;
	struct buf b;
	enum err rc;

	*out = "";
	buf_init(&b, r->cx->mem, MAIL_OUTPUT_MAX);
	if (strlen(text) > MAIL_TEXT_MAX)
		rc = err_tell(&r->cx->err, ERR_INVALID,
		    "the template has more than %d bytes", MAIL_TEXT_MAX);
	else
		rc = mustache_compile(r->cx, r->cx->mem, slice_of(text), &m);
	if (rc == ERR_OK)
		rc = mustache_render(r->cx, m, &r->use, &b);
	if (rc != ERR_OK)
		return wrong(r);
	*out = buf_text(&b);
	return ERR_OK;
}

static enum err
make_subject(struct rendering *r, const char **subject)
{
	*subject = mime_line(r->cx->mem, *subject);
	if ((*subject)[0] == '\0')
		(void)err_tell(&r->cx->err, ERR_INVALID, "it is empty");
	else if (strlen(*subject) > MAIL_SUBJECT_MAX)
		(void)err_tell(&r->cx->err, ERR_INVALID, "it is longer than %d bytes",
		    MAIL_SUBJECT_MAX);
	else
		return ERR_OK;
	return wrong(r);
}

/* What every mail knows: {"product":…,"subject":…}. */
static enum err
common_view(
    struct ctx *cx, const char *product, const char *subject, const struct json **out)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, 16ul * 1024);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "product", product);
	json_member_text(&o, "subject", subject);
	json_close_object(&o);
	return json_parse(cx, buf_text(&b), b.n, 0, out);
}

enum err
mail_template_render(struct ctx *cx, const struct mail_template *t,
    const struct mail_texts *own, const struct mail_view *view, struct mail_texts *out)
{
	struct rendering r = {.cx = cx,
	    .use = {.views = {view->view, view->sample}, .find = find_partial}};
	const struct json **common = &r.use.views[2];
	enum err rc, first = common_view(cx, view->product, NULL, common);

	r.use.arg = &r;
	for (int i = 0; i < MAIL_FORM_COUNT; i++) {
		const char *text = own->forms[i];

		r.form = (enum mail_form)i;
		r.use.escape =
		    r.form == MAIL_FORM_html ? MUSTACHE_HTML : MUSTACHE_PLAIN;
		if (text == NULL)
			text = mail_template_text(t, r.form);
		rc = render(&r, text, &out->forms[i]);
		if (rc == ERR_OK && r.form == MAIL_FORM_subject &&
		    (rc = make_subject(&r, &out->forms[i])) == ERR_OK)
			rc = common_view(cx, view->product, out->forms[i], common);
		if (first == ERR_OK)
			first = rc;
	}
	return first;
}
