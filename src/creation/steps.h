/*
 * steps.h - the parts of the steps of steps.def, and what resources.def calls; each
 * step_*.c has those of one noun.
 *
 * Owner, lifetime, threads, failure: as creation.h.
 */
#ifndef TENANTD_CREATION_STEPS_H
#define TENANTD_CREATION_STEPS_H

#include "creation/creation.h"

/* step_templates.c: the mails that a tenant has from the start, in words of its own where
 * its features have "templates" for mails. */
creation_part_fn email_templates_record, email_templates_undo;
/* step_integrations.c: the first API key, an OAuth client, and a webhook if one was
 * asked for. Reveals apiKey, oauthClientId, oauthClientSecret, webhookSecret. */
creation_part_fn integrations_record, integrations_undo;
/* -- step_record.c -- */
creation_part_fn record_record, record_undo;
/* -- step_audit.c -- */
creation_part_fn audit_record;
/* -- step_activation.c -- */
creation_part_fn activation_record;
/* -- step_welcome.c -- */
creation_part_fn welcome_intend, welcome_record;

#endif
