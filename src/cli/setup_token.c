/* setup_token.c - the step that tries a token as sign-in would issue it, and whether
 * the server is there to take it. */
#include "auth/auth.h"
#include "base/clock.h"
#include "cli/issue.h"
#include "cli/setup.h"

/* The token is made to be verified, and goes no further. */
static enum err
verify(struct setup *s, const char *token, struct principal *out)
{
	struct ctx *cx = s->c->cx;
	struct auth *auth;
	enum err rc = auth_new(cx, s->conf, &auth);

	if (rc != ERR_OK)
		return rc;
	rc = auth_token(cx, auth, token, clock_wall_s(), out);
	auth_free(auth);
	return rc;
}

static void
try_user(struct setup *s, const char *email)
{
	const struct signin_site site = {.db = s->d.db, .conf = s->conf};
	struct signin_answer answer;
	struct principal who;
	enum err rc = issue_for_user(s->c->cx, &site, email, ISSUE_LIFETIME_S, &answer);

	if (rc == ERR_OK)
		rc = verify(s, answer.access_token, &who);
	if (rc != ERR_OK)
		doctor_find_error(&s->d, "then: tenantd setup --check");
	else if (who.tenant_id == NULL)
		doctor_find(&s->d, DOCTOR_MISSING, "see step 5",
		    "a token for %s carries no tenant_id", answer.user.email);
	else
		doctor_find(&s->d, DOCTOR_OK, NULL,
		    "a token for %s carries \"tenant_id\":\"%s\" and the scope "
		    "\"%s\", and is taken",
		    answer.user.email, who.tenant_id, answer.scope);
	doctor_show_way(&s->d, WAY_SIGN_IN, (struct way_names){.email = email});
}

/* NULL: there is nobody, and a finding says so. */
static const char *
choose_user(struct setup *s)
{
	struct db_rows *rows;

	if (db_read(s->c->cx, s->d.db, DB_MANAGEMENT, DB_CALL(STMT_setup_user, s->user),
		&rows) != ERR_OK) {
		doctor_find_error(&s->d, "run: tenantd doctor");
		return NULL;
	}
	if (db_row_count(rows) > 0)
		return db_text(rows, 0, 0);
	doctor_find(&s->d, DOCTOR_MISSING, "see step 5",
	    "there is no user with a tenant to try it with");
	doctor_show_way(&s->d, WAY_SIGN_IN, (struct way_names){.email = s->user});
	return NULL;
}

static void
check_token(struct setup *s)
{
	const char *email;

	if (!s->whole)
		doctor_find(&s->d, DOCTOR_MISSING, NULL,
		    "it cannot be looked at before step 1");
	else if (!str_is_set(s->conf->jwt_secret_key))
		doctor_find(&s->d, DOCTOR_WARNING, NULL,
		    "JWT_SECRET_KEY is not set: tokens are those of other issuers");
	else if ((email = choose_user(s)) != NULL)
		try_user(s, email);
}

void
setup_token(struct setup *s)
{
	if (!setup_needs_database(s, WAY_SIGN_IN, (struct way_names){.email = s->user}))
		return;
	check_token(s);
	doctor_check_socket(&s->d);
}
