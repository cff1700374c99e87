/* token.c - the commands about tokens. */
#include <stdlib.h>
#include <string.h>

#include "auth/auth.h"
#include "base/buf.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/input.h"
#include "cli/table.h"
#include "crypto/base64.h"
#include "json/json.h"

enum { TOKEN_MAX = 65536, LIFETIME_MOST = 10 * 366 * 86400, NAMES_MAX = 65536 };

enum err
command_token_issue(struct cli *c)
{
	static const int64_t range[] = {1, LIFETIME_MOST};
	struct token_claims claims = {
	    .sub = args_value(c->args, "sub"),
	    .email = args_value(c->args, "email"),
	    .tenant_id = args_value(c->args, "tenant"),
	    .client_id = args_value(c->args, "client"),
	    .roles = args_values(c->args, "role", c->cx->mem),
	    .scopes = args_values(c->args, "scope", c->cx->mem),
	    .now_s = clock_wall_s(),
	};
	int64_t lifetime = 0;
	const char *token;
	enum err rc = args_number(c->cx, c->args, "lifetime", range, &lifetime);

	if (rc != ERR_OK)
		return rc;
	if (claims.roles[0] == NULL)
		claims.roles = NULL;
	if (claims.scopes[0] == NULL)
		claims.scopes = NULL;
	claims.lifetime_s = (int)lifetime;
	rc = token_issue(c->cx, c->conf, &claims, &token);
	if (rc == ERR_OK)
		fprintf(c->out, "%s\n", token);
	return rc;
}

/* -- inspect -- */

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

static enum err
print_verdict(
    struct cli *c, const char *token, enum err verdict, const struct principal *who)
{
	static const char *const columns[] = {"header", "claims", "verdict", "reason",
	    "user", "issuer", "own", "email", "tenant", "client", "roles", "scopes",
	    "expires_at"};
	const char *reason =
	    verdict != ERR_OK ? arena_strdup(c->cx->mem, c->cx->err.message) : NULL;
	struct slice rest = slice_of(token);
	struct table t;

	ctx_clear(c->cx);
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	table_json(&t, read_part(c->cx, &rest));
	table_json(&t, read_part(c->cx, &rest));
	table_text(&t, verdict == ERR_OK ? "taken" : "refused");
	table_text(&t, reason);
	table_text(&t, verdict == ERR_OK ? who->user.text : NULL);
	table_text(&t, who->issuer);
	table_bool(&t, who->own);
	table_text(&t, who->email);
	table_text(&t, who->tenant_id);
	table_text(&t, who->client_id);
	table_text(&t, join_names(c->cx, &who->roles));
	table_text(&t, join_names(c->cx, &who->scopes));
	table_text(&t, time_text(c->cx, who->expires_s));
	c->status = err_exit(verdict);
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

enum err
command_token_inspect(struct cli *c)
{
	const char *token = args_operand(c->args, 0);
	struct principal who = {0};
	struct auth *auth;
	enum err rc;

	if (token == NULL) {
		char *line = arena_alloc(c->cx->mem, TOKEN_MAX);
		size_t n;

		if ((rc = input_line(c->cx, "token", line, TOKEN_MAX, &n)) != ERR_OK)
			return rc;
		token = line;
	}
	if ((rc = auth_new(c->cx, c->conf, &auth)) != ERR_OK)
		return rc;
	rc = print_verdict(
	    c, token, auth_token(c->cx, auth, token, clock_wall_s(), &who), &who);
	auth_free(auth);
	return rc;
}
