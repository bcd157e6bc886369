//! RFC 9457 — why a request to the API has no good answer: a stable code, a sentence, and where it helps the member.

use crate::accounts::administrators;
use crate::cx::Cx;
use crate::failure::{Broken, Failure};
use crate::store::{StoreError, Unique};
use crate::web::problem::{RETRY_AFTER_SECONDS, no_store, record};
use actix_web::http::header::{HeaderMap, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::{HttpResponse, HttpResponseBuilder};
use serde::Serialize;
use utoipa::ToSchema;
use vouchsafe_verify::Rejection;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal, $title:literal;)+) => {
        /// What is wrong.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name,)+ }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The status of its answers.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }

            /// The same for every occurrence (RFC 9457 §3.1.3).
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }
        }
    };
}

codes! {
    /// No token, or one that is not good.
    Unauthenticated = "unauthenticated", 401, "A good access token of this server is needed";
    /// The person signed in too long ago (RFC 9470).
    SignInTooOld = "sign_in_too_old", 401, "The person must have signed in within the last five minutes";
    /// The token came in a way that is not accepted.
    AuthorizationMalformed = "authorization_malformed", 400, "The access token must come once, in the header Authorization";
    /// The token has not the scope.
    ScopeInsufficient = "scope_insufficient", 403, "The access token lacks the scope that this needs";
    /// The person is no administrator.
    NotAnAdministrator = "not_an_administrator", 403, "The person is not an administrator";
    /// Somebody would give or touch what they do not have.
    NotAllowed = "not_allowed", 403, "Nobody gives or takes what they do not have themselves";
    /// The path is written in another way than ours; said before the API is asked.
    PathInvalid = "path_invalid", 400, "The path is not canonical";
    /// There is no such path.
    PathUnknown = "path_unknown", 404, "There is no such path";
    /// There is no such thing.
    NotFound = "not_found", 404, "There is no such thing";
    /// The path has not this method.
    MethodNotAllowed = "method_not_allowed", 405, "This path does not have this method";
    /// A parameter of the query.
    ParameterInvalid = "parameter_invalid", 400, "A parameter of the query is wrong";
    /// A cursor that was not given for this list.
    CursorInvalid = "cursor_invalid", 400, "The cursor was not given for this list";
    /// A header.
    HeaderInvalid = "header_invalid", 400, "A header is wrong";
    /// The media type.
    MediaTypeUnsupported = "media_type_unsupported", 415, "The body must be JSON, and say so";
    /// The body is no JSON that we take.
    BodyMalformed = "body_malformed", 400, "The body is not JSON, or says something twice";
    /// The body has members or types that it may not have.
    BodyInvalid = "body_invalid", 400, "The body does not have the members that this takes";
    /// The body is too long.
    BodyTooLong = "body_too_long", 413, "The body is too long";
    /// The body did not arrive.
    BodyTooSlow = "body_too_slow", 408, "The body did not arrive in time";
    /// A rule is broken.
    RuleBroken = "rule_broken", 422, "What the body asks for breaks a rule";
    /// A name is taken.
    Taken = "taken", 409, "Another has this already";
    /// What is to go is still used.
    InUse = "in_use", 409, "It is still used";
    /// The state does not allow it.
    Conflict = "conflict", 409, "The present state does not allow it";
    /// The last administrator.
    LastAdministrator = "last_administrator", 409, "The last administrator stays";
    /// A change without If-Match.
    PreconditionRequired = "precondition_required", 428, "A change names the version that it changes, in If-Match";
    /// It was changed meanwhile.
    PreconditionFailed = "precondition_failed", 412, "It was changed meanwhile";
    /// The key was used for another request.
    IdempotencyKeyReused = "idempotency_key_reused", 422, "The idempotency key was used for another request";
    /// The caller asked too often.
    TooManyRequests = "too_many_requests", 429, "There were too many requests, try again later";
    /// Something that we depend on.
    Unavailable = "unavailable", 503, "The server cannot answer now, try again";
    /// A fault of ours.
    Broken = "broken", 500, "A fault of the server";
}

/// The body of every answer that is not a good one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemDocument {
    /// Names the kind of problem: `urn:vouchsafe:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// The same for every problem of the kind.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The stable code.
    code: &'static str,
    /// What is wrong this time.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// The member of the body, or the parameter, that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The request's name in the server's log and in the audit log.
    request_id: String,
}

