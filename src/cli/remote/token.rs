//! The token for a server: from a file, from a client's own secret, or from an earlier `login`.

use super::Address;
use super::sign_in::{Metadata, discover};
use crate::cli::args::Global;
use crate::cli::exit::{Exit, Failure};
use crate::config::{Environment, secret_file};
use crate::ports::{Call, Http};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use url::form_urlencoded::{Serializer, byte_serialize};
use vouchsafe_core::model::{Span, UnixTime};
use zeroize::{Zeroize as _, Zeroizing};

/// What is asked for.
pub(super) const SCOPES: &str = "vouchsafe:read vouchsafe:write";
/// A token that has less left is exchanged first.
const LEAST: Span = Span::from_seconds(30);

/// A token on its way; wiped when dropped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Token(String);

impl Token {
    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// What `login` keeps. Readable by its owner only.
#[derive(Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) server: String,
    pub(super) access_token: Token,
    pub(super) expires_at: i64,
    pub(super) refresh_token: Token,
    /// Where the administration answers, when that is not at the issuer and somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) admin_origin: Option<String>,
}

impl Kept {
    /// Where the administration answers, as somebody said before.
    pub(super) fn administration(&self, path: &Path) -> Result<Option<Address>, Failure> {
        let parsed = self.admin_origin.as_deref().map(Address::parse).transpose();
        parsed.map_err(|rule| {
            Failure::new(
                Exit::Configuration,
                format!("{}: admin_origin: {rule}", path.display()),
            )
        })
    }
}

/// A token that was found, and where its use was remembered to be.
pub(super) struct Found {
    pub(super) token: Zeroizing<String>,
    pub(super) administration: Option<Address>,
}

impl Found {
    const fn of(token: Zeroizing<String>) -> Self {
        Self {
            token,
            administration: None,
        }
    }
}

/// The token endpoint's answer (RFC 6749 §5.1).
#[derive(Deserialize)]
pub(super) struct Granted {
    pub(super) access_token: Token,
    #[serde(default)]
    pub(super) expires_in: i64,
    pub(super) refresh_token: Option<Token>,
    pub(super) id_token: Option<Token>,
    #[serde(default)]
    pub(super) scope: String,
}

/// Finds the token: that of `VOUCHSAFE_TOKEN_FILE`, else one for `--client-id`, else that of `login`.
pub(super) fn find(
    address: &Address,
    http: &Http,
    (global, environment): (&Global, &Environment),
    now: UnixTime,
) -> Result<Found, Failure> {
    if let Some(client_id) = &global.remote.remote_client_id {
        let file = global.remote.client_secret_file.as_deref();
        return of_client(address, http, client_id, file).map(Found::of);
    }
    if let Some(path) = environment.token_file() {
        let read = secret_file::read(&path).map(Zeroizing::new).map_err(|rule| {
            Failure::new(
                Exit::Configuration,
                format!("VOUCHSAFE_TOKEN_FILE {}: {rule}", path.display()),
            )
        });
        return read.map(Found::of);
    }
    let path = place(address, environment)?;
    let kept = read(&path, address)?;
    let administration = kept.administration(&path)?;
    if UnixTime::from_seconds(kept.expires_at).since(now) > LEAST {
        return Ok(Found {
            token: Zeroizing::new(kept.access_token.expose().to_owned()),
            administration,
        });
    }
    let metadata = discover(address, http)?;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", kept.refresh_token.expose()),
        ("client_id", super::sign_in::CLIENT_ID),
    ];
    let granted = ask(http, (&metadata, address), &form, None)?;
    let renewed = Kept {
        server: kept.server,
        expires_at: now.plus(Span::from_seconds(granted.expires_in)).seconds(),
        access_token: granted.access_token,
        refresh_token: granted.refresh_token.unwrap_or(kept.refresh_token),
        admin_origin: kept.admin_origin,
    };
    write(&path, &renewed)?;
    Ok(Found {
        token: Zeroizing::new(renewed.access_token.expose().to_owned()),
        administration,
    })
}

