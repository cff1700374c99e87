/* means.c - see means.h. */
#include "creation/means.h"

#include "database/databases.h"

enum err
creation_means_open(struct ctx *cx, struct creation_means *means)
{
	(void)cx;
	means->databases = databases_new(means->conf, means->keys);
	means->stores = NULL;
	return ERR_OK;
}

void
creation_means_close(struct creation_means *means)
{
	databases_free(means->databases);
	means->databases = NULL;
}
