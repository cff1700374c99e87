/* totp.c - see totp.h. */
#include "crypto/totp.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "crypto/secret.h"

enum { SHA1_SIZE = 20 };

void
base32_encode(char *out, const void *p, size_t n)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	const unsigned char *in = p;
	unsigned held = 0, bits = 0;

	for (size_t i = 0; i < n; i++) {
		held = held << 8 | in[i];
		for (bits += 8; bits >= 5; bits -= 5)
			*out++ = alphabet[held >> (bits - 5) & 31];
		held &= (1U << bits) - 1;
	}
	if (bits > 0)
		*out++ = alphabet[held << (5 - bits) & 31];
	*out = '\0';
}

int64_t
totp_step_at(int64_t wall_s)
{
	return wall_s > 0 ? wall_s / TOTP_STEP_S : 0;
}

/* RFC 4226 section 5.3: the last half byte says from where 31 bits are taken. */
static uint32_t
truncated(const unsigned char mac[static SHA1_SIZE])
{
	const unsigned char *p = mac + (mac[SHA1_SIZE - 1] & 15);

	return (uint32_t)(p[0] & 127) << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

void
totp_code(struct slice secret, int64_t step, char out[static TOTP_CODE_SIZE])
{
	unsigned char mac[SHA1_SIZE], counter[8];
	size_t made = 0;
	unsigned char *ok;

	for (int i = 0; i < 8; i++)
		counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
	ok = EVP_Q_mac(NULL, "HMAC", NULL, "SHA1", NULL, secret.p, secret.n, counter,
	    sizeof(counter), mac, sizeof(mac), &made);
	assert(ok != NULL && made == sizeof(mac));
	(void)ok;
	snprintf(out, TOTP_CODE_SIZE, "%06u", (unsigned)(truncated(mac) % 1000000));
	secret_cleanse(mac, sizeof(mac));
}

bool
totp_matches(
    struct slice secret, struct totp_window window, const char *code, int64_t *taken)
{
	char shown[TOTP_CODE_SIZE] = "", right[TOTP_CODE_SIZE];
	bool found = false;

	if (strnlen(code, TOTP_CODE_SIZE) == TOTP_DIGITS)
		memcpy(shown, code, TOTP_CODE_SIZE);
	for (int64_t s = window.step - TOTP_DRIFT; s <= window.step + TOTP_DRIFT; s++) {
		bool same;

		totp_code(secret, s, right);
		same = secret_equal(right, shown, sizeof(right));
		if (same && !found && s > window.after) {
			found = true;
			*taken = s;
		}
	}
	secret_cleanse(right, sizeof(right));
	secret_cleanse(shown, sizeof(shown));
	return found;
}
