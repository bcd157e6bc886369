//! `session …` through a server.

use super::{SessionVerb, report};
use crate::cli::exit::Failure;
use crate::cli::instant::instant;
use crate::cli::output::Output;
use crate::cli::remote::{Remote, part, word};
use serde_json::Value;
use vouchsafe_core::model::UnixTime;

pub(super) fn run(server: &Remote, verb: SessionVerb, output: &Output) -> Result<(), Failure> {
    match verb {
        SessionVerb::List(args) => {
            let sub = args.user.map(|named| server.user(&named)).transpose()?;
            let sub = sub.map(|person| word(&person.value, "sub"));
            let query: Vec<_> = sub.iter().map(|sub| ("sub", sub.as_str())).collect();
            let heads = ["SESSION", "USER NAME", "SIGNED IN", "USED UNTIL"];
            server.list(("/sessions", &query), output, heads, row)
        }
        SessionVerb::Revoke(args) => {
            let ended = server
                .delete(&format!("/sessions/{}", part(&args.session)))
                .map_err(|failure| {
                    if failure.message.starts_with("there is no such session") {
                        Failure::failed(format!("there is no session {:?}", args.session))
                    } else {
                        failure
                    }
                })?;
            report(
                &args.session,
                (ended.count("sessions_ended"), ended.count("grants_ended")),
                output,
            );
            Ok(())
        }
    }
}

fn row(session: &Value) -> [String; 4] {
    let time = |name: &str| {
        let seconds = session.get(name).and_then(Value::as_i64);
        seconds
            .map(|seconds| instant(UnixTime::from_seconds(seconds)))
            .unwrap_or_default()
    };
    [
        word(session, "session_id"),
        word(session, "username"),
        time("auth_time"),
        time("idle_expires_at"),
    ]
}