/// Why a request has no good answer.
#[derive(Debug)]
pub(super) struct Problem {
    code: Code,
    detail: Option<String>,
    field: Option<String>,
    challenge: Option<String>,
    /// After how many seconds it may be tried again.
    retry_after: Option<i64>,
    cause: Option<Broken>,
}

impl Problem {
    /// A problem of this kind.
    pub(super) const fn new(code: Code) -> Self {
        Self {
            code,
            detail: None,
            field: None,
            challenge: None,
            retry_after: None,
            cause: None,
        }
    }

    /// The caller asked too often, and may ask again after so many seconds.
    pub(super) fn too_many(seconds: i64) -> Self {
        Self {
            retry_after: Some(seconds),
            ..Self::new(Code::TooManyRequests)
        }
    }

    /// There is no such thing as was named.
    pub(super) fn unknown(what: &str) -> Self {
        Self::new(Code::NotFound).saying(format!("there is no such {what}"))
    }

    /// A rule is broken.
    pub(super) fn rule(sentence: impl Into<String>) -> Self {
        Self::new(Code::RuleBroken).saying(sentence)
    }

    /// The same with a sentence.
    pub(super) fn saying(self, sentence: impl Into<String>) -> Self {
        Self {
            detail: Some(sentence.into()),
            ..self
        }
    }

    /// The same about one member.
    pub(super) fn at(self, field: impl Into<String>) -> Self {
        Self {
            field: Some(field.into()),
            ..self
        }
    }

    /// The answer. What broke is logged here, once.
    pub(super) fn answer(self, cx: &Cx) -> HttpResponse {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
        if let Some(broken) = self.cause {
            record(cx, &Failure::Broken(broken));
        } else {
            tracing::info!(
                request_id = cx.request_id.as_str(),
                code = self.code.as_str(),
                "refused by the administration API"
            );
        }
        let document = ProblemDocument {
            kind: format!("urn:vouchsafe:problem:{}", self.code.as_str()),
            title: self.code.title(),
            status: self.code.status(),
            code: self.code.as_str(),
            detail: self.detail,
            field: self.field,
            request_id: cx.request_id.as_str().to_owned(),
        };
        let body = serde_json::to_string(&document).unwrap_or_default();
        let mut response = HttpResponseBuilder::new(status)
            .content_type("application/problem+json")
            .body(body);
        let again = (self.code == Code::Unavailable).then_some(RETRY_AFTER_SECONDS.into());
        let again = self.retry_after.or(again);
        decorate(response.headers_mut(), self.challenge.as_deref(), again);
        if matches!(self.code, Code::BodyTooLong | Code::BodyTooSlow) {
            // What was not read to its end would be taken for the next request.
            response.head_mut().set_connection_type(ConnectionType::Close);
        }
        response
    }
}

fn decorate(headers: &mut HeaderMap, challenge: Option<&str>, retry_after: Option<i64>) {
    no_store(headers);
    if let Some(value) = challenge.and_then(|text| HeaderValue::from_str(text).ok()) {
        headers.insert(WWW_AUTHENTICATE, value);
    }
    if let Some(seconds) = retry_after {
        headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        let code = match rejection.status() {
            401 if matches!(rejection, Rejection::SignInTooOld(_)) => Code::SignInTooOld,
            400 => Code::AuthorizationMalformed,
            403 => Code::ScopeInsufficient,
            503 => Code::Unavailable,
            _ => Code::Unauthenticated,
        };
        Self {
            challenge: rejection.challenge(),
            ..Self::new(code).saying(rejection.description())
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let taken = |field: &str| Self::new(Code::Taken).at(field);
        match error {
            StoreError::Conflict(Unique::Username) => taken("username"),
            StoreError::Conflict(Unique::Email) => taken("email"),
            StoreError::Conflict(Unique::ApiIdentifier) => taken("identifier"),
            StoreError::Conflict(Unique::Scope) => taken("scopes"),
            StoreError::Conflict(Unique::LastAdministrator) => {
                Self::new(Code::LastAdministrator).saying(administrators::LAST)
            }
            StoreError::Conflict(Unique::Other)
            | StoreError::Busy
            | StoreError::Unavailable(_)
            | StoreError::Corrupt { .. }
            | StoreError::Refused(_) => Broken::from(error).into(),
        }
    }
}

impl From<Broken> for Problem {
    fn from(broken: Broken) -> Self {
        let code = if broken.passes() {
            Code::Unavailable
        } else {
            Code::Broken
        };
        Self {
            cause: Some(broken),
            ..Self::new(code)
        }
    }
}
