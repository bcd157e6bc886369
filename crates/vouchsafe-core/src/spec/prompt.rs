//! OpenID Connect Core §3.1.2.1 — `prompt`.

use super::registry::{Endpoint, Parameter, Spec};
use crate::model::Prompt;
use crate::refusal::Reason;

/// What this word brings.
pub const SPEC: Spec = Spec {
    reference: "OpenID Connect Core 1.0 section 3.1.2.1",
    parameters: &[Parameter::once("prompt", &[Endpoint::Authorization])],
};

/// `prompt_values_supported`.
pub const SUPPORTED: &[&str] = &["none", "login", "consent", "select_account"];

/// Reads the parameter: values separated by spaces, each kept once, `none` only alone.
///
/// # Errors
/// [`Reason::PromptInvalid`].
pub fn parse(value: Option<&str>) -> Result<Vec<Prompt>, Reason> {
    let mut prompts = Vec::new();
    for word in value
        .unwrap_or_default()
        .split(' ')
        .filter(|word| !word.is_empty())
    {
        let prompt = match word {
            "none" => Prompt::None,
            "login" => Prompt::Login,
            "consent" => Prompt::Consent,
            "select_account" => Prompt::SelectAccount,
            _ => return Err(Reason::PromptInvalid),
        };
        if !prompts.contains(&prompt) {
            prompts.push(prompt);
        }
    }
    if prompts.contains(&Prompt::None) && prompts.len() > 1 {
        return Err(Reason::PromptInvalid);
    }
    Ok(prompts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_once_and_in_order() {
        assert_eq!(parse(None), Ok(vec![]));
        assert_eq!(
            parse(Some("consent login consent")),
            Ok(vec![Prompt::Consent, Prompt::Login])
        );
        assert_eq!(parse(Some("none none")), Ok(vec![Prompt::None]));
        assert_eq!(parse(Some("select_account")), Ok(vec![Prompt::SelectAccount]));
    }

    #[test]
    fn unknown_values_and_none_beside_others_are_refused() {
        for bad in [
            "create",
            "None",
            "none login",
            "login none",
            "login\tconsent",
            "login,consent",
        ] {
            assert_eq!(parse(Some(bad)), Err(Reason::PromptInvalid), "{bad}");
        }
    }
}
