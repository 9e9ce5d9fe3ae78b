"""Recomputes every digest of the description and of the tests that is not the provider's own.

Run by hand: `python3 momo/tests/vectors/compute.py`. The tests only hold what it printed.
"""

import hashlib
import hmac

KEY = "K951B6PE1waDMi640xX08PD3vg6EkVlz"  # published by the provider, no secret

STRINGS = {
    "N01": "partnerId=MoMo202001&requestId=1610439037&billId=12343905834&amount=33000",
    "N02": "accessKey=F8BBA842ECF85&orderId=1527246478428&partnerCode=123456&requestId=1527246504579",
    "N03": "accessKey=F8BBA842ECF85&amount=55000&description=&orderId=1527297954700&partnerCode=MOMO"
    "&requestId=1527314064527&transId=144492817",
    "N04": "accessKey=F8BBA842ECF85&amount=55000&description=&orderId=1527297954700&partnerCode=MOMO"
    "&requestId=1527314064527&requestType=capture",
    "own-link-wallet": "accessKey=F8BBA842ECF85&amount=0&extraData=&ipnUrl=https://shop.example/link-ipn"
    "&orderId=LINK-1&orderInfo=Liên kết ví&partnerClientId=buyer-7&partnerCode=MOMO"
    "&redirectUrl=https://shop.example/return&requestId=R-2&requestType=linkWallet",
    "own-refund-status": "accessKey=F8BBA842ECF85&orderId=RF-1&partnerCode=MOMO&requestId=R-5",
    "own-ipn": "accessKey=F8BBA842ECF85&amount=33000&extraData=&message=Giao dịch bị từ chối bởi người dùng."
    "&orderId=ORDER-1001&orderInfo=Trà sữa & bánh = ngon&orderType=momo_wallet&partnerCode=MOMO&payType=qr"
    "&requestId=R-1&responseTime=1718000000000&resultCode=1006&transId=4014083433",
    "own-link-ipn": "accessKey=F8BBA842ECF85&amount=0&callbackToken=t1&extraData=&message=Successful."
    "&orderId=LINK-1&orderInfo=Liên kết ví&orderType=momo_wallet&partnerClientId=buyer-7&partnerCode=MOMO"
    "&payType=qr&requestId=R-2&responseTime=1718000000000&resultCode=0&transId=1",
    "own-link-ipn-without-the-two": "accessKey=F8BBA842ECF85&amount=0&extraData=&message=Successful."
    "&orderId=LINK-1&orderInfo=Liên kết ví&orderType=momo_wallet&partnerCode=MOMO"
    "&payType=qr&requestId=R-2&responseTime=1718000000000&resultCode=0&transId=1",
    "two-readings": "accessKey=F8BBA842ECF85&amount=33000&extraData=&message=Successful.&orderId=A-1&orderInfo=x"
    "&orderId=B-2&orderInfo=y&orderType=momo_wallet&partnerCode=MOMO&payType=qr"
    "&requestId=R-1&responseTime=1718000000000&resultCode=0&transId=4014083433",
    "link-two-readings": "partnerId=MoMo202001&requestId=R-1&billId=B-1&billId=B-2&amount=33000",
    "link-equals": "partnerId=MoMo202001&requestId=R-1&billId=B=1&amount=33000",
    "own-reply-names": "accessKey=F8BBA842ECF85&amount=33000&message=Thành công.&orderId=A-1&partnerCode=MOMO"
    "&payUrl=https://pay.example/?t=1&orderId=A-1&amount=33000"
    "&requestId=R-1&responseTime=1718000000000&resultCode=0",
    "own-reply-a": "accessKey=F8BBA842ECF85&amount=33000&orderId=A-1&partnerCode=MOMO&payUrl=https://pay.example/?t=1&s=2"
    "&requestId=R-1&responseTime=1718000000000&resultCode=0",
    "own-reply-b": "accessKey=F8BBA842ECF85&amount=33000&message=Thành công.&orderId=A-1&partnerCode=MOMO"
    "&payUrl=https://pay.example/?t=1&s=2&requestId=R-1&responseTime=1718000000000&resultCode=0",
}

if __name__ == "__main__":
    for name, text in STRINGS.items():
        print(name, hmac.new(KEY.encode(), text.encode(), hashlib.sha256).hexdigest())
