/*
 * steps.h - the parts of the steps of steps.def, and what resources.def calls; each
 * step_*.c has those of one noun.
 *
 * Owner, lifetime, threads, failure: as creation.h.
 */
#ifndef TENANTD_CREATION_STEPS_H
#define TENANTD_CREATION_STEPS_H

#include "creation/creation.h"

/* -- step_people.c -- */
creation_part_fn roles_record, roles_undo, groups_record, groups_undo;
creation_part_fn administrator_record, administrator_undo;
/* -- step_templates.c --
 * The mails that a tenant has from the start, in words of its own
 * where its features have "templates" for mails. */
creation_part_fn email_templates_record, email_templates_undo;
/* -- step_integrations.c --
 * The first API key, an OAuth client, and a webhook if one was
 * asked for. Reveals apiKey, oauthClientId, oauthClientSecret, webhookSecret. */
creation_part_fn integrations_record, integrations_undo;
/* -- step_record.c -- */
creation_part_fn record_record, record_undo;
/* -- step_database.c -- */
creation_part_fn database_intend, database_act, database_record;
creation_part_fn migrations_intend, migrations_act;
resource_remove_fn database_remove, schema_remove;
resource_look_fn database_look, schema_look;
/* -- step_credentials.c -- */
creation_part_fn credentials_intend, credentials_act, credentials_record;
resource_remove_fn database_role_remove;
resource_look_fn database_role_look;
/* -- step_audit.c -- */
creation_part_fn audit_record;
/* -- step_activation.c -- */
creation_part_fn activation_record;
/* -- step_welcome.c -- */
creation_part_fn welcome_intend, welcome_record;
/* -- step_policy.c -- */
creation_part_fn security_policy_record, security_policy_undo;
/* -- step_storage.c -- */
creation_part_fn storage_intend, storage_act;
/* Whether what the plan asks for is set up here; before anything is made. */
enum err storage_check_plan(struct ctx *cx, const struct conf *conf,
    const struct creation_plan *plan) MUST_CHECK;
resource_remove_fn storage_s3_remove, storage_dir_remove;
resource_look_fn storage_s3_look, storage_dir_look;
/* -- step_cache.c -- */
creation_part_fn cache_intend, cache_act;
resource_remove_fn redis_user_remove;
resource_look_fn redis_user_look;
/* -- step_quota.c -- */
creation_part_fn quotas_record, quotas_undo;
creation_part_fn monitoring_record, monitoring_undo;

#endif
