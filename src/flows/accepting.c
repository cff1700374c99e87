/* accepting.c - the part of joining.h of those who are invited. */
#include <string.h>

#include "base/buf.h"
#include "crypto/opaque.h"
#include "flows/joining.h"
#include "quota/quota.h"
#include "role/role.h"
#include "tenant/tenant.h"

enum { TEXT_MAX = 16 * 1024 };

static enum err
refuse_secret(struct ctx *cx, const struct joining *j)
{
	ctx_fault(cx, j->pointer, "token", "is no invitation's");
	return err_tell(&cx->err, ERR_INVALID,
	    "there is no such invitation: it may have been sent again since; use the "
	    "link of the last mail");
}

enum err
joining_digest(struct ctx *cx, struct joining *j, const char *secret,
    char digest[static DIGEST_HEX_SIZE])
{
	j->digest = digest;
	return opaque_digest(secret, OPAQUE_INVITATION, digest) ? ERR_OK
								: refuse_secret(cx, j);
}

static bool
is_same_address(struct ctx *cx, const char *a, const char *b)
{
	const char *x = utf8_fold(cx->mem, a), *y = utf8_fold(cx->mem, b);

	return x != NULL && y != NULL && strcmp(x, y) == 0;
}

static enum err
check_address(struct ctx *cx, const struct joining *j, const char *invited)
{
	if (j->email == NULL)
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "the invitation is for an address, and your token says none that "
		    "can be relied on");
	if (!is_same_address(cx, j->email, invited))
		return err_tell(&cx->err, ERR_FORBIDDEN,
		    "the invitation is for another address than yours");
	return ERR_OK;
}

static enum err
check_shown(struct ctx *cx, const struct joining *j, const struct invitation_shown *i)
{
	const char *status = i->is.status;

	if (strcmp(status, "accepted") == 0)
		return err_tell(
		    &cx->err, ERR_GONE, "the invitation was accepted already");
	if (strcmp(status, "revoked") == 0)
		return err_tell(&cx->err, ERR_GONE, "the invitation was revoked");
	if (strcmp(status, INVITATION_PENDING) != 0)
		return err_tell(&cx->err, ERR_GONE,
		    "the invitation has expired: have it sent again by who invited "
		    "you");
	return check_address(cx, j, i->is.email);
}

enum err
joining_check(struct ctx *cx, const struct account_site *s, const struct joining *j,
    const char **tenant_id)
{
	struct invitation_shown i;
	bool found;
	enum err rc = invitation_find(cx, s->db, j->digest, &i, &found);

	if (rc == ERR_OK && !found)
		rc = refuse_secret(cx, j);
	if (rc == ERR_OK)
		rc = check_shown(cx, j, &i);
	if (rc == ERR_OK)
		rc = tenant_check_usable(cx, i.tenant_status);
	if (rc == ERR_OK)
		*tenant_id = i.is.tenant_id;
	return rc;
}

/* -- accepting -- */

/* A membership as its event and its audit row have it. */
static const char *
membership_text(
    struct ctx *cx, const struct joining *j, const struct invitation_shown *i)
{
	struct json_out o;
	struct buf b;

	buf_init(&b, cx->mem, TEXT_MAX);
	json_out_init(&o, &b);
	json_open_object(&o);
	json_member_text(&o, "tenantId", i->is.tenant_id);
	json_member_text(&o, "userId", j->user_id);
	json_member_text(&o, "role", i->is.role);
	json_close_object(&o);
	return buf_text(&b);
}

/* Who is a member already takes no room. */
static enum err
check_room(struct ctx *cx, const struct account_site *s, const struct joining *j,
    const struct invitation_shown *i)
{
	bool member;
	enum err rc =
	    tenant_has_member(cx, s->db, i->is.tenant_id, j->user_id, &member);

	return rc == ERR_OK && !member
	    ? quota_reserve(cx, s->db, i->is.tenant_id, QUOTA_MEMBERS, 1)
	    : rc;
}

