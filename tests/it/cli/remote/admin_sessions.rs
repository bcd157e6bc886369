//! `admin sessions` and `admin sign-out`, on the database and through a server.

use super::*;

fn is_in(browser: &crate::support::browser::Browser<'_>) -> bool {
    browser.get("/admin").status == 200
}

#[test]
fn who_is_signed_in_to_the_pages_is_listed_and_signed_out_here_and_elsewhere() {
    for both in Both::each() {
        for name in ["root", "grace"] {
            both.administrator(name);
        }
        both.login("root").0.document();
        let site = both.served.site();
        let sign_in = |name: &str| {
            let browser = site.browser();
            assert_eq!(browser.admin_sign_in(name, PASS_PHRASE).status, 303);
            browser
        };
        for place in [&both.here, &both.elsewhere] {
            let run = |words: &[&str]| place.run(&[&["admin"], words, &["--json"]].concat());
            let (root, grace) = (sign_in("root"), sign_in("grace"));
            let listed = run(&["sessions"]).document();
            assert_eq!(listed, both.here.run(&["admin", "sessions", "--json"]).document());
            assert_eq!(listed.as_array().unwrap().len(), 2);
            let of_grace = run(&["sessions", "--user", "grace"]).document();
            assert_eq!(
                (of_grace.as_array().unwrap().len(), &of_grace[0]["username"]),
                (1, &json!("grace"))
            );
            let table = place.run(&["admin", "sessions"]);
            assert!(
                table.stderr.contains("LAST USED") && table.stderr.contains("grace"),
                "{table:?}"
            );

            let id = of_grace[0]["session_id"].as_str().unwrap();
            let ended = run(&["sign-out", id]).document();
            assert_eq!(
                (&ended["session_id"], &ended["sessions_ended"]),
                (&json!(id), &json!(1))
            );
            assert!(is_in(&root) && !is_in(&grace));
            let again = place.run(&["admin", "sign-out", id]);
            assert!(
                again.status == 0 && again.stderr.contains("had ended before"),
                "{again:?}"
            );
            run(&["sign-out", "nothing"]).failed(1, "there is no session \"nothing\" in the administration");
            run(&["sign-out"]).failed(2, "SESSION");
            run(&["sign-out", "--all", id]).failed(2, "cannot be used with");
            assert_eq!(run(&["sign-out", "--all"]).document()["sessions_ended"], 1);
            assert!(!is_in(&root));
            assert_eq!(run(&["sessions"]).document(), json!([]));
        }
        let service = both.service("vouchsafe:read vouchsafe:write");
        let all = [&["admin", "sign-out", "--all"], &strs(&service)[..]].concat();
        both.elsewhere
            .run(&all)
            .failed(77, "only a person who is an administrator");
        both.let_the_sign_in_grow_old();
        both.elsewhere
            .run(&["admin", "sign-out", "--all"])
            .failed(77, "a sign-in of the last 5 minutes");
        both.elsewhere
            .run(&[
                "admin",
                "create",
                "--username",
                "x",
                "--email",
                "x@example.com",
                "--password-stdin",
            ])
            .failed(2, "works on the database only");
    }
}
