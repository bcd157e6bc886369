//! What the wizard is about to register: carried from step to step in the form, and believed at none of them.

use super::typed;
use crate::admin::form::Errors;
use crate::clients::catalog::{self, App};
use crate::clients::registration::{self, Field, Wish};
use vouchsafe_core::model::{Api, AuthMethod, ClientKind, ClientMetadata};
use vouchsafe_core::spec::params::Params;
use vouchsafe_core::spec::scope;

/// What is being built.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Preset {
    Spa,
    Web,
    Native,
    Service,
    Device,
    Known(&'static App),
}

impl Preset {
    /// Those that are offered as cards.
    pub(super) const CARDS: [Self; 5] = [Self::Spa, Self::Web, Self::Native, Self::Service, Self::Device];

    /// What the fields `preset` and `app` name.
    pub(super) fn of(fields: &Params) -> Option<Self> {
        match fields.one("preset")? {
            "spa" => Some(Self::Spa),
            "web" => Some(Self::Web),
            "native" => Some(Self::Native),
            "service" => Some(Self::Service),
            "device" => Some(Self::Device),
            "catalogue" => catalog::app(fields.one("app")?).map(Self::Known),
            _ => None,
        }
    }

    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Spa => "spa",
            Self::Web => "web",
            Self::Native => "native",
            Self::Service => "service",
            Self::Device => "device",
            Self::Known(_) => "catalogue",
        }
    }

    pub(super) const fn app(self) -> &'static str {
        match self {
            Self::Known(app) => app.id,
            Self::Spa | Self::Web | Self::Native | Self::Service | Self::Device => "",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::Spa => "Single-page app",
            Self::Web => "Web app with a server",
            Self::Native => "Mobile or desktop app",
            Self::Service => "Service or script",
            Self::Device => "Device or command line",
            Self::Known(app) => &app.name,
        }
    }

    pub(super) fn hint(self) -> &'static str {
        match self {
            Self::Spa => {
                "Runs in the browser: React, Vue, Angular. No secret; PKCE; may call the token endpoint from its own origin."
            }
            Self::Web => "Next.js, Rails, Django, Spring. Keeps a secret on its server; PKCE.",
            Self::Native => {
                "Installed by people. No secret; PKCE; a loopback address, an https link or a scheme of its own."
            }
            Self::Service => "Calls an API as itself, without people: client credentials.",
            Self::Device => {
                "A tool in a terminal that opens the browser and waits on a loopback port. No secret; PKCE."
            }
            Self::Known(app) => &app.summary,
        }
    }

    pub(super) const fn kind(self) -> ClientKind {
        match self {
            Self::Spa => ClientKind::Spa,
            Self::Web => ClientKind::Web,
            Self::Native | Self::Device => ClientKind::Native,
            Self::Service => ClientKind::Service,
            Self::Known(app) => app.kind,
        }
    }

    /// Whether people sign in, so that there are addresses to return to.
    pub(super) const fn has_people(self) -> bool {
        !matches!(self.kind(), ClientKind::Service)
    }

    /// Whether the client proves itself by a secret, or by a key pair.
    pub(super) const fn is_confidential(self) -> bool {
        matches!(self.kind(), ClientKind::Web | ClientKind::Service)
    }

    /// Where the name is read.
    pub(super) const fn name_hint(self) -> &'static str {
        if self.has_people() {
            "People see it on the consent page"
        } else {
            "Administrators see it here and in the audit log"
        }
    }

    /// What redirect URIs look like.
    pub(super) const fn callback_hint(self) -> &'static str {
        match self {
            Self::Spa => {
                "One a line, such as https://app.example.com/callback or http://localhost:5173/callback while you develop. They are compared exactly."
            }
            Self::Web => {
                "One a line, compared exactly. Auth.js: /api/auth/callback/vouchsafe. Spring: /login/oauth2/code/vouchsafe. django-allauth: /accounts/oidc/vouchsafe/login/callback/."
            }
            Self::Native => {
                "One a line. http://127.0.0.1/callback stands for any port; com.example.app:/callback is a scheme of your own; https://app.example.com/callback a link that your app claims."
            }
            Self::Device => {
                "One a line. http://127.0.0.1/callback stands for any port of the machine that the tool runs on."
            }
            Self::Service | Self::Known(_) => "",
        }
    }
}

/// What was typed so far.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) preset: Preset,
    pub(super) name: String,
    /// The address of an application of the catalogue.
    pub(super) url: String,
    pub(super) redirect_uris: String,
    pub(super) post_logout_redirect_uris: String,
    pub(super) web_origins: String,
    pub(super) scopes: Vec<String>,
    pub(super) jwks: String,
    pub(super) first_party: bool,
}

