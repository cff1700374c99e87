/* issue.c - see issue.h. */
#include "cli/issue.h"

#include "flows/admit.h"

struct issuing {
	const struct user *user;
	struct admission admission;
};

static enum err
read_admission(struct ctx *cx, struct db *db, void *arg)
{
	struct issuing *i = arg;

	return admit_read(cx, db, i->user, NULL, &i->admission);
}

static enum err
find_user(struct ctx *cx, struct db *db, const char *email, struct user *out)
{
	bool found;
	enum err rc = user_find_by_email(cx, db, email, out, &found);

	if (rc == ERR_OK && !found)
		return err_tell(
		    &cx->err, ERR_NOT_FOUND, "there is no user \"%s\"", email);
	if (rc == ERR_OK && !out->active)
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "the user \"%s\" is not active", out->email);
	return rc;
}

enum err
issue_for_user(struct ctx *cx, const struct signin_site *site, const char *email,
    int lifetime_s, struct signin_answer *out)
{
	const struct admit_wish wish = {.kept = "", .left_s = lifetime_s};
	struct user user;
	struct issuing i = {.user = &user};
	enum err rc = find_user(cx, site->db, email, &user);

	if (rc == ERR_OK)
		rc = db_transaction(cx, site->db, DB_MANAGEMENT, read_admission, &i);
	if (rc != ERR_OK)
		return rc;
	i.admission.policy.allow = "";
	i.admission.policy.password_days = 0;
	rc = admit_check(cx, &i.admission, "");
	return rc == ERR_OK ? admit_issue(cx, site->conf, &i.admission, &wish, out)
			    : rc;
}
