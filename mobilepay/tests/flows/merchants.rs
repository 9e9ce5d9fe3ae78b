//! Merchants from creation to deletion.

use payments_mobilepay::sandbox::{Config, Fault};
use payments_mobilepay::types::{CreateMerchant, DeleteMerchant, ListMerchants, ReadMerchant};

use super::psp::{Psp, code};

fn create(id: &str) -> CreateMerchant {
    CreateMerchant::builder()
        .external_id(id)
        .merchant_category_code(5732)
        .name("Aarhus Trading")
        .billing_currency("DKK")
        .country_code("DK")
        .vat_number("12345678")
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_merchant_is_created_read_listed_and_deleted() {
    let psp = Psp::open().await;
    let made = psp.client.create_merchant(create("shop-1")).await.unwrap();
    let id = made.merchant_id.clone();
    let read = ReadMerchant::builder().merchant_id(&id).build().unwrap();
    let merchant = psp.client.read_merchant(read).await.unwrap();
    assert_eq!(merchant.external_id.as_deref(), Some("shop-1"));
    assert_eq!(merchant.merchant_category_code, Some(5732));
    let list = ListMerchants::builder().build().unwrap();
    let all = psp.client.list_merchants(list).await.unwrap();
    let ids = all
        .merchants
        .iter()
        .flatten()
        .map(|one| one.merchant_id.as_str());
    assert_eq!(ids.collect::<Vec<_>>(), [Config::MERCHANT_ID, &id]);
    let delete = || DeleteMerchant::builder().merchant_id(&id).build().unwrap();
    psp.client.delete_merchant(delete()).await.unwrap();
    assert_eq!(psp.count("merchant_deleted", "shop-1"), 1);
    // A domain error after an unknown outcome is no failure, and is not told as one.
    let again = psp.client.delete_merchant(delete()).await;
    assert_eq!(code(again).0, "unknown");
}

#[tokio::test]
async fn a_merchant_is_created_once_whatever_gets_lost() {
    let psp = Psp::open().await;
    psp.control()
        .faults()
        .next("/api/v1/merchants", Fault::CloseAfter);
    let lost = psp.client.create_merchant(create("shop-1")).await;
    assert_eq!(code(lost), ("unknown", None));
    assert_eq!(psp.count("merchant", "shop-1"), 1);
    assert_eq!(psp.arrived("/merchants"), 1);
}
