/* provider.c - which identity provider is configured; see provider.h. */
#include "identity/provider.h"

#include "base/str.h"

const struct identity_provider *
identity_provider_of(const struct conf *conf)
{
	if (str_is_set(conf->cognito_user_pool_id) && str_is_set(conf->aws_region) &&
	    str_is_set(conf->aws_access_key_id) &&
	    str_is_set(conf->aws_secret_access_key))
		return &identity_cognito;
	return NULL;
}
