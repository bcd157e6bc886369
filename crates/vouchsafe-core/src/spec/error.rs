//! RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3.1; RFC 7009 §2.2.1; OpenID Connect Core §3.1.2.6; RFC 8707 §2;
//! RFC 7591 §3.2.2; RFC 9470 §3 — error codes, and what each asks of a developer.

macro_rules! error_codes {
    ($($name:ident = $text:literal, $description:literal, $meaning:literal, $fix:literal;)+) => {
        /// An error code that leaves the server, with its one fixed description.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $text, "`")] $name,)+
        }

        impl ErrorCode {
            /// All codes, in the order of their discriminants.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The value of `error`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }

            /// The value of `error_description`: plain ASCII, the same for every cause of the code.
            #[must_use]
            pub const fn description(self) -> &'static str {
                match self { $(Self::$name => $description,)+ }
            }

            /// What the code means and where it is answered: a text of the catalogue.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$name => $meaning,)+ }
            }

            /// What a developer does about it: a text of the catalogue.
            #[must_use]
            pub const fn fix(self) -> &'static str {
                match self { $(Self::$name => $fix,)+ }
            }
        }
    };
}

error_codes! {
    InvalidRequest = "invalid_request", "The request is missing a parameter, repeats one, or has one that is malformed.",
        "The request cannot be understood as it stands. Any endpoint may answer it. At the authorization endpoint it comes back to the client, unless client_id or redirect_uri is at fault: then it is a page.",
        "Compare the request with these causes. Send each parameter once, in the body at /token, and as application/x-www-form-urlencoded. Send code_challenge and code_challenge_method=S256.";
    InvalidClient = "invalid_client", "Client authentication failed.",
        "The client is not known, not allowed any more, or did not prove that it is the one. Answered with status 401 by /token, /revoke and /introspect, and as a page by /authorize.",
        "Check client_id and secret, that the secret has not ended, and that the method is the registered one: send either the Authorization header or client_secret in the form, never both. In the header both halves are form-encoded first. The application's Activity page says which cause it was.";
    InvalidGrant = "invalid_grant", "The code or refresh token is invalid, expired, used, revoked, or was issued to another client.",
        "What the client redeems at /token is good for nothing, or not for this client. Trying again does not help.",
        "Send the person through the authorization endpoint again. If it happens on every attempt: redeem a code once and at once, with the redirect_uri of the authorization request and the code_verifier of the very attempt; keep the refresh token of the last answer and let one process refresh at a time.";
    UnauthorizedClient = "unauthorized_client", "This client may not use this grant type.",
        "The client is known, and this grant type is not among those that it was registered with.",
        "Use a grant type that the client has, or let an administrator add this one on the application's settings.";
    UnsupportedGrantType = "unsupported_grant_type", "This grant type is not supported.",
        "The server does not know the grant_type at all.",
        "Use one of grant_types_supported of the metadata. There is no password grant and no implicit grant.";
    InvalidScope = "invalid_scope", "The requested scope is malformed, unknown, or more than was granted.",
        "No scope is left that this client may have, or the text is no list of scopes. Scopes that a client may not have are dropped as long as another one remains.",
        "Ask for scopes that the application has, separated by single spaces; at a refresh, for no more than was granted. An administrator gives an application further scopes on its settings.";
    InvalidTarget = "invalid_target", "The requested resource is invalid, unknown, or not one for these scopes.",
        "The server cannot tell for which API the access token is to be (RFC 8707).",
        "Send resource with the identifier of the API exactly as it is registered, and scopes that this API owns. With scopes of two APIs resource is needed at /token, once for each token.";
    UnsupportedResponseType = "unsupported_response_type", "Only the response type code is supported.",
        "The authorization request asks for tokens in its answer.",
        "Send response_type=code and redeem the code at /token.";
    AccessDenied = "access_denied", "The request was refused by the person.",
        "The person said no, at the sign-in page or at the consent page, or may not sign in.",
        "Nothing is broken: say so in your application and offer to try again. Ask for fewer scopes if people refuse often.";
    ServerError = "server_error", "The server met an unexpected condition.",
        "A fault of the server. Nothing in the request caused it.",
        "Try once more; then give the administrator the X-Request-Id of the answer, under which the log has the cause.";
    TemporarilyUnavailable = "temporarily_unavailable", "The server cannot answer now; try again shortly.",
        "The database or a queue does not keep up, the server cannot sign right now, or a limit was reached. A code or refresh token that was sent is not spent by it.",
        "Wait as long as Retry-After says, then send the same request again. With status 429 you have reached a limit: send less.";
    LoginRequired = "login_required", "The person must sign in.",
        "The request said prompt=none, and nobody suitable is signed in.",
        "Start an ordinary authorization request without prompt=none. In an iframe or a background window browsers may withhold the session's cookie.";
    ConsentRequired = "consent_required", "The person must give consent.",
        "The request said prompt=none, and the person has not allowed these scopes to this client yet.",
        "Start an ordinary authorization request without prompt=none.";
    InteractionRequired = "interaction_required", "The person must be asked.",
        "The request said prompt=none, and a page is needed. This server answers the more exact login_required, consent_required and account_selection_required.",
        "Start an ordinary authorization request without prompt=none.";
    AccountSelectionRequired = "account_selection_required", "The person must choose an account.",
        "The request said prompt=none, and it is not clear for which account.",
        "Start an ordinary authorization request without prompt=none, or name the person by id_token_hint.";
    RequestNotSupported = "request_not_supported", "Request objects are not supported.",
        "The authorization request brings its parameters as a signed JWT.",
        "Send them as plain parameters and leave request out.";
    RequestUriNotSupported = "request_uri_not_supported", "request_uri is not supported.",
        "The authorization request refers to its parameters by an address.",
        "Send them as plain parameters and leave request_uri out.";
    RegistrationNotSupported = "registration_not_supported", "The registration parameter is not supported.",
        "The authorization request tries to describe its client.",
        "Register the client first and send its client_id.";
    InvalidToken = "invalid_token", "The access token is missing a right property, expired, or revoked.",
        "A bearer token was refused: at /userinfo and by APIs, with vouchsafe_reason for the exact cause, and by /register.",
        "Refresh the access token and try once more; if that is refused too, let the person sign in again. Send access tokens to the API that is their aud, and ID tokens to nobody.";
    UnsupportedTokenType = "unsupported_token_type", "Tokens of this type cannot be revoked.",
        "The token at /revoke is an ID token.",
        "Send the refresh token, which ends all of its grant, or the access token. To sign a person out use the end_session_endpoint.";
    InvalidRedirectUri = "invalid_redirect_uri", "A redirect URI cannot be registered.",
        "Answered by /register only; error_description says which rule the address breaks.",
        "Use https, or http on a loopback host, without fragment, wildcard or user name; native applications may use a scheme of their own that has a dot.";
    InvalidClientMetadata = "invalid_client_metadata", "The client metadata has a value that cannot be registered.",
        "Answered by /register only; error_description names the member and the rule.",
        "Correct that member or leave it out.";
    InvalidSoftwareStatement = "invalid_software_statement", "The software statement is not a signed JWT.",
        "Answered by /register only.",
        "Leave software_statement out: this server approves of none.";
    UnapprovedSoftwareStatement = "unapproved_software_statement", "This server approves no software statements.",
        "Answered by /register only.",
        "Leave software_statement out and register with an initial access token.";
    InsufficientScope = "insufficient_scope", "The access token does not have the scope that is needed.",
        "The token is good, and may not do this. Answered with status 403 by /userinfo and by APIs; the challenge names the scope.",
        "Ask for that scope in the authorization request; UserInfo needs openid. More scopes need a new authorization request, a refresh cannot add any.";
    InsufficientUserAuthentication = "insufficient_user_authentication", "The person must sign in again for this.",
        "The token is good, and the sign-in behind it is too weak or too long ago (RFC 9470). Answered by APIs and by the administration API.",
        "Send the person through the authorization endpoint again with the max_age and acr_values of the challenge, then repeat the request with the new token.";
}

