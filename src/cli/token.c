/* token.c - the command that issues a token. */
#include "auth/auth.h"
#include "base/clock.h"
#include "cli/cli.h"

enum { LIFETIME_MOST = 10 * 366 * 86400 };

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
