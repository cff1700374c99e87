/*
 * webhooks.h - what the routes about webhooks and about their deliveries share. The
 * same handlers stand below /api/webhooks, for the platform's, below a tenant, and
 * below /api/provisioning, for those of the partner who calls.
 *
 * Owner:    nobody.
 * Lifetime: one request.
 * Threads:  one.
 * Failure:  as webhook/webhook.h.
 */
#ifndef TENANTD_CONTROLLERS_WEBHOOKS_H
#define TENANTD_CONTROLLERS_WEBHOOKS_H

#include "controllers/app.h"
#include "webhook/webhook.h"

struct webhook_site webhook_site_of(const struct app *app, const struct call *call);
/* The context of its owner. */
const char *webhook_context_of(const struct call *call);
/* The i-th name of the path below that of the owner; 0 is the webhook. */
const char *webhook_param(struct call *call, int i);
/* 202, and how many deliveries were queued. */
void webhook_put_queued(struct call *call, int64_t count);

#endif
