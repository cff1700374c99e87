#include "unit.h"

#include <stdio.h>

#include "base/str.h"
#include "mail/mail.h"
#include "mail/mime.h"
#include "net/idn.h"

enum { OUTPUT_MAX = 64 * 1024, NOW = 1739205000 };

static const struct json *
parsed(struct ctx *cx, const char *text)
{
	const struct json *v;

	if (json_parse(cx, text, strlen(text), 0, &v) != ERR_OK)
		fail_msg("%s: %s", text, cx->err.message);
	return v;
}

static unsigned
count(const char *text, const char *what)
{
	unsigned n = 0;

	while ((text = strstr(text, what)) != NULL) {
		text += strlen(what);
		n++;
	}
	return n;
}

/* -- the table and its texts -- */

static bool
is_documented(const struct mail_template *t, const char *name)
{
	if (strcmp(name, "product") == 0 || strcmp(name, "subject") == 0)
		return true;
	for (int i = 0; i < mail_variable_count; i++)
		if (mail_variables[i].of == t &&
		    strcmp(mail_variables[i].name, name) == 0)
			return true;
	return false;
}

static void
check_names(struct ctx *cx, const struct mail_template *t, const char *text)
{
	while ((text = strstr(text, "{{")) != NULL) {
		size_t skip = 2 + strspn(text + 2, "#^/&{");
		size_t n = strcspn(text + skip, "}");
		const char *name = slice_dup(cx->mem, (struct slice){text + skip, n});

		if (strcmp(name, ".") != 0 && name[0] != '>' && !is_documented(t, name))
			fail_msg("%s: \"%s\" is not in templates.def", t->name, name);
		text += skip + n;
	}
}

/* A member of a member, as in "a.b". */
static const struct json *
find(struct ctx *cx, const struct json *view, const char *name)
{
	struct slice rest = slice_of(name), part;

	while (slice_cut(&rest, '.', &part))
		view = json_get(view, slice_dup(cx->mem, part));
	return view;
}

static void
templates_know_the_variables_that_are_listed(void **state)
{
	struct ctx *cx = *state;

	assert_int_equal(mail_template_count, 8);
	for (int i = 0; i < mail_template_count; i++)
		for (int form = 0; form < MAIL_FORM_COUNT; form++)
			check_names(cx, &mail_templates[i],
			    mail_template_text(&mail_templates[i], form));
	for (int i = 0; i < mail_variable_count; i++) {
		const struct mail_variable *v = &mail_variables[i];
		const char *tag = arena_printf(cx->mem, "%s}}", v->name);

		if (find(cx, parsed(cx, mail_template_sample(v->of)), v->name) == NULL)
			fail_msg("%s has no sample of %s", v->of->name, v->name);
		if (count(mail_template_text(v->of, MAIL_FORM_text), tag) == 0 ||
		    count(mail_template_text(v->of, MAIL_FORM_html), tag) == 0)
			fail_msg("%s does not use %s", v->of->name, v->name);
	}
}

/* With its sample, and with nothing but what may not be missing. */
static void
every_template_renders(void **state)
{
	struct ctx *cx = *state;

	for (int i = 0; i < 2 * mail_template_count; i++) {
		const struct mail_template *t = &mail_templates[i / 2];
		struct mail_view view = {.product = "Acme & Sons"};
		struct mail_texts own = {{NULL}}, out;

		if (i % 2 == 0)
			view.sample = parsed(cx, mail_template_sample(t));
		assert_int_equal(
		    mail_template_render(cx, t, &own, &view, &out), ERR_OK);
		for (int form = 0; form < MAIL_FORM_COUNT; form++)
			if (strstr(out.forms[form], "{{") != NULL ||
			    (i % 2 == 0 && strstr(out.forms[form], "\n\n\n") != NULL))
				fail_msg("%s: %s", t->name, out.forms[form]);
		assert_int_equal(
		    strncmp(out.forms[MAIL_FORM_html], "<!DOCTYPE html>\n", 16), 0);
		assert_int_equal(count(out.forms[MAIL_FORM_html], "</html>\n"), 1);
		assert_int_equal(count(out.forms[MAIL_FORM_html], "& "), 0);
		assert_true(count(out.forms[MAIL_FORM_html], "Acme &amp; Sons") >= 2);
		assert_non_null(
		    strstr(out.forms[MAIL_FORM_text], "Sent by Acme & Sons\n"));
	}
	assert_null(mail_template_find("header"));
}

