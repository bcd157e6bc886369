//! Flags about a server, where none is named: nobody who gave them meant the database.

use super::*;

#[test]
fn flags_about_a_server_touch_no_database() {
    for place in Place::both() {
        place.create_user("ada");
        let before = place.run(&["audit", "export"]).stdout;
        let secret = place.file("robot.secret", "x").display().to_string();
        for flags in [
            &["--client-id", "robot", "--client-secret-file", &secret][..],
            &["--client-id", "robot"],
            &["--client-secret-file", &secret],
            &["--admin-origin", "https://admin.example.com"],
        ] {
            for verb in [
                &["user", "ban", "ada"][..],
                &["user", "list", "--json"],
                &["apply", "-f", "site.toml"],
                &["migrate"],
                &["serve"],
            ] {
                let words = [verb, flags].concat();
                place.run(&words).failed(2, flags[0]);
            }
        }
        assert_eq!(place.run(&["audit", "export"]).stdout, before);
        // The environment is for all verbs: what it says of who one is at a server says of no server.
        let place = place.with("VOUCHSAFE_TOKEN_FILE", "/nowhere");
        place.run(&["user", "list", "--json"]).document();
    }
}
