/* token_inspect.c - the command that says what becomes of a token, and why. */
#include "base/buf.h"
#include "base/clock.h"
#include "cli/input.h"
#include "cli/table.h"
#include "cli/token_findings.h"
#include "crypto/base64.h"
#include "json/json.h"

enum { TOKEN_MAX = 65536, NAMES_MAX = 65536, FINDINGS_MAX = 256 * 1024 };

struct inspection {
	struct cli *c;
	const char *token;
	struct principal who;
	enum err verdict;   /* of the token by itself */
	const char *reason; /* NULL: it is taken */
	struct doctor d;
};

/* The next part of a token as JSON text; NULL: it is none. */
static const char *
read_part(struct ctx *cx, struct slice *rest)
{
	const struct json *value;
	struct slice part, text;
	struct ctx quiet = *cx; /* what is wrong is for the verdict to say */

	if (!slice_next(rest, '.', &part) ||
	    !base64url_decode_dup(cx->mem, part, &text) ||
	    json_parse(&quiet, text.p, text.n, JSON_DEPTH_DEFAULT, &value) != ERR_OK)
		return NULL;
	return json_print(cx->mem, value);
}

static const char *
join_names(struct ctx *cx, const struct name_list *list)
{
	struct buf b;

	buf_init(&b, cx->mem, NAMES_MAX);
	for (size_t i = 0; i < list->count; i++)
		buf_printf(&b, "%s%s", i > 0 ? " " : "", list->names[i]);
	return b.n > 0 ? buf_text(&b) : NULL;
}

static const char *
time_text(struct ctx *cx, int64_t seconds)
{
	char text[CLOCK_TEXT_SIZE];

	if (seconds <= 0)
		return NULL;
	clock_text(text, seconds * 1000);
	return arena_strdup(cx->mem, text);
}

/* -- the findings -- */

static void
ask_database(struct inspection *in, struct token_subject subject)
{
	struct doctor *d = &in->d;
	struct database_identity server;

	if (args_flag(in->c->args, "offline") || !doctor_names_database(d))
		return;
	if (in->verdict == ERR_OK) {
		subject.user_id = in->who.user.text;
		subject.tenant_id = in->who.tenant_id;
	} else if (!subject.own)
		return;
	d->check = "database";
	d->db = database_open(d->cx, d->conf, DATABASE_AS_SERVER);
	if (database_identify(d->cx, d->db, &server) != ERR_OK) {
		const char *why = arena_strdup(d->cx->mem, d->cx->err.message);

		ctx_clear(d->cx);
		doctor_find(d, DOCTOR_WARNING,
		    "run: tenantd doctor; or inspect it with --offline",
		    "it could not be asked about user and tenant: %s", why);
		return;
	}
	token_find_state(d, &subject);
}

static const char *
first_broken(const struct doctor *d)
{
	for (const struct doctor_finding *f = d->first; f != NULL; f = f->next)
		if (f->verdict == DOCTOR_BROKEN)
			return f->text;
	return NULL;
}

static void
find_all(struct inspection *in)
{
	struct doctor *d = &in->d;
	struct token_subject subject;

	token_find_form(d, in->token, &subject);
	d->check = "token";
	if (in->verdict != ERR_OK && d->counts[DOCTOR_BROKEN] == 0)
		doctor_find(
		    d, DOCTOR_BROKEN, "sign in again: POST /login", "%s", in->reason);
	ask_database(in, subject);
	if (in->verdict == ERR_OK)
		in->reason = first_broken(d);
}

/* -- the answer -- */

static const char *
findings_json(struct inspection *in)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, in->c->cx->mem, FINDINGS_MAX);
	json_out_init(&o, &b);
	json_open_array(&o);
	for (const struct doctor_finding *f = in->d.first; f != NULL; f = f->next)
		doctor_put(&o, f);
	json_close_array(&o);
	return b.failed ? NULL : buf_text(&b);
}

static enum err
print_table(struct inspection *in, bool json)
{
	static const char *const columns[] = {"header", "claims", "verdict", "reason",
	    "user", "issuer", "own", "email", "tenant", "client", "roles", "scopes",
	    "expires_at", "findings"};
	struct ctx *cx = in->c->cx;
	const struct principal *who = &in->who;
	struct slice rest = slice_of(in->token);
	struct table t;

	table_init(&t, cx->mem, columns, (int)COUNT_OF(columns) - !json);
	table_json(&t, read_part(cx, &rest));
	table_json(&t, read_part(cx, &rest));
	table_text(&t, in->reason == NULL ? "taken" : "refused");
	table_text(&t, in->reason);
	table_text(&t, in->verdict == ERR_OK ? who->user.text : NULL);
	table_text(&t, who->issuer);
	table_bool(&t, who->own);
	table_text(&t, who->email);
	table_text(&t, who->tenant_id);
	table_text(&t, who->client_id);
	table_text(&t, join_names(cx, &who->roles));
	table_text(&t, join_names(cx, &who->scopes));
	table_text(&t, time_text(cx, who->expires_s));
	if (json)
		table_json(&t, findings_json(in));
	return table_print(cx, &t, TABLE_RECORD, json, in->c->out);
}

static enum err
inspect(struct inspection *in)
{
	struct cli *c = in->c;
	bool json = args_flag(c->args, "json");
	struct auth *auth;
	enum err rc = auth_new(c->cx, c->conf, &auth);

	if (rc != ERR_OK)
		return rc;
	in->verdict = auth_token(c->cx, auth, in->token, clock_wall_s(), &in->who);
	if (in->verdict != ERR_OK)
		in->reason = arena_strdup(c->cx->mem, c->cx->err.message);
	ctx_clear(c->cx);
	auth_free(auth);
	find_all(in);
	c->status = in->reason != NULL ? err_exit(ERR_UNAUTHORIZED) : 0;
	rc = print_table(in, json);
	if (rc != ERR_OK || json)
		return rc;
	fputc('\n', c->out);
	for (const struct doctor_finding *f = in->d.first; f != NULL; f = f->next)
		doctor_print(&in->d, f, c->out);
	return ERR_OK;
}

enum err
command_token_inspect(struct cli *c)
{
	struct inspection in = {.c = c,
	    .token = args_operand(c->args, 0),
	    .d = {.cx = c->cx, .conf = c->conf}};

	if (in.token == NULL) {
		char *line = arena_alloc(c->cx->mem, TOKEN_MAX);
		size_t n;
		enum err rc = input_line(c->cx, "token", line, TOKEN_MAX, &n);

		if (rc != ERR_OK)
			return rc;
		in.token = line;
	}
	return inspect(&in);
}
