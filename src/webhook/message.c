/* message.c - see message.h. */
#include "webhook/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crypto/base64.h"
#include "crypto/digest.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "json/json.h"

#define SECRET_PREFIX "whsec_"

enum { KEY_SIZE = 32, BODY_MAX = 1024 * 1024, HEADER_MAX = 4096 };

void
webhook_message_id(char out[static WEBHOOK_ID_SIZE], int64_t event_id)
{
	snprintf(out, WEBHOOK_ID_SIZE, "evt_%" PRId64, event_id);
}

struct slice
webhook_message_body(struct ctx *cx, const struct webhook_event *e)
{
	char id[WEBHOOK_ID_SIZE];
	struct json_out o;
	struct buf b;

	webhook_message_id(id, e->id);
	buf_init(&b, cx->mem, BODY_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "id", id);
	json_member_text(&o, "type", e->kind);
	json_member_text(&o, "timestamp", e->created_at);
	json_member_text(&o, "tenantId", e->tenant_id);
	json_member_i64(&o, "sequence", e->seq);
	json_member_raw(&o, "version", e->version);
	json_member_raw(&o, "data", e->payload);
	json_close_object(&o);
	return slice_of(buf_text(&b));
}

static struct slice
associated(struct ctx *cx, const struct webhook_name *of)
{
	if (of->partner_id != NULL)
		return slice_of(arena_printf(
		    cx->mem, "webhooks.secrets/partner:%s:%s", of->partner_id, of->id));
	return slice_of(arena_printf(cx->mem, "webhooks.secrets:%s:%s",
	    of->tenant_id != NULL ? of->tenant_id : "", of->id));
}

enum err
webhook_secret_new(struct ctx *cx, const struct seal_keys *keys,
    const struct webhook_name *of, struct webhook_secret *out)
{
	char text[sizeof(SECRET_PREFIX) + BASE64_TEXT_SIZE(KEY_SIZE)] = SECRET_PREFIX;
	unsigned char key[KEY_SIZE];
	enum err rc = random_bytes(&cx->err, key, sizeof(key));

	if (rc == ERR_OK)
		rc = seal_make(cx, keys, (struct slice){(const char *)key, sizeof(key)},
		    associated(cx, of), &out->sealed);
	if (rc == ERR_OK) {
		base64_encode(text + strlen(SECRET_PREFIX), key, sizeof(key));
		out->shown = arena_strdup(cx->mem, text);
	}
	secret_cleanse(key, sizeof(key));
	secret_cleanse(text, sizeof(text));
	return rc;
}

enum err
webhook_secret_reseal(struct ctx *cx, const struct seal_keys *keys,
    const struct webhook_name *of, const char *sealed, const char **fresh)
{
	struct slice key;
	enum err rc = seal_open(cx, keys, sealed, associated(cx, of), &key);

	if (rc != ERR_OK)
		return rc;
	rc = seal_make(cx, keys, key, associated(cx, of), fresh);
	secret_cleanse((void *)(uintptr_t)key.p, key.n);
	return rc;
}

static enum err
add_signature(struct ctx *cx, const struct webhook_signer *signer, const char *sealed,
    struct slice text, struct buf *to)
{
	char signature[BASE64_TEXT_SIZE(DIGEST_SIZE)];
	struct slice key;
	struct digest d;
	enum err rc =
	    seal_open(cx, signer->keys, sealed, associated(cx, &signer->of), &key);

	if (rc != ERR_OK)
		return rc;
	d = digest_hmac_sha256(key.p, key.n, text.p, text.n);
	secret_cleanse((void *)(uintptr_t)key.p, key.n);
	base64_encode(signature, d.b, sizeof(d.b));
	buf_printf(to, "%sv1,%s", to->n > 0 ? " " : "", signature);
	return ERR_OK;
}

enum err
webhook_sign(struct ctx *cx, const struct webhook_signer *signer,
    const struct webhook_message *m, const char **out)
{
	const struct json *list;
	struct buf header, text;
	enum err rc = signer->sealed == NULL
	    ? err_set(&cx->err, ERR_INTERNAL, "the webhook has no secret")
	    : json_parse(cx, signer->sealed, strlen(signer->sealed), 0, &list);

	buf_init(&header, cx->mem, HEADER_MAX);
	buf_init(&text, cx->mem, BODY_MAX + 256);
	buf_printf(&text, "%s.%s.", m->id, m->timestamp);
	buf_put(&text, m->body.p, m->body.n);
	for (size_t i = 0; rc == ERR_OK && i < json_count(list); i++)
		rc = add_signature(cx, signer, json_text(json_item(list, i)),
		    (struct slice){buf_text(&text), text.n}, &header);
	*out = buf_text(&header);
	return rc;
}
