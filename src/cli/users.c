/* users.c - the commands about users. */
#include "flows/users.h"
#include "cli/cli.h"
#include "cli/database.h"
#include "cli/input.h"
#include "cli/table.h"
#include "crypto/secret.h"
#include "flows/access.h"

enum { LIST_DEFAULT = 50, LIST_MOST = 10000 };

/* A command that changes something: what it does it with. */
struct desk {
	struct db *db;
	struct user_desk with;
};

static enum err
open_desk(struct cli *c, struct desk *d)
{
	struct audit *audit;
	enum err rc = database_audit(c->cx, c->conf, &audit);

	if (rc != ERR_OK)
		return rc;
	d->db = database_open(c->cx, c->conf, DATABASE_AS_SERVER);
	d->with = (struct user_desk){.address = "", .audit = audit};
	return ERR_OK;
}

static enum err
print_table(struct cli *c, const struct table *t, enum table_shape shape)
{
	return table_print(c->cx, t, shape, args_flag(c->args, "json"), c->out);
}

/* -- made -- */

static enum err
create(struct cli *c, struct desk *desk, const char *password, size_t n)
{
	static const char *const columns[] = {"id", "email", "is_superuser", "tenant"};
	const struct user_draft draft = {
	    .email = args_operand(c->args, 0),
	    .name = args_value(c->args, "name"),
	    .password = password,
	    .password_n = n,
	    .tenant = args_value(c->args, "tenant"),
	    .superuser = args_flag(c->args, "superuser"),
	    .trusted = true,
	};
	const char *id;
	struct table t;
	enum err rc = user_create(c->cx, desk->db, &desk->with, &draft, &id);

	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns, COUNT_OF(columns));
	table_text(&t, id);
	table_text(&t, draft.email);
	table_bool(&t, draft.superuser);
	table_text(&t, draft.tenant);
	return print_table(c, &t, TABLE_RECORD);
}

enum err
command_user_create(struct cli *c)
{
	char password[PASSWORD_MAX + 2]; /* and the newline, and NUL */
	struct desk desk;
	size_t n;
	enum err rc = input_line(c->cx, "password", password, sizeof(password), &n);

	if (rc == ERR_OK)
		rc = open_desk(c, &desk);
	if (rc == ERR_OK)
		rc = create(c, &desk, password, n);
	secret_cleanse(password, sizeof(password));
	return input_name_faults(c->cx, rc);
}

/* -- looked up -- */

static const char *const columns_of_one[] = {"id", "email", "name", "is_superuser",
    "tenant_id", "is_active", "has_password", "created_at", "updated_at"};

static void
put_user(struct table *t, const struct user *u)
{
	table_text(t, u->id);
	table_text(t, u->email);
	table_text(t, u->name);
	table_bool(t, u->superuser);
	table_text(t, u->tenant_id);
	table_bool(t, u->active);
	table_bool(t, u->password_hash != NULL);
	table_text(t, u->created_at);
	table_text(t, u->updated_at);
}

static enum err
print_user(struct cli *c, const struct user *u)
{
	struct table t;

	table_init(&t, c->cx->mem, columns_of_one, COUNT_OF(columns_of_one));
	put_user(&t, u);
	return print_table(c, &t, TABLE_RECORD);
}

enum err
command_user_list(struct cli *c)
{
	static const int64_t range[] = {1, LIST_MOST};
	struct user_page page = {.after = args_value(c->args, "after"),
	    .part = args_value(c->args, "search"),
	    .tenant = args_value(c->args, "tenant"),
	    .superusers =
		args_flag(c->args, "superusers") ? USER_FILTER_YES : USER_FILTER_NONE};
	int64_t limit = LIST_DEFAULT;
	struct table t;
	enum err rc = args_number(c->cx, c->args, "limit", range, &limit);

	page.limit = (int)limit;
	if (rc == ERR_OK)
		rc = users_list(
		    c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER), &page);
	if (rc != ERR_OK)
		return rc;
	table_init(&t, c->cx->mem, columns_of_one, COUNT_OF(columns_of_one));
	for (int i = 0; i < page.count; i++)
		put_user(&t, &page.list[i]);
	rc = print_table(c, &t, TABLE_ROWS);
	if (rc == ERR_OK && page.count == page.limit && !args_flag(c->args, "json"))
		fprintf(c->out, "\nthere may be more: --after %s\n",
		    table_printable(c->cx->mem, page.last));
	return rc;
}

