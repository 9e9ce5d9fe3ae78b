//! An answer that comes twice, and the request after it on the same connection.

use payments_core::sandbox::{Context, Fault, Provider, Reply, Request, Server, Settings};

use super::kit::{both, options};

/// Answers with what was asked for.
#[derive(Clone)]
struct Echo;

impl Provider for Echo {
    fn handle(&mut self, request: &Request, _: &mut Context<'_>) -> Reply {
        Reply::json(200, format!("\"{}\"", request.path()))
    }
}

#[test]
fn the_second_copy_is_nobodys_answer() {
    let server = Server::start(Settings::new(), Echo).unwrap();
    let faults = server.control().faults();
    both(&options(|_| ()), |client| {
        for number in 0..20 {
            let first = format!("/first/{number}");
            faults.next(&first, Fault::ReplyTwice);
            for path in [first, format!("/second/{number}")] {
                let answer = client.post(&format!("{}{path}", server.base_url()));
                // That the connection broke is an answer too.
                if let Ok(answer) = answer {
                    let body = String::from_utf8_lossy(answer.body()).into_owned();
                    assert_eq!(body, format!("\"{path}\""), "{}", client.name);
                }
            }
        }
    });
}