/* Who is a member already stays what they are. */
static enum err
join(struct ctx *cx, const struct account_site *s, const struct joining *j,
    const struct invitation_shown *i)
{
	const char *text = membership_text(cx, j, i);
	bool joined = false;
	/* nobody removes the role meanwhile */
	enum err rc = role_turn_shared(cx, s->db, i->is.tenant_id);

	if (rc == ERR_OK)
		rc = check_room(cx, s, j, i);
	if (rc == ERR_OK)
		rc = tenant_join(cx, s->db,
		    &(struct tenant_membership){
			i->is.tenant_id, j->user_id, i->is.role},
		    &joined);
	if (rc != ERR_OK || !joined)
		return rc;
	rc = event_append(cx, s->db,
	    &(struct event){.kind = EVENT_MEMBERSHIP_CREATED,
		.tenant_id = i->is.tenant_id,
		.payload = text});
	if (rc != ERR_OK)
		return rc;
	return audit_append(cx, s->audit, s->db,
	    &(struct audit_entry){.event = "MEMBERSHIP_CREATED",
		.severity = AUDIT_MEDIUM,
		.actor = cx->actor,
		.tenant_id = i->is.tenant_id,
		.address = s->address,
		.details = text});
}

static enum err
end(struct ctx *cx, const struct account_site *s, const struct joining *j,
    struct invitation_shown *i)
{
	static const struct joining_news accepted = {
	    EVENT_INVITATION_ACCEPTED, "INVITATION_ACCEPTED"};
	enum err rc = invitation_accept(cx, s->db, j->user_id, &i->is);

	if (rc == ERR_OK)
		rc = invitation_hold(cx, s->db, i->is.tenant_id, i->is.id, &i->is);
	return rc == ERR_OK ? joining_tell(cx, s, &accepted, &i->is) : rc;
}

/* Nothing is written yet. */
static enum err
hold(struct ctx *cx, const struct account_site *s, const struct joining *j,
    struct invitation_shown *out)
{
	bool found;
	enum err rc = invitation_find_held(cx, s->db, j->digest, out, &found);

	if (rc == ERR_OK && !found)
		rc = refuse_secret(cx, j);
	if (rc == ERR_OK)
		rc = check_shown(cx, j, out);
	return rc == ERR_OK ? tenant_check_usable(cx, out->tenant_status) : rc;
}

static enum err
accept(struct ctx *cx, const struct account_site *s, const struct joining *j,
    struct invitation_shown *i)
{
	enum err rc = join(cx, s, j, i);

	return rc == ERR_OK ? end(cx, s, j, i) : rc;
}

enum err
joining_accept_held(struct ctx *cx, const struct account_site *s,
    const struct joining *j, struct invitation_shown *out)
{
	enum err rc = hold(cx, s, j, out);

	return rc == ERR_OK ? accept(cx, s, j, out) : rc;
}

static bool
is_about_invitation(enum err rc)
{
	return rc == ERR_INVALID || rc == ERR_GONE || rc == ERR_FORBIDDEN ||
	    rc == ERR_QUOTA || rc == ERR_TENANT_SUSPENDED || rc == ERR_TENANT_INACTIVE;
}

enum err
joining_try_held(struct ctx *cx, const struct account_site *s, const struct joining *j,
    struct joining_end *out)
{
	struct invitation_shown i;
	enum err rc = hold(cx, s, j, &i);

	*out = (struct joining_end){0};
	if (is_about_invitation(rc)) {
		out->why = arena_strdup(cx->mem, err_public(&cx->err));
		ctx_clear(cx);
		return ERR_OK;
	}
	if (rc == ERR_OK)
		rc = accept(cx, s, j, &i);
	if (rc == ERR_OK)
		*out = (struct joining_end){
		    .tenant_id = i.is.tenant_id, .role = i.is.role};
	return rc;
}
