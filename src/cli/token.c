/* token.c - the command that issues a token. */
#include "auth/auth.h"
#include "auth/perm.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/issue.h"
#include "partner/partner.h"

enum { LIFETIME_MOST = 10 * 366 * 86400 };

/* Its role and its permissions, beside what else is said. */
static void
speak_for_partner(struct cli *c, const char *partner, struct token_claims *claims)
{
	size_t n = 0;
	const char **roles;

	while (claims->roles[n] != NULL)
		n++;
	roles = arena_alloc(c->cx->mem, (n + 2) * sizeof(*roles));
	roles[0] = PARTNER_ROLE;
	for (size_t i = 0; i < n; i++)
		roles[i + 1] = claims->roles[i];
	claims->roles = roles;
	if (claims->scopes[0] == NULL)
		claims->scopes = perm_names_of(LEVEL_PARTNER, c->cx->mem);
	claims->client_id = partner;
	if (claims->sub == NULL)
		claims->sub = partner;
}

/* With what the arguments say. */
static enum err
issue_by_arguments(struct cli *c, int lifetime, const char **token)
{
	struct token_claims claims = {
	    .sub = args_value(c->args, "sub"),
	    .email = args_value(c->args, "email"),
	    .tenant_id = args_value(c->args, "tenant"),
	    .client_id = args_value(c->args, "client"),
	    .roles = args_values(c->args, "role", c->cx->mem),
	    .scopes = args_values(c->args, "scope", c->cx->mem),
	    .now_s = clock_wall_s(),
	    .lifetime_s = lifetime,
	};

	if (args_value(c->args, "partner") != NULL)
		speak_for_partner(c, args_value(c->args, "partner"), &claims);
	if (claims.roles[0] == NULL)
		claims.roles = NULL;
	if (claims.scopes[0] == NULL)
		claims.scopes = NULL;
	return token_issue(c->cx, c->conf, &claims, token);
}

/* With what the database says of a user. */
static enum err
issue_by_user(struct cli *c, const char *email, int lifetime, const char **token)
{
	const struct signin_site site = {
	    .db = database_open(c->cx, c->conf, DATABASE_AS_SERVER), .conf = c->conf};
	struct signin_answer answer;
	enum err rc = issue_for_user(
	    c->cx, &site, email, lifetime > 0 ? lifetime : ISSUE_LIFETIME_S, &answer);

	if (rc == ERR_OK)
		*token = answer.access_token;
	return rc;
}

static enum err
check_arguments(struct cli *c, const char *email)
{
	static const char *const claims[] = {
	    "email", "tenant", "client", "partner", "role", "scope"};
	const bool named = args_value(c->args, "sub") != NULL ||
	    (email == NULL && args_value(c->args, "partner") != NULL);

	if ((email != NULL) == named)
		return err_tell(&c->cx->err, ERR_USAGE,
		    "a token needs --user, --sub or --partner: see 'tenantd token "
		    "issue --help'");
	if (args_value(c->args, "client") != NULL &&
	    args_value(c->args, "partner") != NULL)
		return err_tell(&c->cx->err, ERR_USAGE,
		    "--client and --partner both say for whom the token speaks");
	for (size_t i = 0; email != NULL && i < COUNT_OF(claims); i++)
		if (args_value(c->args, claims[i]) != NULL)
			return err_tell(&c->cx->err, ERR_USAGE,
			    "--%s goes with --sub: with --user, the database says",
			    claims[i]);
	return ERR_OK;
}

enum err
command_token_issue(struct cli *c)
{
	static const int64_t range[] = {1, LIFETIME_MOST};
	const char *email = args_value(c->args, "user"), *token;
	int64_t lifetime = 0;
	enum err rc = args_number(c->cx, c->args, "lifetime", range, &lifetime);

	if (rc == ERR_OK)
		rc = check_arguments(c, email);
	if (rc == ERR_OK)
		rc = email != NULL ? issue_by_user(c, email, (int)lifetime, &token)
				   : issue_by_arguments(c, (int)lifetime, &token);
	if (rc == ERR_OK)
		fprintf(c->out, "%s\n", token);
	return rc;
}
