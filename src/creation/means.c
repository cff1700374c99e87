/* means.c - see means.h. */
#include "creation/means.h"

enum err
creation_means_open(struct ctx *cx, struct creation_means *means)
{
	(void)cx;
	means->databases = NULL;
	means->stores = NULL;
	return ERR_OK;
}

void
creation_means_close(struct creation_means *means)
{
	(void)means;
}
