#!/bin/sh
# The digests of K1 and K4 to K6, and of a value with a space and a letter beyond ASCII in both
# escapings, by openssl.
secret=this.is.a.secret
for text in \
  '/v1/payment/initPayment/?mcc=228&mnc=01&pid=12000&userId=123456789' \
  '/v1/payment/initPayment?mcc=228&mnc=01&pid=12000&userId=123456789' \
  '/v1/payment/initPayment/?pid=12000' \
  '/v1/payment/initPayment/?callbackUrl=https%3A%2F%2Fshop.example%2Freturn%3Fa%3D1&country=HR&pid=12000' \
  '/v1/payment/initPayment/?callbackUrl=https://shop.example/return?a=1&country=HR&pid=12000' \
  '/v1/payment/initPayment/?pid=12000&referenceId=Čaj 1' \
  '/v1/payment/initPayment/?pid=12000&referenceId=%C4%8Caj%201'
do
  printf '%s%s' "$secret" "$text" | openssl dgst -md5 -binary | base64
done
