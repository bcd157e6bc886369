//! `login`: the code flow with PKCE on a loopback address, for administrators only.

use super::*;

#[test]
fn login_is_the_code_flow_with_pkce_and_keeps_a_token_for_its_owner_only() {
    for both in Both::each() {
        both.elsewhere
            .run(&["user", "list"])
            .failed(77, "vouchsafe login --server");
        both.administrator("ada");
        let (ended, url) = both.login("ada");
        assert_eq!(param(&url, "code_challenge_method").unwrap(), "S256");
        assert_eq!(param(&url, "client_id").unwrap(), "vouchsafe-cli");
        let document = ended.document();
        assert_eq!(document["server"], both.served.issuer.as_str());
        let kept = document["kept_in"].as_str().unwrap();
        assert!(kept.starts_with(both.elsewhere.path("home/.config/vouchsafe").to_str().unwrap()));
        assert_eq!(
            std::fs::metadata(kept).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let text: Value = serde_json::from_str(&std::fs::read_to_string(kept).unwrap()).unwrap();
        for token in ["access_token", "refresh_token"] {
            let token = text[token].as_str().unwrap();
            assert!(
                !ended.stdout.contains(token) && !ended.stderr.contains(token),
                "{ended:?}"
            );
        }

        let people = both.elsewhere.run(&["user", "list", "--json"]).document();
        assert_eq!(people, both.here.run(&["user", "list", "--json"]).document());
        assert!(!both.elsewhere.path("data").exists(), "no database was opened");

        // An access token that is over is exchanged for another.
        let old = std::fs::read_to_string(kept).unwrap();
        let expired = old.replace(&text["expires_at"].to_string(), "1");
        both.elsewhere.file("expired.json", &expired);
        std::fs::rename(both.elsewhere.path("expired.json"), kept).unwrap();
        both.elsewhere.run(&["user", "show", "ada", "--json"]).document();
        assert_ne!(std::fs::read_to_string(kept).unwrap(), expired);

        // What was kept ends with the rights of its person, and others cannot read it.
        set_mode(std::path::Path::new(kept), 0o644);
        both.elsewhere.run(&["user", "list"]).failed(78, "chmod 600");
        set_mode(std::path::Path::new(kept), 0o600);
        both.administrator("eve");
        both.here.run(&["user", "set-admin", "ada", "false"]);
        both.elsewhere
            .run(&["user", "list"])
            .failed(77, "not an administrator");
        let out = both.elsewhere.run(&["logout", "--json"]).document();
        assert_eq!(out["signed_in"], false);
        assert!(!std::path::Path::new(kept).exists());
        let grants = both.here.run(&["grant", "list", "--json"]).document();
        assert_eq!(grants, json!([]), "the token was revoked");
        both.elsewhere.run(&["logout"]).failed(77, "nobody is signed in");
    }
}

#[test]
fn who_does_not_administer_is_not_signed_in() {
    let both = Both::on(Place::sqlite());
    both.here.create_user("bob");
    let (ended, _) = both.login("bob");
    ended.failed(77, "not an administrator");
    assert!(!both.elsewhere.path("home/.config/vouchsafe").exists());
    assert_eq!(both.here.run(&["grant", "list", "--json"]).document(), json!([]));
}