static void
own_texts_replace_ours(void **state)
{
	struct ctx *cx = *state;
	const struct mail_template *t = mail_template_find("welcome");
	struct mail_view view = {.product = "Acme",
	    .view = parsed(cx, "{\"tenant\":{\"name\":\"<T>\\n&\"}}")};
	struct mail_texts own = {{" {{tenant.name}}\r\nat {{product}} ", NULL,
			      "<b>{{subject}} {{{tenant.name}}}</b>{{>footer}}"}},
			  out;

	assert_int_equal(mail_template_render(cx, t, &own, &view, &out), ERR_OK);
	assert_string_equal(out.forms[MAIL_FORM_subject], "<T> & at Acme");
	assert_non_null(strstr(out.forms[MAIL_FORM_text], "\"<T>\n&\" is ready"));
	assert_int_equal(strncmp(out.forms[MAIL_FORM_html],
			     "<b>&lt;T&gt; &amp; at Acme <T>\n&</b><p ", 39),
	    0);
	own = (struct mail_texts){{"a{{#b}}", "{{>welcome}}", "\n{{x"}};
	ctx_clear(cx);
	assert_int_equal(mail_template_render(cx, t, &own, &view, &out), ERR_INVALID);
	assert_int_equal(cx->fault_count, 2);
	assert_string_equal(cx->faults->pointer, "/subject");
	assert_string_equal(
	    cx->faults->message, "unclosed section \"b\" opened in line 1");
	assert_string_equal(cx->last_fault->pointer, "/html");
	assert_string_equal(cx->last_fault->message, "unclosed tag opened in line 2");
	assert_string_equal(cx->err.detail, "html: unclosed tag opened in line 2");
	own = (struct mail_texts){{" {{x}}\t\n", NULL, NULL}};
	assert_int_equal(mail_template_render(cx, t, &own, &view, &out), ERR_INVALID);
	assert_string_equal(cx->err.detail, "subject: it is empty");
	own = (struct mail_texts){{arena_printf(cx->mem, "%0501d", 0), NULL, NULL}};
	assert_int_equal(mail_template_render(cx, t, &own, &view, &out), ERR_INVALID);
	assert_string_equal(cx->err.detail, "subject: it is longer than 500 bytes");
	own = (struct mail_texts){{"a", arena_printf(cx->mem, "%065537d", 0), NULL}};
	assert_int_equal(mail_template_render(cx, t, &own, &view, &out), ERR_INVALID);
	assert_string_equal(
	    cx->err.detail, "text: the template has more than 65536 bytes");
}

/* -- header fields -- */

