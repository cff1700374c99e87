/*
 * steps.h - the parts of the steps of steps.def, and what resources.def calls; each
 * step_*.c has those of one noun.
 *
 * Owner, lifetime, threads, failure: as creation.h.
 */
#ifndef TENANTD_CREATION_STEPS_H
#define TENANTD_CREATION_STEPS_H

#include "creation/creation.h"

/* -- step_record.c -- */
creation_part_fn record_record, record_undo;
/* -- step_audit.c -- */
creation_part_fn audit_record;
/* -- step_activation.c -- */
creation_part_fn activation_record;
/* -- step_welcome.c -- */
creation_part_fn welcome_intend, welcome_record;
/* -- step_policy.c -- */
creation_part_fn security_policy_record, security_policy_undo;

#endif
