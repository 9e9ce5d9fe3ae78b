#!/bin/sh
# The certificates of the doors, made anew: a root, one of that root that expired in 2024, and one that
# vouches for itself. The root's key is thrown away.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
names='subjectAltName=DNS:localhost,IP:127.0.0.1'

key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1"; }

key "$work/root.key"
openssl req -x509 -new -key "$work/root.key" -subj '/CN=Root of the sandbox doors' \
    -days 36500 -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign' \
    -out root.pem

key expired.key
openssl req -new -key expired.key -subj '/CN=localhost' -out "$work/expired.csr"
printf '%s\nbasicConstraints=CA:FALSE\n' "$names" > "$work/extensions"
mkdir "$work/ca"
: > "$work/index"
cat > "$work/ca.conf" <<CONF
[ca]
default_ca = it
[it]
database = $work/index
new_certs_dir = $work/ca
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
CONF
openssl ca -batch -config "$work/ca.conf" -cert root.pem -keyfile "$work/root.key" \
    -in "$work/expired.csr" -extfile "$work/extensions" -notext \
    -startdate 20230101000000Z -enddate 20240101000000Z -out expired.pem

key self-signed.key
openssl req -x509 -new -key self-signed.key -subj '/CN=Sandbox door of its own' -days 36500 \
    -addext 'basicConstraints=critical,CA:FALSE' -addext "$names" -out self-signed.pem
