/* secrets.c - the command about what is kept sealed. */
#include "cli/cli.h"
#include "cli/database.h"
#include "database/servers.h"
#include "people/totp.h"
#include "tenant/secret.h"
#include "webhook/webhook.h"

/* What lies sealed in the rows of a table, beside the program's own keys. */
typedef enum err reseal_fn(
    struct ctx *cx, struct db *db, const struct seal_keys *keys, int *count);
static reseal_fn *const kinds[] = {
    webhooks_reseal, totp_reseal, tenant_keys_reseal, servers_reseal};

/* What does not open in one table keeps nobody from the next; the first failure is
 * told. */
static enum err
reseal_all(struct cli *c, struct db *db, const struct seal_keys *keys, int *sealed)
{
	struct ctx *cx = c->cx;
	struct err_info first = {.code = ERR_OK};

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		int count = 0;

		if (kinds[i](cx, db, keys, &count) != ERR_OK) {
			if (first.code == ERR_OK)
				first = cx->err;
			err_clear(&cx->err);
		}
		*sealed += count;
	}
	if (first.code != ERR_OK)
		cx->err = first;
	return first.code;
}

enum err
command_secrets_rotate(struct cli *c)
{
	struct db *db = database_open(c->cx, c->conf, DATABASE_AS_SERVER);
	const struct seal_keys *keys;
	struct audit *log;
	int sealed = 0;
	enum err rc = database_seal_keys(c->cx, c->conf, &keys);

	if (rc == ERR_OK)
		rc = database_audit(c->cx, c->conf, &log);
	if (rc == ERR_OK)
		rc = audit_rotate(c->cx, log, db, &sealed);
	if (rc == ERR_OK)
		rc = reseal_all(c, db, keys, &sealed);
	return rc == ERR_OK ? cli_print_count(c, "sealed", sealed) : rc;
}
