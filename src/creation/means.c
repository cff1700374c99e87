/* means.c - see means.h. */
#include "creation/means.h"

#include "database/databases.h"
#include "outside/stores.h"

enum err
creation_means_open(struct ctx *cx, struct creation_means *means)
{
	means->databases = databases_new(means->conf, means->keys);
	means->stores = stores_new(means->conf);
	return means->databases != NULL && means->stores != NULL
	    ? ERR_OK
	    : err_set(&cx->err, ERR_INTERNAL, "out of memory");
}

void
creation_means_close(struct creation_means *means)
{
	stores_free(means->stores);
	databases_free(means->databases);
	means->stores = NULL;
	means->databases = NULL;
}