static void
a_line_is_one_line(void **state)
{
	static const struct {
		const char *text, *line;
	} rows[] = {
	    {"a", "a"},
	    {"", ""},
	    {"\r\n", ""},
	    {"  a \t b\v", "a b"},
	    {"a\r\nBcc: b@c", "a Bcc: b@c"},
	    {"a\x1b[1m\x7f!", "a [1m !"},
	    {"a\xC2\x85\xC2\xA0z\xC2\x9B", "a \xC2\xA0z"},
	    /* NOLINTNEXTLINE(misc-misleading-bidirectional): what it is about */
	    {"a\xE2\x80\xA8z\xE2\x80\xA9\xE2\x80\xAEx\xE2\x81\xA6\xE2\x82\xAC",
		"a z x \xE2\x82\xAC"},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(mime_line(cx->mem, rows[i].text), rows[i].line);
}

static const char *
subject_of(struct ctx *cx, const char *text)
{
	struct buf b;

	buf_init(&b, cx->mem, OUTPUT_MAX);
	mime_put_text(&b, "Subject", text);
	return buf_text(&b);
}

static void
subjects_are_folded_and_encoded(void **state)
{
	static const struct {
		const char *text, *field;
	} rows[] = {
	    {"Hello, world: it's 50 % =)", "Subject: Hello, world: it's 50 % =)\r\n"},
	    {"1234567890 1234567890 1234567890 1234567890 1234567890 1234567890 1234 "
	     "x",
		"Subject: 1234567890 1234567890 1234567890 1234567890 1234567890 "
		"1234567890\r\n 1234 x\r\n"},
	    {"a =?UTF-8?B?YQ==?=", "Subject: =?UTF-8?B?YSA9P1VURi04P0I/WVE9PT89?=\r\n"},
	    {"\xC3\xA9", "Subject: =?UTF-8?B?w6k=?=\r\n"},
	    {"1234567890123456789012345678901234567\xE2\x82\xAC" /* 40 bytes */,
		"Subject: "
		"=?UTF-8?B?MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nw==?="
		"\r\n =?UTF-8?B?4oKs?=\r\n"},
	    {"0000000000000000000000000000000000000000000000000000000000000000000",
		"Subject: "
		"=?UTF-8?B?MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAw?="
		"\r\n =?UTF-8?B?MDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMA==?=\r\n"},
	};
	struct ctx *cx = *state;

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_string_equal(subject_of(cx, rows[i].text), rows[i].field);
}

/* No line is too long, and every character is in one word. */
static void
long_subjects_stay_in_their_lines(void **state)
{
	struct ctx *cx = *state;
	struct buf b;

	buf_init(&b, cx->mem, OUTPUT_MAX);
	for (int i = 0; i < 120; i++) {
		const char *field;

		buf_puts(&b,
		    i % 3 == 0       ? "\xF0\x9F\x98\x80"
			: i % 3 == 1 ? "a"
				     : "\xC3\xA9");
		field = subject_of(cx, buf_text(&b));
		for (const char *end; (end = strstr(field, "\r\n")) != NULL;
		     field = end + 2)
			assert_true(end - field <= 76);
	}
}

static void
names_are_quoted_or_encoded(void **state)
{
	static const struct {
		const char *name, *address, *field;
	} rows[] = {
	    {"", "a@b", "To: a@b\r\n"},
	    {"Ada Lovelace", "a@b", "To: Ada Lovelace <a@b>\r\n"},
	    {"Lovelace, Ada", "a@b", "To: \"Lovelace, Ada\" <a@b>\r\n"},
	    {"A. \"x\\\" <b@c>", "a@b", "To: \"A. \\\"x\\\\\\\" <b@c>\" <a@b>\r\n"},
	    {"J\xC3\xB6rg", "a@b", "To: =?UTF-8?B?SsO2cmc=?= <a@b>\r\n"},
	    {"=?x?=", "a@b", "To: =?UTF-8?B?PT94Pz0=?= <a@b>\r\n"},
	    {"(((((((((( (((((((((( (((((((((( (((((((((( (((((((((( ((((((((((( a",
		"a@b",
		"To: "
		"=?UTF-8?B?"
		"KCgoKCgoKCgoKCAoKCgoKCgoKCgoICgoKCgoKCgoKCggKCgoKCgoKCgoKCAo?="
		"\r\n =?UTF-8?B?KCgoKCgoKCgoICgoKCgoKCgoKCgoIGE=?= <a@b>\r\n"},
	    {"1234567890 1234567890 1234567890 1234567890",
		"1234567890.1234567890@example.com",
		"To: 1234567890 1234567890 1234567890 1234567890\r\n "
		"<1234567890.1234567890@example.com>\r\n"},
	};
	struct ctx *cx = *state;
	struct buf b;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		buf_init(&b, cx->mem, OUTPUT_MAX);
		mime_put_mailbox(&b, "To", rows[i].name, rows[i].address);
		assert_string_equal(buf_text(&b), rows[i].field);
	}
}

static void
dates_are_those_of_rfc_5322(void **state)
{
	char date[MIME_DATE_SIZE];

	(void)state;
	assert_string_equal(mime_date(date, 0), "Thu, 1 Jan 1970 00:00:00 +0000");
	assert_string_equal(mime_date(date, NOW), "Mon, 10 Feb 2025 16:30:00 +0000");
	assert_string_equal(
	    mime_date(date, 253402300799), "Fri, 31 Dec 9999 23:59:59 +0000");
}

/* -- bodies -- */

static void
bodies_are_encoded(void **state)
{
	static const struct {
		const char *text, *body;
	} rows[] = {
	    {"", "quoted-printable\r\n\r\n"},
	    {"a\nb\r\nc\rd\r\n\n", "quoted-printable\r\n\r\na\r\nb\r\nc\r\nd\r\n\r\n"},
	    {"1 + 1 = 2 \n\t\n x\xC3\xA9",
		"quoted-printable\r\n\r\n1 + 1 =3D 2=20\r\n=09\r\n x=C3=A9\r\n"},
	    {".\n..\nFrom me\nFrom\n",
		"quoted-printable\r\n\r\n=2E\r\n=2E.\r\n=46rom me\r\nFrom\r\n"},
	    {"123456789012345678901234567890123456789012345678901234567890123456789012"
	     "345.",
		"quoted-printable\r\n\r\n"
		"1234567890123456789012345678901234567890123456789012345678901234567890"
		"12"
		"345=\r\n=2E\r\n"},
	    {"\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\n",
		"base64\r\n\r\n5pel5pys6KqeDQo=\r\n"},
	    {"\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"
	     "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"
	     "\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9"
	     "\xC3\xA9\xC3\xA9",
		"base64\r\n\r\n"
		"w6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqcOpw6nDqc"
		"Op"
		"w6nD\r\nqQ0K\r\n"},
	};
	struct ctx *cx = *state;
	struct buf b;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		buf_init(&b, cx->mem, OUTPUT_MAX);
		mime_put_body(&b, rows[i].text);
		assert_string_equal(buf_text(&b),
		    arena_printf(
			cx->mem, "Content-Transfer-Encoding: %s", rows[i].body));
	}
	buf_init(&b, NULL, 64);
	mime_put_body(
	    &b, "12345678901234567890123456789012345678901234567890123456789012345");
	assert_true(b.failed);
	buf_fini(&b);
}

