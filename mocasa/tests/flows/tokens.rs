//! Tokens that expire, or never come.

use payments_mocasa::Mocasa;
use payments_mocasa::auth::TokenHeader;
use payments_mocasa::sandbox::{self, Config, Fault};

use crate::shop::{CREATE, QUERY, Shop, TOKEN, kind, order, order_status};

const EXPIRED: &str = "refused with SANDBOX_TOKEN_EXPIRED";

#[tokio::test(flavor = "multi_thread")]
async fn a_read_is_sent_again_with_a_new_token() {
    let shop = Shop::with(Config::new(), |builder| {
        builder.provider(Mocasa::new().stale_token_code("SANDBOX_TOKEN_EXPIRED"))
    })
    .await;
    shop.paid("A-1").await;
    shop.control().expire_tokens();
    assert_eq!(shop.status("A-1").await, "success");
    assert_eq!((shop.arrived(TOKEN), shop.arrived(QUERY)), (2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_moves_money_is_not() {
    let shop = Shop::with(Config::new(), |builder| {
        builder.provider(Mocasa::new().stale_token_code("SANDBOX_TOKEN_EXPIRED"))
    })
    .await;
    shop.paid("A-1").await;
    shop.control().expire_tokens();
    let refused = shop.client.create_order(order("A-2")).await.unwrap_err();
    assert_eq!(kind(&refused), EXPIRED);
    assert_eq!((shop.arrived(TOKEN), shop.arrived(CREATE)), (1, 2));
    assert_eq!(shop.control().ledger().count("order", "A-2"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_switch_nothing_is_sent_again() {
    let shop = Shop::open().await;
    shop.paid("A-1").await;
    shop.control().expire_tokens();
    let refused = shop.client.order_status(order_status("A-1")).await;
    assert_eq!(kind(&refused.unwrap_err()), EXPIRED);
    assert_eq!((shop.arrived(TOKEN), shop.arrived(QUERY)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_never_comes_means_that_nothing_was_sent() {
    for fault in [
        Fault::CloseBefore,
        Fault::CloseAfter,
        Fault::Html,
        Fault::StatusBefore(503),
    ] {
        let name = fault.name();
        let shop = Shop::open().await;
        shop.control().faults().times(TOKEN, fault, 3);
        let failed = shop.client.create_order(order("A-1")).await.unwrap_err();
        assert_eq!(kind(&failed), "not sent, moved: No", "{name}");
        assert_eq!(shop.arrived(CREATE), 0, "{name}");
        assert_eq!(shop.happened("order"), 0, "{name}");
        shop.control().faults().clear();
        shop.client.create_order(order("A-1")).await.unwrap();
        assert_eq!(shop.arrived(CREATE), 1, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_stay_a_refusal() {
    let other = Config::new().credentials("mp_sandbox_client_key", "another-client-secret");
    let shop = Shop::with(other, |builder| builder).await;
    let refused = shop.client.create_order(order("A-1")).await.unwrap_err();
    assert_eq!(kind(&refused), "refused with SANDBOX_WRONG_CREDENTIALS");
    assert_eq!(shop.arrived(CREATE), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_goes_where_the_switch_says() {
    for (here, there) in [
        (TokenHeader::AccessToken, sandbox::TokenHeader::AccessToken),
        (
            TokenHeader::Authorization,
            sandbox::TokenHeader::Authorization,
        ),
        (
            TokenHeader::Bearer,
            sandbox::TokenHeader::AuthorizationBearer,
        ),
    ] {
        let config = Config::new().token_header(there);
        let provider = Mocasa::new().token_header(here);
        let shop = Shop::with(config, |builder| builder.provider(provider)).await;
        shop.client.create_order(order("A-1")).await.unwrap();
        assert_eq!(shop.happened("order"), 1, "{here:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn basic_authentication_goes_with_the_login_where_the_switch_says() {
    for (given, demanded, expect) in [
        (false, false, None),
        (true, true, None),
        (true, false, None),
        (false, true, Some("refused with SANDBOX_BASIC_AUTH")),
    ] {
        let provider = Mocasa::new().basic_login(given);
        let shop = Shop::with(Config::new().basic_login(demanded), |builder| {
            builder.provider(provider)
        })
        .await;
        let created = shop.client.create_order(order("A-1")).await;
        let refused = created.err().map(|error| kind(&error));
        assert_eq!(refused.as_deref(), expect, "{given} {demanded}");
    }
}
