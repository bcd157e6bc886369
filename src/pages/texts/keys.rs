//! The keys of all texts.

macro_rules! keys {
    ($($name:ident = $id:literal;)+) => {
        /// A text of the pages.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Text {
            $(#[doc = concat!("`", $id, "`")] $name,)+
        }

        impl Text {
            /// All texts.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The identifier of the message in the catalogues.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id,)+ }
            }
        }
    };
}

keys! {
    // shared.ftl
    Language = "language";
    Cancel = "cancel";
    TitleWithSite = "title-with-site";
    TitleWithError = "title-with-error";
    ToContinueTo = "to-continue-to";
    BackToApp = "back-to-app";
    SelfRegistered = "self-registered";
    Unverified = "unverified";
    UnverifiedByToken = "unverified-by-token";
    UnverifiedByItself = "unverified-by-itself";
    UnverifiedByDocument = "unverified-by-document";
    AppPolicy = "app-policy";
    AppTerms = "app-terms";
    Instant = "instant";
    Links = "links";
    Support = "support";
    Privacy = "privacy";
    Terms = "terms";
    // login.ftl
    SignIn = "sign-in";
    SignInAgain = "sign-in-again";
    Username = "username";
    Password = "password";
    Show = "show";
    ShowPassword = "show-password";
    RememberMe = "remember-me";
    RememberHint = "remember-hint";
    NotYou = "not-you";
    WrongCredentials = "wrong-credentials";
    WrongCredentialsAdvice = "wrong-credentials-advice";
    UsernameMissing = "username-missing";
    PasswordMissing = "password-missing";
    Throttled = "throttled";
    ThrottledAdvice = "throttled-advice";
    FormStale = "form-stale";
    FormStaleAdvice = "form-stale-advice";
    CookieMissing = "cookie-missing";
    CookieMissingAdvice = "cookie-missing-advice";
    Busy = "busy";
    BusyAdvice = "busy-advice";
    SelectAccount = "select-account";
    SelectOther = "select-other";
    SignedInSince = "signed-in-since";
    AccountSuspended = "account-suspended";
    AccountDisabled = "account-disabled";
    AccountBanned = "account-banned";
    AccountBannedUntil = "account-banned-until";
    AccountSuspendedAdvice = "account-suspended-advice";
    // consent.ftl
    AllowTitle = "allow-title";
    AllowQuestion = "allow-question";
    RegisteredByAdmin = "registered-by-admin";
    SwitchAccount = "switch-account";
    AppChanged = "app-changed";
    AppChangedAdvice = "app-changed-advice";
    AppWill = "app-will";
    AppWillAlso = "app-will-also";
    AppWillOnlyKnowYou = "app-will-only-know-you";
    AlreadyAllowed = "already-allowed";
    ScopeOpenid = "scope-openid";
    ScopeOpenidDetail = "scope-openid-detail";
    ScopeProfile = "scope-profile";
    ScopeEmail = "scope-email";
    ScopeEmailVerified = "scope-email-verified";
    ScopeAddress = "scope-address";
    ScopePhone = "scope-phone";
    ScopeGroups = "scope-groups";
    ScopeRoles = "scope-roles";
    ScopeValueMissing = "scope-value-missing";
    ScopeOffline = "scope-offline";
    ScopeOfflineDetail = "scope-offline-detail";
    ScopeAtApi = "scope-at-api";
    ScopeNoDescription = "scope-no-description";
    Deny = "deny";
    Allow = "allow";
    GoesTo = "goes-to";
    Remembered = "remembered";
    RememberedUntilSignOut = "remembered-until-sign-out";
    // invitation.ftl
    Invitation = "invitation";
    InvitationStory = "invitation-story";
    InvitationCode = "invitation-code";
    InvitationCodeHint = "invitation-code-hint";
    Continue = "continue";
    InvitationRefused = "invitation-refused";
    InvitationRefusedAdvice = "invitation-refused-advice";
    ChoosePassword = "choose-password";
    InvitedAs = "invited-as";
    NewPasswordHint = "new-password-hint";
    SetPassword = "set-password";
    PasswordRefused = "password-refused";
    PasswordTooShort = "password-too-short";
    PasswordTooLong = "password-too-long";
    PasswordControlCharacter = "password-control-character";
    PasswordTooCommon = "password-too-common";
    PasswordOwnName = "password-own-name";
    PasswordIsSet = "password-is-set";
    PasswordIsSetStory = "password-is-set-story";
    // logout.ftl
    LogoutQuestion = "logout-question";
    LogoutStory = "logout-story";
    SignOut = "sign-out";
    StaySignedIn = "stay-signed-in";
    SignedOut = "signed-out";
    SignedOutStory = "signed-out-story";
    StillSignedIn = "still-signed-in";
    // error.ftl
    WhoseApp = "whose-app";
    WhoseUs = "whose-us";
    RequestRefused = "request-refused";
    RequestRefusedAddress = "request-refused-address";
    RequestRefusedUnknown = "request-refused-unknown";
    RequestRefusedMalformed = "request-refused-malformed";
    RequestRefusedAdvice = "request-refused-advice";
    NotFound = "not-found";
    NotFoundStory = "not-found-story";
    NotFoundAdvice = "not-found-advice";
    MethodRefused = "method-refused";
    MethodRefusedStory = "method-refused-story";
    RequestUnreadable = "request-unreadable";
    RequestUnreadableStory = "request-unreadable-story";
    GoBackAdvice = "go-back-advice";
    FormRefused = "form-refused";
    FormRefusedStory = "form-refused-story";
    FormRefusedAdvice = "form-refused-advice";
    CookieRefusedStory = "cookie-refused-story";
    CookieRefusedAdvice = "cookie-refused-advice";
    OriginRefused = "origin-refused";
    OriginRefusedStory = "origin-refused-story";
    InteractionExpired = "interaction-expired";
    InteractionExpiredStory = "interaction-expired-story";
    InteractionExpiredAdvice = "interaction-expired-advice";
    AlreadySignedIn = "already-signed-in";
    AlreadySignedInStory = "already-signed-in-story";
    AlreadyEnded = "already-ended";
    AlreadyEndedStory = "already-ended-story";
    ContinueToApp = "continue-to-app";
    ClosePage = "close-page";
    TooManyRequests = "too-many-requests";
    TooManyRequestsAdvice = "too-many-requests-advice";
    CannotAnswer = "cannot-answer";
    CannotAnswerStory = "cannot-answer-story";
    Broken = "broken";
    BrokenStory = "broken-story";
    TryAgainAdvice = "try-again-advice";
    Reference = "reference";
    Time = "time";
    ForDevelopers = "for-developers";
    ErrorCode = "error-code";
    ReasonId = "reason-id";
    ErrorExplained = "error-explained";
}
