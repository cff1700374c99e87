/* setup_token.c - the step that tries a token as sign-in would issue it, and whether
 * the server is there to take it. */
#include <string.h>

#include "auth/auth.h"
#include "base/clock.h"
#include "cli/setup.h"
#include "tenant/tenant.h"

enum { LIFETIME_S = 60 };

/* The token is made to be verified, and goes no further. */
static enum err
try_token(struct setup *s, const struct token_claims *claims, struct principal *out)
{
	struct ctx *cx = s->c->cx;
	const char *token;
	struct auth *auth;
	enum err rc = token_issue(cx, s->conf, claims, &token);

	if (rc == ERR_OK)
		rc = auth_new(cx, s->conf, &auth);
	if (rc != ERR_OK)
		return rc;
	rc = auth_token(cx, auth, token, claims->now_s, out);
	auth_free(auth);
	return rc;
}

static void
check_claim(struct setup *s, const struct user *user, const struct tenant *tenant)
{
	const char *roles[] = {tenant->role, NULL};
	const struct token_claims claims = {.sub = user->id,
	    .email = user->email,
	    .tenant_id = tenant->id,
	    .roles = roles,
	    .now_s = clock_wall_s(),
	    .lifetime_s = LIFETIME_S};
	struct principal who;

	if (try_token(s, &claims, &who) != ERR_OK)
		doctor_find_error(&s->d, "run: tenantd token inspect TOKEN");
	else if (who.tenant_id == NULL || strcmp(who.tenant_id, tenant->id) != 0)
		doctor_find(&s->d, DOCTOR_BROKEN, "see step 5",
		    "a token for %s carries no tenant_id", user->email);
	else
		doctor_find(&s->d, DOCTOR_OK, NULL,
		    "a token for %s carries \"tenant_id\":\"%s\", and is taken",
		    user->email, who.tenant_id);
	doctor_show_way(&s->d, WAY_SIGN_IN, (struct way_names){.email = user->email});
}

static void
check_user(struct setup *s, const char *email)
{
	struct ctx *cx = s->c->cx;
	struct tenant tenant;
	struct user user;
	bool found;

	if (user_find_by_email(cx, s->d.db, email, &user, &found) != ERR_OK) {
		doctor_find_error(&s->d, "run: tenantd doctor");
		return;
	}
	if (!found)
		return;
	if (tenant_find_of_user(cx, s->d.db,
		&(struct tenant_seeker){
		    .user_id = user.id, .preferred = user.tenant_id, .owned = true},
		&tenant, &found) != ERR_OK)
		doctor_find_error(&s->d, "run: tenantd doctor");
	else if (found)
		check_claim(s, &user, &tenant);
}

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

void
setup_token(struct setup *s)
{
	const char *email;

	if (!setup_needs_database(s, WAY_SIGN_IN, (struct way_names){.email = s->user}))
		return;
	if (!s->whole)
		doctor_find(&s->d, DOCTOR_MISSING, NULL,
		    "it cannot be looked at before step 1");
	else if (!str_is_set(s->conf->jwt_secret_key))
		doctor_find(&s->d, DOCTOR_WARNING, NULL,
		    "JWT_SECRET_KEY is not set: tokens are those of other issuers");
	else if ((email = choose_user(s)) != NULL)
		check_user(s, email);
	doctor_check_socket(&s->d);
}
