#!/bin/sh
# Made the keys beside it, which protect nothing but the tests' cards. Tests do not run it.
set -eu
umask 077
key=$(mktemp)
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out "$key"
openssl pkey -in "$key" -pubout -out psp-public.pem
openssl pkcs8 -topk8 -nocrypt -in "$key" -outform DER -out psp-private.der
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$key"
openssl pkey -in "$key" -pubout -out small-public.pem
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$key"
openssl pkey -in "$key" -pubout -out curve-public.pem
rm "$key"