enum err
command_user_show(struct cli *c)
{
	struct user u;
	enum err rc =
	    user_named(c->cx, database_open(c->cx, c->conf, DATABASE_AS_SERVER),
		args_operand(c->args, 0), &u);

	return rc == ERR_OK ? print_user(c, &u) : rc;
}

/* -- changed -- */

typedef void make_wish_fn(const struct args *args, struct user_wish *wish);

struct change {
	const struct args *args;
	const struct user_desk *desk;
	make_wish_fn *make;
	struct user now;
};

static enum err
change(struct ctx *cx, struct db *db, void *arg)
{
	struct change *c = arg;
	struct user_wish wish;
	enum err rc = user_named_hold(cx, db, args_operand(c->args, 0), &c->now);

	if (rc != ERR_OK)
		return rc;
	wish = user_wish_of(&c->now);
	c->make(c->args, &wish);
	return user_change(cx, db, c->desk, &wish, &c->now);
}

static enum err
change_and_print(struct cli *c, make_wish_fn *make)
{
	struct desk desk;
	struct change ch = {.args = c->args, .make = make};
	enum err rc = open_desk(c, &desk);

	ch.desk = &desk.with;
	if (rc == ERR_OK)
		rc = db_transaction(c->cx, desk.db, DB_MANAGEMENT, change, &ch);
	return rc == ERR_OK ? print_user(c, &ch.now) : input_name_faults(c->cx, rc);
}

static void
promote(const struct args *args, struct user_wish *wish)
{
	(void)args;
	wish->superuser = true;
}

enum err
command_user_promote(struct cli *c)
{
	return change_and_print(c, promote);
}

static void
demote(const struct args *args, struct user_wish *wish)
{
	(void)args;
	wish->superuser = false;
}

enum err
command_user_demote(struct cli *c)
{
	return change_and_print(c, demote);
}

static void
assign(const struct args *args, struct user_wish *wish)
{
	wish->tenant = args_operand(args, 1);
}

enum err
command_user_assign(struct cli *c)
{
	if ((args_operand(c->args, 1) != NULL) == args_flag(c->args, "none"))
		return err_tell(&c->cx->err, ERR_USAGE,
		    "name a tenant, or say --none, but not both");
	return change_and_print(c, assign);
}

/* -- let in again -- */

enum err
command_user_reset_password(struct cli *c)
{
	char password[PASSWORD_MAX + 2]; /* and the newline, and NUL */
	const char *name = args_operand(c->args, 0);
	struct desk desk;
	struct password p = {password, 0};
	enum err rc = input_line(c->cx, "password", password, sizeof(password), &p.n);

	if (rc == ERR_OK)
		rc = open_desk(c, &desk);
	if (rc == ERR_OK)
		rc = access_set_password(c->cx, desk.db, &desk.with, name, p);
	secret_cleanse(password, sizeof(password));
	if (rc == ERR_OK)
		fprintf(c->out, "%s has another password, and no session any more\n",
		    table_printable(c->cx->mem, name));
	return input_name_faults(c->cx, rc);
}

enum err
command_user_totp_reset(struct cli *c)
{
	const char *name = args_operand(c->args, 0);
	struct desk desk;
	enum err rc = open_desk(c, &desk);

	if (rc == ERR_OK)
		rc = access_remove_totp(c->cx, desk.db, &desk.with, name);
	if (rc == ERR_OK)
		fprintf(c->out, "%s signs in without a one-time password\n",
		    table_printable(c->cx->mem, name));
	return rc;
}
