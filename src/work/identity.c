/* identity.c - a user's attributes at the identity provider. */
#include "work/work.h"

enum err
identity_sync(struct work *w, struct work_item *it, enum work_verdict *verdict)
{
	(void)w;
	(void)it;
	*verdict = WORK_DONE;
	return ERR_OK;
}
