//! What the claims and header members of tokens mean, for the token inspector.

/// A member of a token.
pub(super) struct Member {
    /// Its name.
    pub(super) name: &'static str,
    /// What it says.
    pub(super) meaning: &'static str,
}

macro_rules! members {
    ($list:ident: $doc:literal; $($name:literal = $meaning:literal;)+) => {
        #[doc = $doc]
        pub(super) const $list: &[Member] = &[$(Member { name: $name, meaning: $meaning }),+];
    };
}

members! {
    HEADER: "Members of the JOSE header.";
    "alg" = "How the token is signed. Whoever checks it takes only what the key itself is for.";
    "kid" = "Which key of the key set signed it.";
    "typ" = "What kind of token it is: at+jwt is an access token (RFC 9068).";
}

members! {
    CLAIMS: "Claims.";
    "iss" = "Who issued it: the issuer, exactly.";
    "sub" = "Whom it is about: a person, or with client credentials the client itself.";
    "aud" = "Whom it is for: an API's identifier in an access token, the client_id in an ID token.";
    "exp" = "When it ends.";
    "iat" = "When it was issued.";
    "nbf" = "From when on it counts.";
    "jti" = "Its own name, by which it can be revoked alone.";
    "client_id" = "The application that it was issued to.";
    "azp" = "The application that an ID token was issued to.";
    "scope" = "What it allows.";
    "nonce" = "What the application sent in its authorization request; it must be the same.";
    "auth_time" = "When the person signed in.";
    "acr" = "How strongly the person signed in.";
    "amr" = "By which means the person signed in.";
    "at_hash" = "A digest of the access token that belongs to this ID token.";
    "sid" = "The session of the person; it ends with it.";
    "gid" = "The grant that it was made from. When the grant ends, it ends.";
    "gver" = "The state of the grant when it was made. It is out of date when the claims of the person have changed.";
    "ep" = "The epochs of issuer and client; raising one ends everything that was issued before.";
    "status" = "Where its bit stands in a Token Status List.";
    "cnf" = "The key that it is bound to.";
    "roles" = "Roles of the person.";
    "groups" = "Groups of the person.";
    "name" = "The person's name.";
    "preferred_username" = "What the person signs in with.";
    "email" = "The person's e-mail address.";
    "email_verified" = "Whether that address was confirmed.";
    "updated_at" = "When the person's profile last changed.";
    "token_introspection" = "In a signed introspection answer: what is true of the token that was asked about.";
}
