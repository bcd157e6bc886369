//! Why a request was refused. The [`ErrorCode`] is for the client; the [`Reason`] is for us: logs, metrics and
//! the error catalogue in `docs/errors.md`, which is generated from this file.

mod bearer;
mod catalogue;

pub use bearer::BearerReason;
pub use catalogue::catalogue;

use crate::spec::ErrorCode;

macro_rules! reasons {
    ($($(#[doc = $doc:literal])+ $name:ident = $id:literal => $code:ident;)+) => {
        /// The exact reason of a refusal. Closed, so that metrics have bounded labels and docs are complete.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(clippy::doc_markdown, reason = "these lines are also the plain text of the catalogue")]
        pub enum Reason {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Reason {
            /// All reasons, in catalogue order.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable id in logs, metrics and docs.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }

            /// What the client is told.
            #[must_use]
            pub const fn code(self) -> ErrorCode {
                match self { $(Self::$name => ErrorCode::$code,)+ }
            }

            /// What happened: the text of the catalogue.
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+),)+ }
            }
        }
    };
}

reasons! {
    // Parameters
    /// A parameter came more than once.
    ParameterRepeated = "VS-PARAMETER-REPEATED" => InvalidRequest;
    /// The form or query is not well-formed: bad percent-encoding, bad UTF-8, NUL, or too many parameters.
    ParameterMalformed = "VS-PARAMETER-MALFORMED" => InvalidRequest;
    /// A parameter that is needed is missing.
    ParameterMissing = "VS-PARAMETER-MISSING" => InvalidRequest;
    /// A parameter is longer than the server takes.
    ParameterTooLong = "VS-PARAMETER-TOO-LONG" => InvalidRequest;
    /// More came from this client or this network address than a limit of the configuration allows; Retry-After says when to come again.
    TooManyRequests = "VS-TOO-MANY-REQUESTS" => TemporarilyUnavailable;
    /// Parameters of the token endpoint came in the URL.
    ParametersInUrl = "VS-PARAMETERS-IN-URL" => InvalidRequest;
    /// The content type is not application/x-www-form-urlencoded.
    ContentTypeWrong = "VS-CONTENT-TYPE" => InvalidRequest;

    // Client
    /// The client_id is unknown or malformed.
    ClientUnknown = "VS-CLIENT-UNKNOWN" => InvalidClient;
    /// The client is disabled.
    ClientDisabled = "VS-CLIENT-DISABLED" => InvalidClient;
    /// The request uses more than one client authentication method.
    ClientAuthenticationTwice = "VS-CLIENT-AUTH-TWICE" => InvalidRequest;
    /// The request has no client authentication.
    ClientAuthenticationMissing = "VS-CLIENT-AUTH-MISSING" => InvalidClient;
    /// The Authorization header is not well-formed Basic.
    ClientAuthenticationMalformed = "VS-CLIENT-AUTH-MALFORMED" => InvalidClient;
    /// The authentication method is not the registered one.
    ClientAuthenticationMethod = "VS-CLIENT-AUTH-METHOD" => InvalidClient;
    /// The client secret is wrong.
    ClientSecretWrong = "VS-CLIENT-SECRET-WRONG" => InvalidClient;
    /// The client assertion is malformed, not signed with a registered key, for another server, expired, or good for more than five minutes.
    ClientAssertionInvalid = "VS-CLIENT-ASSERTION" => InvalidClient;
    /// The client assertion was used before; each request needs one of its own.
    ClientAssertionReplayed = "VS-CLIENT-ASSERTION-REPLAYED" => InvalidClient;
    /// The client may not use this grant type.
    GrantTypeNotAllowed = "VS-GRANT-TYPE-NOT-ALLOWED" => UnauthorizedClient;
    /// The grant type is not one that the server knows.
    GrantTypeUnsupported = "VS-GRANT-TYPE-UNSUPPORTED" => UnsupportedGrantType;

    // Authorization request
    /// The redirect_uri is missing.
    RedirectUriMissing = "VS-REDIRECT-URI-MISSING" => InvalidRequest;
    /// The redirect_uri is not registered for the client; matching is exact.
    RedirectUriNotRegistered = "VS-REDIRECT-URI-NOT-REGISTERED" => InvalidRequest;
    /// The response_type is missing.
    ResponseTypeMissing = "VS-RESPONSE-TYPE-MISSING" => InvalidRequest;
    /// The response_type is not code.
    ResponseTypeUnsupported = "VS-RESPONSE-TYPE-UNSUPPORTED" => UnsupportedResponseType;
    /// The response_mode is not one that the server knows.
    ResponseModeUnsupported = "VS-RESPONSE-MODE-UNSUPPORTED" => InvalidRequest;
    /// The state has characters that cannot be returned.
    StateMalformed = "VS-STATE-MALFORMED" => InvalidRequest;
    /// The nonce has characters that cannot be returned.
    NonceMalformed = "VS-NONCE-MALFORMED" => InvalidRequest;
    /// The prompt has an unknown value, or none beside others.
    PromptInvalid = "VS-PROMPT-INVALID" => InvalidRequest;
    /// The max_age is not a number of seconds in range.
    MaxAgeInvalid = "VS-MAX-AGE-INVALID" => InvalidRequest;
    /// The id_token_hint is not an ID token of this issuer.
    IdTokenHintInvalid = "VS-ID-TOKEN-HINT-INVALID" => InvalidRequest;
    /// The post_logout_redirect_uri is not registered for the client; matching is exact.
    PostLogoutRedirectUriNotRegistered = "VS-POST-LOGOUT-REDIRECT-URI" => InvalidRequest;
    /// A post_logout_redirect_uri came without an id_token_hint or a client_id to say whose it is.
    PostLogoutRedirectUriAlone = "VS-POST-LOGOUT-REDIRECT-URI-ALONE" => InvalidRequest;
    /// Request objects by value are not supported.
    RequestObjectUnsupported = "VS-REQUEST-OBJECT" => RequestNotSupported;
    /// The request_uri is invalid or expired, or the server takes none.
    RequestUriUnsupported = "VS-REQUEST-URI" => RequestUriNotSupported;
    /// The registration parameter is not supported.
    RegistrationUnsupported = "VS-REGISTRATION-PARAMETER" => RegistrationNotSupported;
    /// A PKCE challenge is needed and missing; the client's setting "pkce" says so.
    PkceMissing = "VS-PKCE-MISSING" => InvalidRequest;
    /// The code_challenge_method is not S256.
    PkceMethodUnsupported = "VS-PKCE-METHOD" => InvalidRequest;
    /// The code_challenge is not 43 characters of base64url.
    PkceChallengeMalformed = "VS-PKCE-CHALLENGE-MALFORMED" => InvalidRequest;
    /// The scope has characters that RFC 6749 section 3.3 does not allow, or too many values.
    ScopeMalformed = "VS-SCOPE-MALFORMED" => InvalidScope;
    /// None of the requested scopes is one that this client may have.
    ScopeNotAllowed = "VS-SCOPE-NOT-ALLOWED" => InvalidScope;
    /// The requested scope is more than was granted.
    ScopeExceedsGrant = "VS-SCOPE-EXCEEDS-GRANT" => InvalidScope;
    /// The resource is not an absolute URI without fragment.
    ResourceMalformed = "VS-RESOURCE-MALFORMED" => InvalidTarget;
    /// The resource is not a registered API, or not one that was asked for at the authorization endpoint.
    ResourceUnknown = "VS-RESOURCE-UNKNOWN" => InvalidTarget;
    /// The granted scopes belong to more than one API and no resource says which is meant.
    ResourceAmbiguous = "VS-RESOURCE-AMBIGUOUS" => InvalidTarget;
    /// None of the granted scopes belongs to the API that the resource names.
    ResourceWithoutScope = "VS-RESOURCE-SCOPE" => InvalidTarget;
    /// The API that the resource names owns no scopes, and the client registered itself.
    ResourceNotForClient = "VS-RESOURCE-CLIENT" => InvalidTarget;

    // The person
    /// Nobody is signed in, or the sign-in is too old, and prompt=none forbids to ask.
    LoginRequired = "VS-LOGIN-REQUIRED" => LoginRequired;
    /// Consent is needed and prompt=none forbids to ask.
    ConsentRequired = "VS-CONSENT-REQUIRED" => ConsentRequired;
    /// The account must be chosen and prompt=none forbids to ask.
    AccountSelectionRequired = "VS-ACCOUNT-SELECTION-REQUIRED" => AccountSelectionRequired;
    /// Somebody other than the person named by id_token_hint is signed in.
    OtherPersonSignedIn = "VS-OTHER-PERSON" => LoginRequired;
    /// The person pressed Deny.
    ConsentDenied = "VS-CONSENT-DENIED" => AccessDenied;
    /// The person pressed Cancel on the sign-in page.
    SignInCancelled = "VS-SIGN-IN-CANCELLED" => AccessDenied;
    /// The account is disabled or banned.
    AccountSuspended = "VS-ACCOUNT-SUSPENDED" => AccessDenied;

    // Code
    /// The code is malformed or unknown.
    CodeUnknown = "VS-CODE-UNKNOWN" => InvalidGrant;
    /// The code has expired.
    CodeExpired = "VS-CODE-EXPIRED" => InvalidGrant;
    /// The code was issued to another client.
    CodeOfOtherClient = "VS-CODE-OF-OTHER-CLIENT" => InvalidGrant;
    /// The redirect_uri is not the one of the authorization request.
    CodeRedirectUri = "VS-CODE-REDIRECT-URI" => InvalidGrant;
    /// The code_verifier is missing although a challenge was sent.
    PkceVerifierMissing = "VS-PKCE-VERIFIER-MISSING" => InvalidGrant;
    /// The code_verifier is not 43 to 128 unreserved characters.
    PkceVerifierMalformed = "VS-PKCE-VERIFIER-MALFORMED" => InvalidGrant;
    /// The code_verifier does not match the challenge.
    PkceVerifierWrong = "VS-PKCE-VERIFIER-WRONG" => InvalidGrant;
    /// A code_verifier came although no challenge was sent: a downgrade (RFC 9700 section 4.8.2).
    PkceDowngrade = "VS-PKCE-DOWNGRADE" => InvalidGrant;
    /// The code was used before; the grant was ended.
    CodeReplayed = "VS-CODE-REPLAYED" => InvalidGrant;

    // Refresh token
    /// The refresh token is malformed, or was not made by this server.
    RefreshTokenUnknown = "VS-REFRESH-UNKNOWN" => InvalidGrant;
    /// The refresh token was issued to another client.
    RefreshTokenOfOtherClient = "VS-REFRESH-OF-OTHER-CLIENT" => InvalidGrant;
    /// The refresh token was not used for too long, or its grant came to its end.
    RefreshTokenExpired = "VS-REFRESH-EXPIRED" => InvalidGrant;
    /// An old refresh token came back; the grant was ended.
    RefreshTokenReused = "VS-REFRESH-REUSED" => InvalidGrant;

    // Grants and tokens
    /// The grant has ended.
    GrantEnded = "VS-GRANT-ENDED" => InvalidGrant;
    /// Everything that was given before was revoked at once: the epoch of the issuer or of the client was raised.
    EpochRaised = "VS-EPOCH-RAISED" => InvalidGrant;
    /// The person's account does not stand.
    PersonNotInGoodStanding = "VS-PERSON-STANDING" => InvalidGrant;
    /// The session that the grant lives in has ended.
    SessionEnded = "VS-SESSION-ENDED" => InvalidGrant;
    /// The access token is missing, malformed, expired or not ours.
    AccessTokenInvalid = "VS-TOKEN-INVALID" => InvalidToken;
    /// The access token's grant has ended, or its claims are out of date.
    AccessTokenRevoked = "VS-TOKEN-REVOKED" => InvalidToken;
    /// The person's claims have changed since the access token was made.
    ClaimsChanged = "VS-CLAIMS-CHANGED" => InvalidToken;
    /// The token is an ID token, which cannot be revoked: it is not presented to anybody.
    TokenTypeNotRevocable = "VS-TOKEN-TYPE" => UnsupportedTokenType;
    /// The access token does not have the scope openid.
    OpenidScopeMissing = "VS-OPENID-SCOPE-MISSING" => InsufficientScope;

    // Registration
    /// The initial access token is missing, unknown, expired, revoked, or used up.
    InitialTokenInvalid = "VS-INITIAL-TOKEN" => InvalidToken;
    /// The registration access token is missing, or not that of the client.
    RegistrationTokenInvalid = "VS-REGISTRATION-TOKEN" => InvalidToken;
    /// A redirect URI cannot be registered; the answer says which rule it breaks.
    RedirectUriUnregistrable = "VS-REDIRECT-URI-UNREGISTRABLE" => InvalidRedirectUri;
    /// The client metadata cannot be registered; the answer names the member and the rule that it breaks.
    ClientMetadataInvalid = "VS-CLIENT-METADATA" => InvalidClientMetadata;
    /// The software statement is not a signed JWT.
    SoftwareStatementInvalid = "VS-SOFTWARE-STATEMENT" => InvalidSoftwareStatement;
    /// A software statement came, and the server approves of none.
    SoftwareStatementUnapproved = "VS-SOFTWARE-STATEMENT-UNAPPROVED" => UnapprovedSoftwareStatement;
    /// The body is not a JSON object.
    JsonMalformed = "VS-JSON" => InvalidClientMetadata;
    /// Too many clients were registered from this network (rate_limits.registration.per_network).
    RegistrationThrottled = "VS-REGISTRATION-THROTTLED" => TemporarilyUnavailable;
    /// There are as many clients that registered themselves as registration.most_clients allows.
    RegistrationFull = "VS-REGISTRATION-FULL" => TemporarilyUnavailable;
}

impl Reason {
    /// The usual causes of an error code.
    pub fn of_code(code: ErrorCode) -> impl Iterator<Item = Self> {
        Self::ALL
            .iter()
            .copied()
            .filter(move |reason| reason.code() == code)
    }
}

/// A refusal is normal: it is answered, counted by reason and, where it matters, written to the event log.
pub type Refusal = Reason;
