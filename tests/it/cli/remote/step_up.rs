//! RFC 9470 on the command line: what needs a recent sign-in says so, and `login` leads to one.

use super::*;

#[test]
fn an_old_sign_in_is_told_with_the_way_to_a_new_one() {
    for both in Both::each() {
        both.administrator("root");
        let site = both.served.site();
        let browser = site.browser();
        both.login_in(&browser, "root", &[]).0.document();
        let export = &["audit", "export"];
        assert_eq!(both.elsewhere.run(export).status, 0);
        both.let_the_sign_in_grow_old();
        both.elsewhere.run(&["user", "list", "--json"]).document();
        let told = format!(
            "error: this needs a sign-in of the last 5 minutes; sign in with `vouchsafe login --server {}`\n",
            both.served.issuer
        );
        for words in [
            &export[..],
            &["keys", "rotate", "--yes"],
            &["client", "create", "--name", "Robot", "--type", "service"],
            &["user", "set-admin", "root", "true"],
        ] {
            let ended = both.elsewhere.run(words);
            assert_eq!(
                (ended.status, ended.stderr.as_str()),
                (77, told.as_str()),
                "{words:?}"
            );
            assert!(ended.stdout.is_empty(), "{ended:?}");
        }
        // A service has nobody who could sign in.
        let service = both.service("vouchsafe:read");
        assert_eq!(
            both.elsewhere
                .run(&[&export[..], &strs(&service)].concat())
                .status,
            0
        );

        let (again, url) = both.login_in(&browser, "root", &[]);
        again.document();
        assert_eq!(param(&url, "prompt").unwrap(), "login consent");
        assert_eq!(param(&url, "max_age").unwrap(), "300");
        assert_eq!(both.elsewhere.run(export).status, 0);
    }
}

#[test]
fn login_asks_for_the_password_of_whoever_is_signed_in_in_the_browser() {
    for both in Both::each() {
        both.administrator("root");
        let site = both.served.site();
        let browser = site.browser();
        let (_, url) = both.login_in(&browser, "root", &[]);
        let (_, page) = browser.open(&url);
        assert!(page.body.contains("id=\"login-form\""), "{}", page.body);
        let silent = url
            .replace("login+consent", "none")
            .replace("login%20consent", "none");
        let (_, answer) = browser.open(&silent.replace("max_age=300", "max_age=1000"));
        let back = answer.header("location");
        assert!(
            back.contains("consent_required"),
            "the browser is signed in all the same: {back}"
        );
    }
}