/* -- whole mails -- */

static const struct mail_settings ours = {"Acme", "no-reply@acme.example", "Acme"};

static void
a_mail_is_a_message(void **state)
{
	struct ctx *cx = *state;
	struct mail_draft d = {.template = "welcome",
	    .to = "ada@example.com",
	    .to_name = "Ada \xC3\x89",
	    .id = "job.17",
	    .now_s = NOW,
	    .view = parsed(cx, "{\"name\":\"<\xC3\xA9>\"}"),
	    .own = {{"Hi {{name}}", "Hi {{name}}", "<p>{{name}}"}}};
	struct mail_message m;

	assert_int_equal(mail_compose(cx, &ours, &d, &m), ERR_OK);
	assert_string_equal(m.from, "no-reply@acme.example");
	assert_string_equal(m.to, "ada@example.com");
	assert_int_equal(strlen(m.text.p), m.text.n);
	assert_string_equal(m.text.p,
	    "From: Acme <no-reply@acme.example>\r\n"
	    "To: =?UTF-8?B?QWRhIMOJ?= <ada@example.com>\r\n"
	    "Date: Mon, 10 Feb 2025 16:30:00 +0000\r\n"
	    "Message-ID: <job.17@acme.example>\r\n"
	    "Subject: =?UTF-8?B?SGkgPMOpPg==?=\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: multipart/alternative; boundary=\"=_alternative\"\r\n"
	    "\r\n"
	    "--=_alternative\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "Hi <=C3=A9>\r\n"
	    "\r\n"
	    "--=_alternative\r\n"
	    "Content-Type: text/html; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "<p>&lt;=C3=A9&gt;\r\n"
	    "\r\n"
	    "--=_alternative--\r\n");
}

static void
nothing_given_becomes_a_field(void **state)
{
	static const char evil[] =
	    "x\r\nBcc: evil@example.com\r\n\r\n--=_alternative\r\n";
	struct ctx *cx = *state;
	struct mail_draft d = {.template = "invitation",
	    .to = "ada@example.com",
	    .to_name = evil,
	    .id = "1",
	    .view = parsed(cx,
		"{\"tenant\":{\"name\":\"x\\r\\nBcc: evil@example.com\\r\\n\\r\\n"
		"--=_alternative\\r\\nX: y\"}}")};
	struct mail_settings s = ours;
	struct mail_message m;

	s.from_name = mime_line(cx->mem, evil);
	assert_int_equal(mail_compose(cx, &s, &d, &m), ERR_OK);
	assert_true(strstr(m.text.p, "\nBcc") > strstr(m.text.p, "\r\n\r\n"));
	assert_int_equal(count(m.text.p, "\n--=_alternative"), 3);
	d.to_name = "\xff\r\nBcc: a@b";
	assert_int_equal(mail_compose(cx, &s, &d, &m), ERR_OK);
	assert_non_null(strstr(m.text.p, "\r\nTo: ada@example.com\r\n"));
}

