//! Mistakes in rules that fields have together.

#[derive(Request)]
#[request(when("succeded", is("false")), needs("note"))]
#[request(when("succeeded", is("false")))]
#[request(when("succeeded", si("false")), lacks("note"))]
#[request(when("amount", min = 1), needs("note"))]
#[request(needs("succeeded"))]
#[request(fits("note", min = x))]
#[request(when("note"), when("succeeded"), needs("note"))]
#[request(whenever("note"), needs("note"))]
#[request(needs = "note")]
#[request(at_most("note", 5))]
#[request(at_most("items"))]
pub struct Report {
    #[wire("succeeded")]
    succeeded: bool,
    #[wire("note")]
    note: Option<String>,
    #[wire("amount", money = "minor")]
    amount: Money,
}
