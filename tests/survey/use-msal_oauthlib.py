# /// script
# requires-python = ">=3.13"
# dependencies = ["msal", "oauthlib", "requests-oauthlib", "Authlib"]
#
# [tool.application]
# does = "Sign-in without a provider"
# ///
import authlib.jose
import msal
from requests_oauthlib import OAuth2Session

print(OAuth2Session("id", redirect_uri="https://x").authorization_url("https://y/auth", state="s")[0])
token = authlib.jose.jwt.encode({"alg": "HS256"}, {"a": 1}, b"k" * 32)
print(dict(authlib.jose.jwt.decode(token, b"k" * 32)))
print(msal.SerializableTokenCache().serialize())