static void
what_cannot_be_sent_is_refused(void **state)
{
	static const struct {
		struct mail_draft d;
		enum err e;
		const char *told;
	} rows[] = {
	    {{.template = "welcome", .to = "a@b\r\nBcc: c@d", .id = "1"}, ERR_INVALID,
		"\"a@b\r\nBcc: c@d\" is not an e-mail address"},
	    {{.template = "welcome", .to = "", .id = "1"}, ERR_INVALID,
		"\"\" is not an e-mail address"},
	    {{.template = "welcome", .to = "j\xC3\xB6rg@b.example", .id = "1"},
		ERR_INVALID,
		"\"j\xC3\xB6rg@b.example\" has letters before the @ that mail servers "
		"do not all take"},
	    {{.template = "welcome", .to = "a@\xE2\x82\xAC-.example", .id = "1"},
		ERR_INVALID, "\"a@\xE2\x82\xAC-.example\" is not an e-mail address"},
	    {{.template = "welcom", .to = "a@b", .id = "1"}, ERR_NOT_FOUND,
		"there is no mail \"welcom\""},
	    {{.template = "welcome", .to = "a@b", .id = "1\r\nX: y"}, ERR_INTERNAL, ""},
	    {{.template = "welcome", .to = "a@b", .id = ""}, ERR_INTERNAL, ""},
	    {{.template = "welcome", .to = "a@b", .id = "1", .own = {{"{{"}}},
		ERR_INVALID, "subject: unclosed tag opened in line 1"},
	};
	struct ctx *cx = *state;
	struct mail_settings nobody = {"", "", "x"};
	struct mail_message m;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ctx_clear(cx);
		assert_int_equal(mail_compose(cx, &ours, &rows[i].d, &m), rows[i].e);
		assert_string_equal(cx->err.detail, rows[i].told);
	}
	assert_int_equal(mail_compose(cx, &nobody, &rows[0].d, &m), ERR_CONFIG);
}

static void
hosts_are_written_in_ascii(void **state)
{
	struct ctx *cx = *state;
	struct mail_draft d = {.template = "welcome",
	    .to = "ada@b\xC3\xBC"
		  "cher.example",
	    .id = "1"};
	struct mail_message m;
	const char *host;

	assert_int_equal(idn_to_ascii(cx, cx->mem, "a_b.Example", &host), ERR_OK);
	assert_string_equal(host, "a_b.Example");
	assert_int_equal(
	    idn_to_ascii(cx, cx->mem, "-\xC3\xA9.example", &host), ERR_INVALID);
	assert_int_equal(mail_compose(cx, &ours, &d, &m), ERR_OK);
	assert_string_equal(m.to, "ada@xn--bcher-kva.example");
	assert_non_null(strstr(m.text.p, "\r\nTo: ada@xn--bcher-kva.example\r\n"));
}

static void
settings_say_who_sends(void **state)
{
	static const struct {
		const char *from, *product; /* settings */
		struct mail_settings s;
	} rows[] = {
	    {"", "", {"", "", "tenantd"}},
	    {"", "Acme", {"", "", "Acme"}},
	    {"a@acme.example", "", {"", "a@acme.example", "acme.example"}},
	    {"\"Acme, Inc.\" <a@acme.example>", "",
		{"Acme, Inc.", "a@acme.example", "Acme, Inc."}},
	    {"A <a@\xC3\xA9.example>", "B", {"A", "a@xn--9ca.example", "B"}},
	};
	struct ctx *cx = *state;
	struct mail_settings s;

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct conf c = {.mail_from = arena_strdup(cx->mem, rows[i].from),
		    .product_name = arena_strdup(cx->mem, rows[i].product)};

		assert_int_equal(mail_settings_init(cx, cx->mem, &c, &s), ERR_OK);
		assert_string_equal(s.from_name, rows[i].s.from_name);
		assert_string_equal(s.from, rows[i].s.from);
		assert_string_equal(s.product, rows[i].s.product);
	}
	{
		struct conf c = {.mail_from = arena_strdup(cx->mem, "j\xC3\xB6rg@b"),
		    .product_name = arena_strdup(cx->mem, "")};

		assert_int_equal(mail_settings_init(cx, cx->mem, &c, &s), ERR_CONFIG);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    UNIT_CTX_TEST(templates_know_the_variables_that_are_listed),
	    UNIT_CTX_TEST(every_template_renders),
	    UNIT_CTX_TEST(own_texts_replace_ours),
	    UNIT_CTX_TEST(a_line_is_one_line),
	    UNIT_CTX_TEST(subjects_are_folded_and_encoded),
	    UNIT_CTX_TEST(long_subjects_stay_in_their_lines),
	    UNIT_CTX_TEST(names_are_quoted_or_encoded),
	    UNIT_CTX_TEST(dates_are_those_of_rfc_5322),
	    UNIT_CTX_TEST(bodies_are_encoded),
	    UNIT_CTX_TEST(a_mail_is_a_message),
	    UNIT_CTX_TEST(nothing_given_becomes_a_field),
	    UNIT_CTX_TEST(what_cannot_be_sent_is_refused),
	    UNIT_CTX_TEST(hosts_are_written_in_ascii),
	    UNIT_CTX_TEST(settings_say_who_sends),
	};

	return UNIT_RUN(tests);
}
