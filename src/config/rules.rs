//! Rules that concern more than one key, and warnings.

use super::issuer::is_loopback;
use super::problem::Problem;
use super::reading::Reading;
use super::reading::Source;
use super::{Config, DatabaseUrl, DynamicRegistration, MailTransport, secret_file};
use url::Url;

/// Appends what is wrong with the combination of keys.
pub(crate) fn check(config: &Config, reading: &mut Reading) {
    if config.mail.transport == MailTransport::File && config.mail.dir.is_none() {
        let source = reading.source("mail.transport");
        reading.problems.push(Problem::new(
            source,
            "mail.transport",
            "is file, but mail.dir is not set",
        ));
    }
    if let Some(path) = &config.outbound.extra_ca_file
        && let Err(message) = check_ca_file(path)
    {
        let source = reading.source("outbound.extra_ca_file");
        reading
            .problems
            .push(Problem::new(source, "outbound.extra_ca_file", message));
    }
    if config
        .metrics
        .listen
        .is_some_and(|metrics| metrics == config.listen && metrics.port() != 0)
    {
        let source = reading.source("metrics.listen");
        reading.problems.push(Problem::new(
            source,
            "metrics.listen",
            "is the address of the server itself",
        ));
    }
    if let Some(admin) = config.admin.listen.filter(|admin| admin.port() != 0)
        && (admin == config.listen || Some(admin) == config.metrics.listen)
    {
        let source = reading.source("admin.listen");
        reading.problems.push(Problem::new(
            source,
            "admin.listen",
            "is the address of another listener",
        ));
    }
    let rotation = &config.keys.rotation;
    let source = reading.source("keys.rotation.publish_ahead");
    if rotation.publish_ahead > rotation.interval && source != Source::Default {
        reading.problems.push(Problem::new(
            source,
            "keys.rotation.publish_ahead",
            "is longer than keys.rotation.interval: the next key would never be published in time",
        ));
    }
    check_literal_secret(config, reading);
}

/// A password written into the configuration file makes that file a secret.
fn check_literal_secret(config: &Config, reading: &mut Reading) {
    let DatabaseUrl::Postgres(url) = &config.database.url else {
        return;
    };
    let source = reading.source("database.url");
    let Source::File { path, .. } = &source else {
        return;
    };
    if !url.has_password() {
        return;
    }
    let judged = std::fs::metadata(path)
        .map_err(|error| format!("cannot be read: {error}"))
        .and_then(|metadata| secret_file::private(&metadata).map_err(|unfit| unfit.to_string()));
    if let Err(message) = judged {
        let message = format!("has a password, and the file {message}");
        reading
            .problems
            .push(Problem::new(source, "database.url", message));
    }
}

fn check_ca_file(path: &std::path::Path) -> Result<(), String> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| format!("names {}, which cannot be read: {error}", path.display()))?;
    if text.contains("-----BEGIN CERTIFICATE-----") {
        return Ok(());
    }
    Err(format!(
        "names {}, which holds no certificate in PEM",
        path.display()
    ))
}

impl Config {
    /// What is allowed but probably not meant, for the summary at start.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let issuer = Url::parse(&self.issuer).ok();
        if let Some(url) = issuer
            .as_ref()
            .filter(|url| is_loopback(url) && url.scheme() == "http")
        {
            if !self.listen.ip().is_loopback() {
                warnings.push(format!(
                    "listening on {} although the issuer {url} is loopback only",
                    self.listen
                ));
            }
            if url.port_or_known_default() != Some(self.listen.port()) {
                warnings.push(format!(
                    "the issuer {} has another port than the listener {}",
                    self.issuer, self.listen
                ));
            }
        }
        if self.keys.dir.starts_with(&self.data_dir) {
            warnings.push(format!(
                "keys.dir {} lies inside data_dir {}: a copy of one is a copy of both",
                self.keys.dir.display(),
                self.data_dir.display()
            ));
        }
        if !self.rate_limits.enabled {
            warnings.push("rate_limits.enabled is false: passwords can be guessed at full speed".to_owned());
        }
        if self.registration.dynamic == DynamicRegistration::Open {
            warnings.push(
                "registration.dynamic is open: anybody can register a client under any name".to_owned(),
            );
        }
        if self.mail.transport != MailTransport::Off {
            warnings.push("mail.transport is set, but this release sends no mail".to_owned());
        }
        warnings
    }
}
