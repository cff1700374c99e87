/*
 * schemas.h - the schemas of requests in effect: the program's own, from schemas/, each
 * extended by the operator's file of its name in SCHEMA_DIR.
 *
 * A value must fit both, as by allOf: an extension tightens what there is, and names
 * further members, unless the program's schema takes no others.
 *
 * Owner:    whoever loaded the settings, before the fork; everyone else reads.
 * Lifetime: until schema_set_free(); a reload makes a new one.
 * Threads:  one a process; checks change nothing that another process would see.
 * Failure:  schema_set_new() collects everything wrong with the files at once, as
 *           faults of cx (pointer: SCHEMA_DIR; message: all of it, the path first), and
 *           returns ERR_CONFIG.
 */
#ifndef TENANTD_CONTROLLERS_SCHEMAS_H
#define TENANTD_CONTROLLERS_SCHEMAS_H

#include "base/ctx.h"
#include "controllers/routes.h"
#include "json/schema.h"

struct schema_set;

/* dir: SCHEMA_DIR; "", or not there: no extensions. */
enum err schema_set_new(
    struct ctx *cx, const char *dir, struct schema_set **out) MUST_CHECK;
void schema_set_free(struct schema_set *s); /* NULL is fine */

/* NULL for SCHEMA_NONE, all three. */
const struct schema *schema_set_get(const struct schema_set *s, enum schema_id id);
/* The schema in effect as a JSON document: the program's text, or that with the
 * operator's as one more of its "allOf" and "examples" that fit both. */
const char *schema_set_text(const struct schema_set *s, enum schema_id id);
/* The file that extends it; NULL: none does. */
const char *schema_set_file(const struct schema_set *s, enum schema_id id);

/* SCHEMA_NONE: there is none of that name. */
enum schema_id schema_id_find(const char *name);

#endif