/// Where each error code is explained: `error_uri` (RFC 6749 §4.1.2.1, §5.2), made once for a server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ErrorUris(Vec<String>);

impl ErrorUris {
    /// Fragments of `page`, which is a URL without characters that `error_uri` may not have.
    #[must_use]
    pub fn on(page: &str) -> Self {
        let uri = |code: &ErrorCode| format!("{page}#{}", code.as_str());
        Self(ErrorCode::ALL.iter().map(uri).collect())
    }

    /// The address of a code; none where there is no such page.
    #[must_use]
    pub fn of(&self, code: ErrorCode) -> Option<&str> {
        self.0.get(code as usize).map(String::as_str)
    }
}

impl ErrorCode {
    /// The code with this text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_has_its_own_address_in_the_characters_that_are_allowed() {
        let uris = ErrorUris::on("https://[::1]:8443/developers/errors");
        for code in ErrorCode::ALL {
            let uri = uris.of(*code).unwrap();
            assert!(
                uri.ends_with(&format!("/developers/errors#{}", code.as_str())),
                "{uri}"
            );
            // RFC 6749 §5.2: %x21 / %x23-5B / %x5D-7E.
            assert!(
                uri.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
                "{uri}"
            );
            assert_eq!(ErrorCode::parse(code.as_str()), Some(*code));
        }
        assert_eq!(ErrorUris::default().of(ErrorCode::InvalidGrant), None);
        assert_eq!(ErrorCode::parse("invalid_granted"), None);
    }
}
