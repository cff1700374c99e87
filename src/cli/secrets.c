/* secrets.c - the command about what is kept sealed. */
#include "cli/cli.h"
#include "cli/database.h"
#include "tenant/secret.h"
#include "webhook/webhook.h"

enum err
command_secrets_rotate(struct cli *c)
{
	struct db *db = database_open(c->cx, c->conf, DATABASE_AS_SERVER);
	const struct seal_keys *keys;
	struct audit *log;
	int own = 0, webhooks = 0, tenants = 0;
	enum err rc = database_seal_keys(c->cx, c->conf, &keys);

	if (rc == ERR_OK)
		rc = database_audit(c->cx, c->conf, &log);
	if (rc == ERR_OK)
		rc = audit_rotate(c->cx, log, db, &own);
	if (rc == ERR_OK)
		rc = webhooks_reseal(c->cx, db, keys, &webhooks);
	if (rc == ERR_OK)
		rc = tenant_keys_reseal(c->cx, db, keys, &tenants);
	return rc == ERR_OK ? cli_print_count(c, "sealed", own + webhooks + tenants)
			    : rc;
}
