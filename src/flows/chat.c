/* chat.c - see chat.h. */
#include "flows/chat.h"

#include <stdint.h>

#include "crypto/secret.h"
#include "tenant/secret.h"

/* The tenant's index, if there is one to be asked. */
static enum err
open_index(struct ctx *cx, const struct chat *c, struct assistant_question *q)
{
	const struct tenant_secret_name of = {q->tenant_id, TENANT_SECRET_PINECONE};
	bool found = false;
	enum err rc = ERR_OK;

	if (c->member->pinecone_environment == NULL || q->top_k == 0 ||
	    !c->member->has_pinecone_api_key)
		return ERR_OK;
	rc = tenant_secret_open(cx, c->db, c->keys, &of, &q->index_key, &found);
	if (rc == ERR_OK && found)
		q->environment = c->member->pinecone_environment;
	return rc;
}

enum err
chat_answer(struct ctx *cx, const struct chat *c, const struct assistant_question *q,
    const struct assistant_listener *l, struct assistant_answer *out)
{
	struct assistant_question asked = *q;
	enum err rc;

	asked.tenant_id = c->member->tenant.id;
	asked.prompt = c->member->system_prompt;
	asked.environment = NULL;
	rc = open_index(cx, c, &asked);
	if (rc == ERR_OK)
		rc = assistant_answer(cx, c->assistant, &asked, l, out);
	secret_cleanse((void *)(uintptr_t)asked.index_key.p, asked.index_key.n);
	return rc;
}
