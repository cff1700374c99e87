/* users.c - the command that makes a user. */
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/input.h"
#include "cli/table.h"
#include "crypto/password.h"
#include "crypto/secret.h"
#include "people/user.h"

static enum err
create(struct cli *c, struct audit *audit, const char *password, size_t n)
{
	static const char *const columns[] = {"id", "email", "is_superuser", "tenant"};
	const struct user_draft draft = {
	    .email = args_operand(c->args, 0),
	    .password = password,
	    .password_n = n,
	    .tenant = args_value(c->args, "tenant"),
	    .actor = "tenantd user create",
	    .audit = audit,
	    .superuser = args_flag(c->args, "superuser"),
	};
	const char *id;
	struct table t;
	enum err rc = user_create(
	    c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER), &draft, &id);

	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	table_text(&t, id);
	table_text(&t, draft.email);
	table_bool(&t, draft.superuser);
	table_text(&t, draft.tenant);
	return table_print(c->cx, &t, TABLE_RECORD, args_flag(c->args, "json"), c->out);
}

enum err
command_user_create(struct cli *c)
{
	char password[PASSWORD_MAX + 2]; /* and the newline, and NUL */
	struct audit *audit;
	size_t n;
	enum err rc = input_line(c->cx, "password", password, sizeof(password), &n);

	if (rc == ERR_OK)
		rc = database_audit(c->cx, c->conf, &audit);
	if (rc == ERR_OK)
		rc = create(c, audit, password, n);
	secret_cleanse(password, sizeof(password));
	return rc;
}
