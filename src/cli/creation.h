/*
 * creation.h - a tenant is made from the shell, as POST /api/tenants makes it.
 *
 * Owner:    the command.
 * Lifetime: one command.
 * Threads:  one.
 * Failure:  as creation/engine.h; what a step failed by once all is taken back. Who is
 *           killed leaves the rest to a job.
 */
#ifndef TENANTD_CLI_CREATION_H
#define TENANTD_CLI_CREATION_H

#include "cli/cli.h"

enum err cli_create_tenant(struct cli *c) MUST_CHECK;

#endif
