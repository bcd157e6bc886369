//! `grant …` through a server.

use super::{GrantVerb, report};
use crate::cli::exit::Failure;
use crate::cli::instant::instant;
use crate::cli::output::Output;
use crate::cli::remote::{Remote, part, word};
use serde_json::Value;
use vouchsafe_core::model::UnixTime;

pub(super) fn run(server: &Remote, verb: GrantVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        GrantVerb::List(args) => {
            let sub = args.user.map(|named| server.user(&named)).transpose()?;
            let sub = sub.map(|person| word(&person.value, "sub"));
            let mut query: Vec<_> = sub.iter().map(|sub| ("sub", sub.as_str())).collect();
            query.extend(args.client.iter().map(|client| ("client_id", client.as_str())));
            let heads = ["GRANT", "USER NAME", "CLIENT", "SCOPE", "SINCE"];
            server.list(("/grants", &query), output, heads, row)
        }
        GrantVerb::Revoke(args) => {
            let ended = server
                .delete(&format!("/grants/{}", part(&args.grant)))
                .map_err(|failure| {
                    if failure.message.starts_with("there is no such grant") {
                        Failure::failed(format!("there is no grant {:?}", args.grant))
                    } else {
                        failure
                    }
                })?;
            report(&args.grant, ended.count("grants_ended"), output);
            Ok(())
        }
    }
}

fn row(grant: &Value) -> [String; 5] {
    let since = grant.get("created_at").and_then(Value::as_i64);
    [
        word(grant, "gid"),
        word(grant, "username"),
        word(grant, "client_id"),
        word(grant, "scope"),
        since
            .map(|since| instant(UnixTime::from_seconds(since)))
            .unwrap_or_default(),
    ]
}
