#!/bin/sh
# Makes the digests of the tests that are not the provider's own, with openssl. No test runs this.
# Each line: what it is, then the digest.
digest() {
    printf '%s  %s\n' "$1" "$(printf '%s' "$2" | openssl dgst -sha256 -r | cut -d' ' -f1)"
}

digest K3 '9fdfbdfc-42c5-417e-aa93-e4d9d5312aacT'
digest K4 '1234MKapiuserPDapipass'
digest K5 'DEALER1MKapiuserPDapipass'
digest K6 '1234MKkullanıcıPDşifreĞ'
digest sandbox '1730MKsandbox-apiPDsandbox-şifre-of-no-value'
