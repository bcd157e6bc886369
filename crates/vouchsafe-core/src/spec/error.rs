//! RFC 6749 §4.1.2.1, §5.2; RFC 6750 §3.1; RFC 7009 §2.2.1; OpenID Connect Core §3.1.2.6; RFC 8707 §2;
//! RFC 7591 §3.2.2 — error codes.

macro_rules! error_codes {
    ($($name:ident = $text:literal, $description:literal;)+) => {
        /// An error code that leaves the server, with its one fixed description.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = concat!("`", $text, "`")] $name,)+
        }

        impl ErrorCode {
            /// All codes.
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
        }
    };
}

error_codes! {
    InvalidRequest = "invalid_request", "The request is missing a parameter, repeats one, or has one that is malformed.";
    InvalidClient = "invalid_client", "Client authentication failed.";
    InvalidGrant = "invalid_grant", "The code or refresh token is invalid, expired, used, revoked, or was issued to another client.";
    UnauthorizedClient = "unauthorized_client", "This client may not use this grant type.";
    UnsupportedGrantType = "unsupported_grant_type", "This grant type is not supported.";
    InvalidScope = "invalid_scope", "The requested scope is malformed, unknown, or more than was granted.";
    InvalidTarget = "invalid_target", "The requested resource is invalid, unknown, or not one for these scopes.";
    UnsupportedResponseType = "unsupported_response_type", "Only the response type code is supported.";
    AccessDenied = "access_denied", "The request was refused by the person.";
    ServerError = "server_error", "The server met an unexpected condition.";
    TemporarilyUnavailable = "temporarily_unavailable", "The server cannot answer now; try again shortly.";
    LoginRequired = "login_required", "The person must sign in.";
    ConsentRequired = "consent_required", "The person must give consent.";
    InteractionRequired = "interaction_required", "The person must be asked.";
    AccountSelectionRequired = "account_selection_required", "The person must choose an account.";
    RequestNotSupported = "request_not_supported", "Request objects are not supported.";
    RequestUriNotSupported = "request_uri_not_supported", "request_uri is not supported.";
    RegistrationNotSupported = "registration_not_supported", "The registration parameter is not supported.";
    InvalidToken = "invalid_token", "The access token is missing a right property, expired, or revoked.";
    UnsupportedTokenType = "unsupported_token_type", "Tokens of this type cannot be revoked.";
    InvalidRedirectUri = "invalid_redirect_uri", "A redirect URI cannot be registered.";
    InvalidClientMetadata = "invalid_client_metadata", "The client metadata has a value that cannot be registered.";
    InvalidSoftwareStatement = "invalid_software_statement", "The software statement is not a signed JWT.";
    UnapprovedSoftwareStatement = "unapproved_software_statement", "This server approves no software statements.";
    InsufficientScope = "insufficient_scope", "The access token does not have the scope that is needed.";
}
