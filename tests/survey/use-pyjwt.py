# /// script
# requires-python = ">=3.13"
# dependencies = ["PyJWT[crypto]", "bcrypt", "passlib"]
#
# [tool.application]
# does = "Signed tokens by HMAC, RSA and Ed25519, hashed passwords"
# ///
import bcrypt
import jwt
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from passlib.hash import pbkdf2_sha256, sha512_crypt

private = rsa.generate_private_key(65537, 2048)
for key, public, algorithm in ((private, private.public_key(), "RS256"), ("k" * 32, "k" * 32, "HS256")):
    token = jwt.encode({"a": 1}, key, algorithm)
    print(jwt.decode(token, public, [algorithm]))
print(bcrypt.checkpw(b"secret", bcrypt.hashpw(b"secret", bcrypt.gensalt(4))))
for scheme in (pbkdf2_sha256, sha512_crypt):
    print(scheme.verify("secret", scheme.using(rounds=1000).hash("secret")))
