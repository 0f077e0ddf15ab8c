# /// script
# requires-python = ">=3.13"
# dependencies = ["pycryptodome", "pycryptodomex", "argon2-cffi", "PyNaCl", "bcrypt", "pyOpenSSL"]
#
# [tool.application]
# does = "Ciphers in libraries loaded through cffi and ctypes"
# ///
import argon2
import bcrypt
import nacl.secret
import nacl.signing
import OpenSSL.crypto
from Crypto.Cipher import AES, ChaCha20
from Crypto.Hash import SHA3_256
from Crypto.PublicKey import RSA
from Cryptodome.Cipher import AES as AES2
from Crypto.Random import get_random_bytes

print(AES.new(b"k" * 16, AES.MODE_GCM, nonce=b"n" * 12).encrypt_and_digest(b"text"))
print(AES2.new(b"k" * 16, AES.MODE_CTR, nonce=b"n" * 8).encrypt(b"text"), SHA3_256.new(b"a").hexdigest())
print(RSA.generate(1024).size_in_bits(), len(get_random_bytes(4)), ChaCha20.new(key=b"k" * 32, nonce=b"n" * 8).encrypt(b"a"))
hasher = argon2.PasswordHasher(time_cost=1, memory_cost=64)
print(hasher.verify(hasher.hash("secret"), "secret"), bcrypt.checkpw(b"x", bcrypt.hashpw(b"x", bcrypt.gensalt(4))))
box = nacl.secret.SecretBox(b"k" * 32)
print(box.decrypt(box.encrypt(b"text")), len(nacl.signing.SigningKey(b"s" * 32).sign(b"m").signature))
key = OpenSSL.crypto.PKey()
key.generate_key(OpenSSL.crypto.TYPE_RSA, 1024)
print(key.bits())