impl Plan {
    /// A form that nobody has typed into.
    pub(super) fn new(preset: Preset) -> Self {
        let redirect_uris = match preset {
            Preset::Native | Preset::Device => "http://127.0.0.1/callback",
            Preset::Spa | Preset::Web | Preset::Service | Preset::Known(_) => "",
        };
        let scopes = match preset {
            Preset::Service => Vec::new(),
            Preset::Known(app) => app.scopes.clone(),
            Preset::Spa | Preset::Web | Preset::Native | Preset::Device => {
                [scope::OPENID, scope::PROFILE, scope::EMAIL]
                    .map(str::to_owned)
                    .to_vec()
            }
        };
        let name = match preset {
            Preset::Known(app) => app.name.clone(),
            Preset::Spa | Preset::Web | Preset::Native | Preset::Service | Preset::Device => String::new(),
        };
        Self {
            preset,
            name,
            url: String::new(),
            redirect_uris: redirect_uris.to_owned(),
            post_logout_redirect_uris: String::new(),
            web_origins: String::new(),
            scopes,
            jwks: String::new(),
            first_party: false,
        }
    }

    /// What a form says. Fields that the step has not are not looked at.
    pub(super) fn of(fields: &Params) -> Option<Self> {
        let preset = Preset::of(fields)?;
        Some(Self {
            preset,
            name: typed::text(fields, "name"),
            url: typed::text(fields, "url"),
            redirect_uris: typed::text(fields, "redirect_uris"),
            post_logout_redirect_uris: typed::text(fields, "post_logout_redirect_uris"),
            web_origins: typed::text(fields, "web_origins"),
            scopes: typed::scopes(fields),
            jwks: typed::text(fields, "jwks"),
            first_party: fields.one("first_party").is_some(),
        })
    }

    /// The metadata of the client, after all rules.
    ///
    /// # Errors
    /// What is wrong, at which fields.
    pub(super) fn check(&self, apis: &[Api]) -> Result<ClientMetadata, Errors> {
        let mut errors = Errors::default();
        let wish = self.wish(&mut errors);
        if self.preset.has_people() && self.scopes.is_empty() {
            errors.add(
                "scopes",
                "Tick at least openid: without any scope nobody can sign in",
            );
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        registration::check(wish, apis)
            .map_err(|rule| Errors::one(field(rule.field), capital(&rule.to_string())))
    }

    fn wish(&self, errors: &mut Errors) -> Wish {
        typed::check_name(errors, &self.name);
        let kind = self.preset.kind();
        let mut wish = match self.preset {
            Preset::Known(app) => {
                let url = Some(self.url.as_str()).filter(|url| !url.is_empty());
                app.wish(url).unwrap_or_else(|rule| {
                    errors.add("url", capital(&rule.to_string()));
                    Wish::new(String::new(), kind)
                })
            }
            Preset::Spa | Preset::Web | Preset::Native | Preset::Service | Preset::Device => Wish {
                redirect_uris: typed::lines(&self.redirect_uris),
                post_logout_redirect_uris: typed::lines(&self.post_logout_redirect_uris),
                web_origins: typed::lines(&self.web_origins),
                ..Wish::new(String::new(), kind)
            },
        };
        typed::check_uris(errors, "redirect_uris", &wish.redirect_uris, kind);
        typed::check_uris(
            errors,
            "post_logout_redirect_uris",
            &wish.post_logout_redirect_uris,
            kind,
        );
        if !matches!(self.preset, Preset::Known(_))
            && self.preset.has_people()
            && wish.redirect_uris.is_empty()
        {
            errors.add("redirect_uris", "Name at least one address that people return to");
        }
        wish.name.clone_from(&self.name);
        wish.scopes = Some(self.scopes.clone());
        wish.first_party = self.first_party;
        if !self.jwks.is_empty() && self.preset.is_confidential() {
            match serde_json::from_str(&self.jwks) {
                Ok(jwks) => {
                    wish.jwks = Some(jwks);
                    wish.auth_method = Some(AuthMethod::PrivateKeyJwt);
                }
                Err(_) => errors.add("jwks", "This is not JSON: paste a JWK set, {\"keys\": […]}"),
            }
        }
        wish
    }
}

/// The field of our forms that shows a member of the metadata.
pub(super) const fn field(field: Field) -> &'static str {
    match field {
        Field::ClientId | Field::Name => "name",
        Field::Scope => "scopes",
        Field::GrantTypes => "grant_types",
        Field::RedirectUris => "redirect_uris",
        Field::PostLogoutRedirectUris => "post_logout_redirect_uris",
        Field::WebOrigins => "web_origins",
        Field::AuthMethod => "auth_method",
        Field::Pkce => "pkce",
        Field::Jwks => "jwks",
        Field::Introspects => "introspects",
    }
}

/// The sentence with a capital letter.
pub(crate) fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
