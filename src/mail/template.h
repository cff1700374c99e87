/*
 * template.h - the mails that there are, from templates.def, and their texts, from
 * templates/email; rendered with a tenant's own texts in place of ours.
 *
 * A text takes others in as partials: {{> header}} and {{> footer}}, and by the name of
 * a mail our own text of it, each in the same form (text in a text, HTML in HTML).
 *
 * Owner:    nobody; constant tables. What is rendered lies in the ctx's arena.
 * Lifetime: of the program, of that arena.
 * Threads:  one.
 * Failure:  ERR_NOT_FOUND for a mail that there is not; ERR_INVALID for a text that is
 *           wrong, told with its form and line, and a fault for each (pointer: /FORM).
 */
#ifndef TENANTD_MAIL_TEMPLATE_H
#define TENANTD_MAIL_TEMPLATE_H

#include "json/json.h"

/* The forms that a mail is made of. */
#define MAIL_FORMS(FORM)                                                               \
	FORM(subject)                                                                  \
	FORM(text)                                                                     \
	FORM(html)

enum mail_form {
#define FORM(name) MAIL_FORM_##name,
	MAIL_FORMS(FORM)
#undef FORM
	    MAIL_FORM_COUNT
};

enum {                                /* bytes */
	MAIL_TEXT_MAX = 64 * 1024,    /* of a template */
	MAIL_OUTPUT_MAX = 256 * 1024, /* of what it makes */
	MAIL_SUBJECT_MAX = 500
};

/* One text for each form; NULL: ours. */
struct mail_texts {
	const char *forms[MAIL_FORM_COUNT];
};

struct mail_template {
	const char *name, *meaning;
	bool tenants; /* who may have texts of their own; false: ours are used */
};

struct mail_variable {
	const struct mail_template *of;
	const char *name, *meaning;
};

extern const struct mail_template mail_templates[];
extern const int mail_template_count;
extern const struct mail_variable mail_variables[];
extern const int mail_variable_count;

const char *mail_form_name(enum mail_form form);
/* NULL: there is none of that name. */
const struct mail_template *mail_template_find(const char *name);
/* Our own text, and the view for previews as JSON. */
const char *mail_template_text(const struct mail_template *t, enum mail_form form);
const char *mail_template_sample(const struct mail_template *t);

/* What one mail is rendered from. */
struct mail_view {
	const char *product;
	const struct json *view;
	const struct json *sample; /* names that the view has not; NULL: none */
};

/* Renders all forms into out; the subject has become one line that is not empty. */
enum err mail_template_render(struct ctx *cx, const struct mail_template *t,
    const struct mail_texts *own, const struct mail_view *view,
    struct mail_texts *out) MUST_CHECK;

#endif
