/*
 * partners.h - what the commands about partners and about their keys share.
 *
 * Owner:    the command.
 * Lifetime: of the command.
 * Threads:  one.
 * Failure:  as the functions they call.
 */
#ifndef TENANTD_CLI_PARTNERS_H
#define TENANTD_CLI_PARTNERS_H

#include "cli/cli.h"
#include "cli/table.h"

enum { PARTNERS_LIST_DEFAULT = 50, PARTNERS_LIST_MOST = 10000 };

/* --limit, or PARTNERS_LIST_DEFAULT. */
enum err partners_limit(struct cli *c, int *out) MUST_CHECK;
/* Says how a list that was full goes on; last: its last id. */
enum err partners_print_list(
    struct cli *c, const struct table *t, bool full, const char *last) MUST_CHECK;

#endif
