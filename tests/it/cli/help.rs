//! Every verb explains itself with an example.

use super::program::Place;

const VERBS: &[&[&str]] = &[
    &[],
    &["serve"],
    &["demo"],
    &["config"],
    &["config", "check"],
    &["config", "show"],
    &["migrate"],
    &["migrate", "status"],
    &["admin", "invite"],
    &["admin", "sessions"],
    &["admin", "sign-out"],
    &["user"],
    &["user", "create"],
    &["user", "update"],
    &["user", "set-password"],
    &["user", "disable"],
    &["user", "enable"],
    &["user", "ban"],
    &["user", "unban"],
    &["user", "logout"],
    &["user", "delete"],
    &["user", "list"],
    &["user", "show"],
    &["user", "set-role"],
    &["consent", "revoke"],
    &["session", "list"],
    &["session", "revoke"],
    &["grant", "list"],
    &["grant", "revoke"],
    &["client", "create"],
    &["client", "list"],
    &["client", "show"],
    &["client", "update"],
    &["client", "disable"],
    &["client", "enable"],
    &["client", "delete"],
    &["client", "rotate-secret"],
    &["panic"],
    &["api", "create"],
    &["api", "list"],
    &["api", "show"],
    &["api", "update"],
    &["api", "delete"],
    &["apply"],
    &["client", "new-secret"],
    &["audit", "tail"],
    &["audit", "export"],
    &["audit", "verify"],
    &["completions"],
    &["login"],
    &["logout"],
    &["keys"],
    &["keys", "list"],
    &["issuer"],
    &["issuer", "new-timeline"],
];

#[test]
fn the_help_of_every_verb_has_an_example_and_the_common_options() {
    let place = Place::sqlite();
    for verb in VERBS {
        let ended = place.run(&[*verb, &["--help"]].concat());
        assert_eq!(ended.status, 0, "{ended:?}");
        let example = ended
            .stdout
            .split("Example:\n")
            .nth(1)
            .unwrap_or_else(|| panic!("{verb:?} has no example"));
        let words = example.split_whitespace().collect::<Vec<_>>().join(" ");
        let named = if verb.is_empty() {
            "vouchsafe demo".to_owned()
        } else {
            format!("vouchsafe {}", verb.join(" "))
        };
        assert!(
            words.contains(&named),
            "the example of {verb:?} is of another verb: {words}"
        );
        for option in ["--config", "--database", "--data-dir", "--keys-dir", "--json"] {
            assert!(ended.stdout.contains(option), "{verb:?} does not know {option}");
        }
    }
}
