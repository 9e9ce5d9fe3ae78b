#!/bin/sh
# Made the digests of the vectors that name openssl as their source, with a key that MoMo publishes. Tests do not run it.
set -eu
key=K951B6PE1waDMi640xX08PD3vg6EkVlz
mac() {
    printf '%s ' "$1"
    printf '%s' "$2" | openssl dgst -sha256 -hmac "$key" -r | cut -d' ' -f1
}
mac both 'accessKey=F8BBA842ECF85&amount=0&callbackToken=t1&extraData=&message=Successful.&orderId=ORDER-1002&orderInfo=link&orderType=momo_wallet&partnerClientId=c1&partnerCode=MOMO&payType=app&requestId=R-4&responseTime=1721720663942&resultCode=0&transId=4014083435'
mac one 'accessKey=F8BBA842ECF85&amount=0&callbackToken=&extraData=&message=Successful.&orderId=ORDER-1002&orderInfo=link&orderType=momo_wallet&partnerClientId=c1&partnerCode=MOMO&payType=app&requestId=R-4&responseTime=1721720663942&resultCode=0&transId=4014083435'
mac neither 'accessKey=F8BBA842ECF85&amount=33000&extraData=&message=Successful.&orderId=ORDER-1001&orderInfo=Nồi cơm điện&orderType=momo_wallet&partnerCode=MOMO&payType=qr&requestId=R-1&responseTime=1721720663942&resultCode=0&transId=4014083433'
mac base64 'accessKey=F8BBA842ECF85&amount=0&callbackToken=dG9rZW4/+w==&extraData=&message=Successful.&orderId=LINK-1&orderInfo=Liên kết ví&orderType=momo_wallet&partnerClientId=Y2xpZW50MQ==&partnerCode=MOMO&payType=qr&requestId=R-2&responseTime=1718000000000&resultCode=0&transId=1'
