/* provisioning.c - see provisioning.h. */
#include "flows/provisioning.h"

#include "partner/partner.h"

enum err
provisioning_create(struct ctx *cx, struct db *db, const struct provision_site *site,
    const struct provision_draft *draft, struct provision_record *out)
{
	enum err rc = partner_reserve(cx, db, site->partner, 1);

	return rc == ERR_OK ? provision_create(cx, db, site, draft, out) : rc;
}

enum err
provisioning_hold_to_restore(struct ctx *cx, struct db *db,
    const struct provision_site *site, const char *id, struct provision_held *out)
{
	struct provision_record seen;
	bool reserved = false;
	enum err rc = provision_look(cx, db, site, id, &seen);

	if (rc == ERR_OK && !provision_is(&seen, "active")) {
		rc = provision_check_restorable(cx, &seen);
		reserved = true;
	}
	if (rc == ERR_OK && reserved)
		rc = partner_reserve(cx, db, site->partner, 1);
	if (rc == ERR_OK)
		rc = provision_hold(cx, db, site, id, out);
	if (rc == ERR_OK && !reserved && !provision_is(&out->now, "active"))
		rc = err_tell(&cx->err, ERR_CONFLICT,
		    "the tenant was deactivated at the same time: try again");
	return rc;
}
