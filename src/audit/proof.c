/* proof.c - see proof.h. */
#include "audit/proof.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "crypto/base64.h"

enum { LIST_MAX = 1 << 30 };

static struct digest
derive(const unsigned char *secret, const char *what)
{
	const struct digest_hkdf from = {.key = secret,
	    .key_n = AUDIT_SECRET_SIZE,
	    .info = what,
	    .info_n = strlen(what)};
	struct digest key = {{0}};

	digest_hkdf_sha256(&from, key.b, sizeof(key.b));
	return key;
}

void
audit_keys_derive(
    struct audit_keys *out, const unsigned char secret[static AUDIT_SECRET_SIZE])
{
	*out = (struct audit_keys){
	    .row = derive(secret, "tenantd audit v1 row"),
	    .link = derive(secret, "tenantd audit v1 link"),
	    .head = derive(secret, "tenantd audit v1 head"),
	    .checkpoint = derive(secret, "tenantd audit v1 checkpoint"),
	};
}

struct audit_time
audit_time_of(int64_t wall_ms)
{
	struct audit_time t;

	assert(wall_ms >= 0);
	clock_text(t.text, wall_ms);
	snprintf(t.epoch, sizeof(t.epoch), "%" PRId64 ".%03d000", wall_ms / 1000,
	    (int)(wall_ms % 1000));
	return t;
}

/* -- lists of fields -- */

static void
list_init(struct buf *list)
{
	buf_init(list, NULL, LIST_MAX);
}

static void
put_text(struct buf *list, const char *text)
{
	size_t n = text != NULL ? strlen(text) : 0;
	const unsigned char head[] = {text != NULL, (unsigned char)(n >> 24),
	    (unsigned char)(n >> 16), (unsigned char)(n >> 8), (unsigned char)n};

	buf_put(list, head, text != NULL ? sizeof(head) : 1);
	if (n > 0)
		buf_put(list, text, n);
}

static void
put_number(struct buf *list, int64_t n)
{
	char text[STR_I64_SIZE];

	put_text(list, str_from_i64(text, n));
}

static void
put_row(struct buf *list, const struct audit_content *row)
{
	for (int i = 0; i < AUDIT_FIELD_COUNT; i++)
		put_text(list, row->field[i]);
}

static void
list_mac(char out[static AUDIT_MAC_SIZE], const struct digest *key, struct buf *list)
{
	struct digest mac;

	assert(!list->failed);
	mac = digest_hmac_sha256(key->b, sizeof(key->b), list->p, list->n);
	base64url_encode(out, mac.b, sizeof(mac.b));
	buf_fini(list);
}

/* -- */

void
audit_row_mac(char out[static AUDIT_MAC_SIZE], const struct audit_keys *k,
    const struct audit_content *row)
{
	struct buf list;

	list_init(&list);
	put_row(&list, row);
	list_mac(out, &k->row, &list);
}

void
audit_link_seal(char out[static AUDIT_MAC_SIZE], const struct audit_keys *k,
    const struct audit_link *link)
{
	struct buf list;

	list_init(&list);
	put_number(&list, link->seq);
	put_text(&list, link->before);
	put_text(&list, link->id);
	put_text(&list, link->mac);
	put_row(&list, link->row);
	list_mac(out, &k->link, &list);
}

void
audit_head_mac(char out[static AUDIT_MAC_SIZE], const struct audit_keys *k,
    const struct audit_head *head)
{
	struct buf list;

	list_init(&list);
	put_number(&list, head->seq);
	put_text(&list, head->seal);
	put_text(&list, head->began);
	put_text(&list, head->epoch);
	list_mac(out, &k->head, &list);
}

bool
audit_head_genuine(const struct audit_keys *k, const struct audit_head *head)
{
	char mac[AUDIT_MAC_SIZE];

	audit_head_mac(mac, k, head);
	return head->mac != NULL && strcmp(mac, head->mac) == 0;
}

void
audit_checkpoint_mac(char out[static AUDIT_MAC_SIZE], const struct audit_keys *k,
    const struct audit_checkpoint *c)
{
	struct buf list;

	list_init(&list);
	put_number(&list, c->seq);
	put_text(&list, c->seal);
	put_text(&list, c->latest);
	put_text(&list, c->epoch);
	list_mac(out, &k->checkpoint, &list);
}

bool
audit_checkpoint_genuine(const struct audit_keys *k, const struct audit_checkpoint *c)
{
	char mac[AUDIT_MAC_SIZE];

	audit_checkpoint_mac(mac, k, c);
	return c->mac != NULL && strcmp(mac, c->mac) == 0;
}