/// RFC 6749 §4.4, with HTTP Basic.
fn of_client(
    address: &Address,
    http: &Http,
    client_id: &str,
    file: Option<&Path>,
) -> Result<Zeroizing<String>, Failure> {
    let Some(file) = file else {
        return Err(Failure::new(
            Exit::Usage,
            "--client-id needs --client-secret-file beside it",
        ));
    };
    let secret = secret_file::read(file).map(Zeroizing::new).map_err(|rule| {
        Failure::new(
            Exit::Configuration,
            format!("--client-secret-file {}: {rule}", file.display()),
        )
    })?;
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encoded(client_id), encoded(&secret)));
    let basic = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    let metadata = discover(address, http)?;
    let form = [("grant_type", "client_credentials"), ("scope", SCOPES)];
    let granted = ask(http, (&metadata, address), &form, Some(&basic))?;
    Ok(Zeroizing::new(granted.access_token.expose().to_owned()))
}

/// Asks the token endpoint.
pub(super) fn ask(
    http: &Http,
    (metadata, address): (&Metadata, &Address),
    form: &[(&str, &str)],
    authorization: Option<&str>,
) -> Result<Granted, Failure> {
    let body = Serializer::new(String::new()).extend_pairs(form).finish();
    let answer = http.call(&Call {
        authorization,
        body: Some(("application/x-www-form-urlencoded", Zeroizing::new(body))),
        ..Call::new("POST", &metadata.token_endpoint)
    })?;
    if answer.status == 200 {
        return serde_json::from_slice(&answer.body)
            .map_err(|_| Failure::failed(format!("{address} gave no token that can be read")));
    }
    let document: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let error = super::word(&document, "error");
    let exit = match answer.status {
        429 | 503 => Exit::TryAgain,
        500.. => Exit::Failed,
        _ => Exit::NotPermitted,
    };
    let again = if error == "invalid_grant" {
        format!("; sign in again with `vouchsafe login --server {address}`")
    } else {
        String::new()
    };
    let description = super::word(&document, "error_description");
    Err(Failure::new(
        exit,
        format!("{address} gives no token: {error} {description}{again}"),
    ))
}

/// Where the token for a server is kept.
pub(super) fn place(address: &Address, environment: &Environment) -> Result<PathBuf, Failure> {
    let Some(home) = environment.config_home() else {
        return Err(Failure::new(
            Exit::Configuration,
            "neither XDG_CONFIG_HOME nor HOME says where the token for a server is kept",
        ));
    };
    let name: String = address
        .as_str()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || ".-".contains(c) {
                c
            } else {
                '_'
            }
        })
        .collect();
    Ok(home.join("vouchsafe").join(format!("{name}.json")))
}

/// Reads what `login` kept.
pub(super) fn read(path: &Path, address: &Address) -> Result<Kept, Failure> {
    let nobody = || {
        Failure::new(
            Exit::NotPermitted,
            format!("nobody is signed in at {address}: run `vouchsafe login --server {address}`"),
        )
    };
    if !path.exists() {
        return Err(nobody());
    }
    let text = secret_file::read(path)
        .map(Zeroizing::new)
        .map_err(|rule| Failure::new(Exit::Configuration, format!("{} {rule}", path.display())))?;
    let kept: Option<Kept> = serde_json::from_str(&text).ok();
    kept.filter(|kept| kept.server == address.as_str())
        .ok_or_else(nobody)
}

/// Keeps a token: whole or not at all, and for its owner only.
pub(super) fn write(path: &Path, kept: &Kept) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::io(&format!("cannot write {}", path.display()), &error);
    let text = Zeroizing::new(serde_json::to_string(kept).unwrap_or_default());
    if let Some(folder) = path.parent() {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(cannot)?;
    }
    let fresh = path.with_extension("new");
    match std::fs::remove_file(&fresh) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(cannot(error)),
        Ok(()) | Err(_) => {}
    }
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&fresh)
        .map_err(cannot)?;
    file.write_all(text.as_bytes()).map_err(cannot)?;
    std::fs::rename(&fresh, path).map_err(cannot)
}
