//! How the words of clients and APIs are described in the OpenAPI document: the specifications' own, which the core
//! keeps free of such things.

use serde::Serialize;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use vouchsafe_core::model::{
    ApiClaim, AuthMethod, ClientKind, GrantType, IdTokenClaims, KeyAlgorithm, PkceRule, TokenTyp,
};

/// A text that is one of these.
fn one_of(words: &[impl Serialize]) -> Schema {
    let words = words.iter().filter_map(|word| serde_json::to_value(word).ok());
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
        .into()
}

/// The types of clients.
#[must_use]
pub fn client_kind() -> Schema {
    one_of(&[
        ClientKind::Web,
        ClientKind::Spa,
        ClientKind::Native,
        ClientKind::Service,
    ])
}

/// The grant types.
#[must_use]
pub fn grant_type() -> Schema {
    one_of(&[
        GrantType::AuthorizationCode,
        GrantType::RefreshToken,
        GrantType::ClientCredentials,
    ])
}

/// The authentication methods.
#[must_use]
pub fn auth_method() -> Schema {
    one_of(&[
        AuthMethod::None,
        AuthMethod::ClientSecretBasic,
        AuthMethod::ClientSecretPost,
        AuthMethod::PrivateKeyJwt,
    ])
}

/// The PKCE rules.
#[must_use]
pub fn pkce() -> Schema {
    one_of(&[PkceRule::Required, PkceRule::Allowed])
}

/// Where claims appear.
#[must_use]
pub fn id_token_claims() -> Schema {
    one_of(&[IdTokenClaims::Userinfo, IdTokenClaims::IdToken])
}

/// The signature algorithms.
#[must_use]
pub fn key_algorithm() -> Schema {
    one_of(&KeyAlgorithm::ALL)
}

/// The header `typ` of access tokens.
#[must_use]
pub fn token_typ() -> Schema {
    one_of(&[TokenTyp::AtJwt.as_str(), TokenTyp::Jwt.as_str()])
}

/// The claims about a person that the access tokens of an API may carry.
#[must_use]
pub fn api_claim() -> Schema {
    one_of(&ApiClaim::ALL)
}

/// The same as a merge patch may have them (RFC 7396): null gives the default.
pub mod or_null {
    use serde_json::Value;
    use utoipa::openapi::schema::{Schema, SchemaType, Type};

    fn or_null(mut schema: Schema) -> Schema {
        if let Schema::Object(object) = &mut schema {
            object.schema_type = SchemaType::from_iter([Type::String, Type::Null]);
            let words = object.enum_values.iter_mut();
            words.for_each(|words| words.push(Value::Null));
        } else if let Schema::Array(array) = &mut schema {
            array.schema_type = SchemaType::from_iter([Type::Array, Type::Null]);
        }
        schema
    }

    macro_rules! or_null {
        ($($(#[$about:meta])* $name:ident = $of:path;)+) => {
            $($(#[$about])*
            #[must_use]
            pub fn $name() -> Schema {
                or_null($of())
            })+
        };
    }

    or_null! {
        /// Grant types.
        grant_types = crate::clients::document::grant_types;
        /// An authentication method.
        auth_method = super::auth_method;
        /// A PKCE rule.
        pkce = super::pkce;
        /// Where claims appear.
        id_token_claims = super::id_token_claims;
        /// A signature algorithm.
        key_algorithm = super::key_algorithm;
        /// The header `typ` of access tokens.
        token_typ = super::token_typ;
        /// The claims of an API.
        api_claims = crate::clients::document::api_claims;
    }
}
