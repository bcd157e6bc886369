//! Which passwords may be chosen.

use proptest::prelude::*;
use vouchsafe_core::decide::password_policy::{PasswordProblem as Problem, check, refuse_overlong};

fn judged(password: &str) -> Option<Problem> {
    check(password, 12, "ada.lovelace", "lovelace@example.com").err()
}

#[test]
fn length_is_counted_in_characters_and_bounded_in_bytes() {
    let mixed = "kv3".repeat(60);
    for (password, problem) in [
        ("kv3-9fQ_zt+p", None),
        ("kv3-9fQ_zt+", Some(Problem::TooShort)),
        ("", Some(Problem::TooShort)),
        (&mixed[..128], None),
        (&mixed[..129], Some(Problem::TooLong)),
        (&"\u{e9}a\u{1f600}k".repeat(3), None),
    ] {
        assert_eq!(judged(password), problem, "{password}");
    }
    assert_eq!(
        judged(&format!("x{}", "\u{1f600}y".repeat(104))),
        Some(Problem::TooLong)
    );
    assert!(refuse_overlong(&"a".repeat(1 << 20)).is_err());
    assert!(check("kv3-9fQ", 7, "", "").is_ok());
}

#[test]
fn there_are_no_rules_of_composition() {
    for good in [
        "correct horse battery staple",
        "  spaces count  too ",
        "nur kleine buchstaben",
        "пароль не словарный",
        "837401926583",
        "UPPER CASE ONLY PLEASE",
        "my password is not this",
    ] {
        assert_eq!(judged(good), None, "{good}");
    }
}

#[test]
fn what_is_tried_first_is_refused_also_when_decorated() {
    for bad in [
        "password1234",
        "Password123!",
        "P@ssw0rd2026",
        "passwordpassword",
        "PasswordPassword1",
        "administrator",
        "qwertyuiop12",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "123456789012",
        "111111111111",
        "123123123123",
        "abcdefghijkl",
        "zyxwvutsrqpo",
        "aaaaaaaaaaaaaaaa",
        "iloveyou1234",
        "letmein!!!!!!",
    ] {
        let problem = judged(bad);
        assert!(problem == Some(Problem::TooCommon), "{bad} {problem:?}");
    }
    assert_eq!(judged("kv3-9fQ\0zt+p"), Some(Problem::ControlCharacter));
}

#[test]
fn ones_own_name_is_no_password() {
    for bad in [
        "ada.lovelace",
        "Ada.Lovelace1",
        "lovelace2026",
        "lovelace@example.com",
        "LOVELACE@EXAMPLE.COM",
        "lovelacelovelace",
    ] {
        assert_eq!(judged(bad), Some(Problem::OwnName), "{bad}");
    }
    assert_eq!(judged("lovelace writes notes on engines"), None);
    assert!(
        check("kv3-9fQ_zt+p", 12, "", "").is_ok(),
        "an account without name has no own name"
    );
}

#[test]
fn every_problem_has_its_sentence() {
    for problem in [
        Problem::TooShort,
        Problem::TooLong,
        Problem::ControlCharacter,
        Problem::TooCommon,
        Problem::OwnName,
    ] {
        assert!(problem.to_string().starts_with("the password "));
    }
}

proptest! {
    #[test]
    fn checking_never_panics(password in any::<String>(), username in any::<String>(), email in any::<String>()) {
        let verdict = check(&password, 12, &username, &email);
        prop_assert!(verdict.is_err() || password.chars().count() >= 12);
    }

    #[test]
    fn random_passwords_pass(password in "[a-z0-9]{20,60}") {
        prop_assert!(check(&password, 12, "ada", "ada@example.com").is_ok());
    }
}
