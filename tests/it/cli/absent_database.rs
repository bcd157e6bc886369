//! A database that is not there is hardly the one that was meant: nothing but what begins an installation makes it.

use super::program::Place;
use crate::support::databases::number;
use vouchsafe::config::DatabaseUrl;

#[test]
fn verbs_that_read_and_dry_runs_make_no_database() {
    for place in Place::both() {
        place.file(
            "site.toml",
            "[[users]]\nusername = \"ada\"\nemail = \"ada@example.com\"\n",
        );
        let url = place.database();
        for arguments in [
            &["client", "list"][..],
            &["client", "list", "--json"],
            &["user", "list"],
            &["user", "show", "ada"],
            &["user", "disable", "ada"],
            &["api", "list"],
            &["keys", "list"],
            &["audit", "tail"],
            &["audit", "export"],
            &["audit", "verify"],
            &["session", "list"],
            &["grant", "list"],
            &["admin", "sessions"],
            &["panic", "--all", "--dry-run"],
            &["apply", "-f", "site.toml", "--dry-run"],
        ] {
            let ended = place.run(arguments);
            ended.failed(69, "there is no database of vouchsafe at ");
            assert!(ended.stderr.contains("vouchsafe migrate"), "{ended:?}");
            let named = match &url {
                DatabaseUrl::Sqlite(_) => "data/vouchsafe.db".to_owned(),
                DatabaseUrl::Postgres(_) => url.to_string(),
            };
            assert!(ended.stderr.contains(&named), "{ended:?}");
        }
        match &url {
            DatabaseUrl::Sqlite(file) => assert!(!file.parent().unwrap().exists()),
            DatabaseUrl::Postgres(_) => {
                let tables = "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'";
                assert_eq!(number(&url, tables), 0);
            }
        }
        place.run(&["apply", "-f", "site.toml", "--json"]).document();
        assert_eq!(
            place.run(&["user", "list", "--json"]).document()[0]["username"],
            "ada"
        );
    }
}
