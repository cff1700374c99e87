/* keeping.c - removes what has outlived its retention; see work.h. */
#include "audit/retain.h"
#include "base/log.h"
#include "events/sequence.h"
#include "jobs/ledger.h"
#include "notify/notification.h"
#include "webhook/delivery.h"
#include "work/work.h"

void
work_keep_house(struct work *w)
{
	const struct conf *c = w->conf;
	int64_t removed = 0;
	struct ctx cx;
	enum err rc = ERR_OK;

	ctx_init(&cx, w->mem);
	if (c->event_retention_days > 0)
		rc = events_expire(&cx, w->db, c->event_retention_days, &removed);
	if (rc == ERR_OK && c->job_retention_days > 0)
		rc = jobs_expire(&cx, w->db, c->job_retention_days);
	if (rc == ERR_OK && c->delivery_retention_days > 0)
		rc = deliveries_expire(&cx, w->db, c->delivery_retention_days);
	if (rc == ERR_OK && c->notification_retention_days > 0)
		rc = notifications_expire(&cx, w->db, c->notification_retention_days);
	if (rc == ERR_OK)
		rc = audit_retain(
		    &cx, w->audit, w->db, c->audit_retention_days, &removed);
	if (rc != ERR_OK)
		log_error(LOG_WARNING, &cx, "keeping-failed");
}
