#!/bin/sh
# Makes the RSA fixtures of tests/cards.rs with the openssl command line (3.x), and with nothing of
# this workspace. The keys are for these tests alone. Run it in this folder; ciphertexts are random,
# so a second run gives other files of the same meaning.
set -eu
cd "$(dirname "$0")/rsa"

openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out key.pem
openssl pkey -in key.pem -pubout -out pub.pem
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out small.pem
openssl rsa -in small.pem -traditional -out pkcs1.pem

# encrypt NAME JSON OPTIONS…
encrypt() {
    name=$1 json=$2
    shift 2
    printf '%s' "$json" >plain
    openssl pkeyutl -encrypt -pubin -inkey pub.pem -in plain -out ciphertext "$@"
    openssl base64 -A -in ciphertext -out "$name.b64"
}

oaep() {
    encrypt "$1" "$2" -pkeyopt rsa_padding_mode:oaep \
        -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256
}

good='{"encryptedCardData":{"cardNumber":"1234567812345678","expiryMonth":"12","expiryYear":"28"}}'

oaep text "$good"
oaep number '{"timestampticks":123456789123456789,"encryptedCardData":{"cardNumber":1234567812345678,"expiryMonth":12,"expiryYear":28}}'
oaep long '{"encryptedCardData":{"cardNumber":1234567890123456789,"expiryMonth":5,"expiryYear":5}}'
# 2026-11-01T12:00:00Z in ticks: 621355968000000000 + 1793534400 * 10000000.
oaep stamped '{"timestampticks":639291312000000000,"encryptedCardData":{"cardNumber":1234567812345678,"expiryMonth":12,"expiryYear":28}}'

encrypt refused-mgf1-sha1 "$good" -pkeyopt rsa_padding_mode:oaep \
    -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha1
encrypt refused-oaep-sha1 "$good" -pkeyopt rsa_padding_mode:oaep \
    -pkeyopt rsa_oaep_md:sha1 -pkeyopt rsa_mgf1_md:sha1
encrypt refused-pkcs1 "$good" -pkeyopt rsa_padding_mode:pkcs1
oaep refused-brace "${good%?}"
oaep refused-float '{"encryptedCardData":{"cardNumber":1234567812345678.0,"expiryMonth":12,"expiryYear":28}}'
oaep refused-month '{"encryptedCardData":{"cardNumber":"1234567812345678","expiryMonth":"13","expiryYear":"28"}}'

# For another PSP's key of the same size, which nobody keeps.
openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:4096 -out other.pem
openssl pkey -in other.pem -pubout -out pub.pem
oaep refused-other-key "$good"
openssl pkey -in key.pem -pubout -out pub.pem
rm -f other.pem

# One bit of the last byte flipped, the last byte cut off, and the other alphabet.
openssl base64 -d -A -in text.b64 -out ciphertext
last=$(tail -c 1 ciphertext | od -An -tu1 | tr -d ' ')
head -c 511 ciphertext >cut
{ cat cut; printf "\\$(printf '%o' $((last ^ 1)))"; } >flipped
openssl base64 -A -in flipped -out refused-flipped.b64
openssl base64 -A -in cut -out refused-511-bytes.b64
tr '+/' '-_' <text.b64 >refused-base64url.b64
rm -f plain ciphertext cut flipped

# What openssl itself makes of the good ones.
for name in text number long stamped; do
    openssl base64 -d -A -in "$name.b64" | openssl pkeyutl -decrypt -inkey key.pem \
        -pkeyopt rsa_padding_mode:oaep -pkeyopt rsa_oaep_md:sha256 -pkeyopt rsa_mgf1_md:sha256 \
        -out "$name.json"
done
