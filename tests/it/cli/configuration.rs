//! What is said about wrong configurations, where values come from, and files that others can read.

use super::program::{Place, set_mode};
use serde_json::Value;

/// A configuration file and the one problem in it, as it is reported.
const WRONG: [(&str, &str); 34] = [
    (
        "isuer = 'https://id.example.com'",
        "vouchsafe.toml:1: isuer is not a key; did you mean issuer?",
    ),
    (
        "\n[tokens]\nacces_token_lifetime = '5m'",
        "vouchsafe.toml:3: tokens.acces_token_lifetime is not a key; did you mean tokens.access_token_lifetime?",
    ),
    (
        "access_token_lifetime = '5m'",
        "vouchsafe.toml:1: access_token_lifetime is not a key; did you mean tokens.access_token_lifetime?",
    ),
    (
        "[token.refresh]\nretry_window = '10s'",
        "vouchsafe.toml:2: token.refresh.retry_window is not a key; did you mean tokens.refresh.retry_window?",
    ),
    (
        "colour = 'red'",
        "vouchsafe.toml:1: colour is not a key; docs/configuration.md lists them",
    ),
    (
        "tokens = '5m'",
        "vouchsafe.toml:1: tokens is a section; its keys are written below [tokens]",
    ),
    (
        "[[tokens]]",
        "vouchsafe.toml:1: tokens is a section; its keys are written below [tokens]",
    ),
    (
        "issuer = 7300",
        "vouchsafe.toml:1: issuer is a number, not a string",
    ),
    ("issuer = ''", "vouchsafe.toml:1: issuer is empty"),
    (
        "issuer = 'id.example.com'",
        "issuer is \"id.example.com\", not an absolute URL like https://id.example.com",
    ),
    (
        "issuer = 'http://id.example.com'",
        "http is only allowed on a loopback host (localhost, 127.0.0.1, [::1]); use https",
    ),
    (
        "issuer = 'https://id.example.com?a=b'",
        "an issuer has no query and no fragment",
    ),
    (
        "issuer = 'https://id.example.com/auth'",
        "this server lives at the root of its host; write it without the path",
    ),
    (
        "issuer = 'https://id.example.com/'",
        "write it as \"https://id.example.com\"",
    ),
    (
        "issuer = 'https://ann:s3cret@id.example.com'",
        "vouchsafe.toml:1: issuer has a user name or password in it",
    ),
    (
        "listen = '7300'",
        "listen is \"7300\", not an address with a port like 127.0.0.1:7300",
    ),
    (
        "trusted_proxies = '10.0.0.0/8'",
        "trusted_proxies is a string, not a list; write it in square brackets",
    ),
    (
        "trusted_proxies = ['10.0.0.0/8',\n 'proxy']",
        "trusted_proxies has \"proxy\", which is not a network like 10.0.0.0/8",
    ),
    (
        "trusted_proxies = ['10.1.2.3/8']",
        "trusted_proxies has \"10.1.2.3/8\", which sets bits beyond the prefix; write 10.0.0.0/8",
    ),
    (
        "[database]\nurl = 'mysql://ann:s3cret@db/vs'",
        "vouchsafe.toml:2: database.url is neither sqlite://PATH nor postgres://USER@HOST/NAME",
    ),
    (
        "[tokens]\naccess_token_lifetime = '5 min'",
        "tokens.access_token_lifetime is \"5 min\", not a duration; write for example 90s, 15m, 12h or 7d",
    ),
    (
        "[tokens]\naccess_token_lifetime = 300",
        "is a number without a unit; write for example \"300s\" or \"300m\"",
    ),
    (
        "[tokens]\naccess_token_lifetime = '25h'",
        "vouchsafe.toml:2: tokens.access_token_lifetime is 25h, but may be at most 1d",
    ),
    (
        "[tokens]\ncode_lifetime = '0s'",
        "tokens.code_lifetime is 0s, but must be at least 1s",
    ),
    (
        "[keys.rotation]\ninterval = '1h'",
        "keys.rotation.interval is 1h, but must be at least 1d",
    ),
    (
        "[keys.rotation]\npublish_ahead = '12h'",
        "keys.rotation.publish_ahead is 12h, but must be at least 1d",
    ),
    (
        "[keys.rotation]\ninterval = '3d'\npublish_ahead = '4d'",
        "vouchsafe.toml:3: keys.rotation.publish_ahead is longer than keys.rotation.interval",
    ),
    (
        "[passwords]\nminimum_length = '12'",
        "passwords.minimum_length is a string, not a whole number (without quotes)",
    ),
    (
        "[rate_limits]\nenabled = 'yes'",
        "rate_limits.enabled is a string, not true or false (without quotes)",
    ),
    (
        "rate_limits.sign_in.per_account = '10'",
        "rate_limits.sign_in.per_account is \"10\", not a limit; write for example 10/15m",
    ),
    (
        "[registration]\ndynamic = 'opn'",
        "registration.dynamic is \"opn\", not one of off, token, open; did you mean \"open\"?",
    ),
    (
        "[registration]\nscopes = ['openid', 'vouchsafe:write']",
        "vouchsafe.toml:2: registration.scopes has \"vouchsafe:write\", which only an administrator gives a client",
    ),
    (
        "[mail]\ntransport = 'file'",
        "vouchsafe.toml:2: mail.transport is file, but mail.dir is not set",
    ),
    (
        "[log]\nfilter = 'vouchsafe=loud'",
        "vouchsafe.toml:2: log.filter is \"vouchsafe=loud\", not a level",
    ),
];

#[test]
fn each_wrong_configuration_is_named_with_its_line_and_stops_with_78() {
    let place = Place::sqlite();
    for (text, problem) in WRONG {
        place.file("vouchsafe.toml", text);
        let ended = place.run(&["config", "check"]);
        ended.failed(78, problem);
        assert!(
            ended.stderr.contains("the configuration has a problem:"),
            "{ended:?}"
        );
        assert!(!ended.stderr.contains("s3cret"), "{ended:?}");
    }
}

#[test]
fn files_that_are_no_toml_name_the_line() {
    let place = Place::sqlite();
    for (text, line) in [
        ("issuer = 'a'\nissuer = 'b'\n", 2),
        ("listen: 127.0.0.1:7300\n", 1),
        ("\n\n[tokens\n", 3),
        ("issuer = https://id.example.com\n", 1),
    ] {
        place.file("vouchsafe.toml", text);
        place
            .run(&["config", "check"])
            .failed(78, &format!("vouchsafe.toml:{line}: is not valid TOML:"));
    }
}

#[test]
fn everything_that_is_wrong_is_reported_at_once_in_order() {
    let place = Place::sqlite()
        .with("VOUCHSAFE__TOKENS__CODE_LIFETIME", "soon")
        .with("VOUCHSAFE__ISUER", "https://id.example.com");
    place.file(
        "vouchsafe.toml",
        "colour = 'red'\nlisten = 'here'\n[mail]\ntransport = 'pigeon'\n",
    );
    let ended = place.run(&["serve", "--issuer", "http://id.example.com"]);
    assert_eq!(ended.status, 78);
    let reported: Vec<_> = ended.stderr.lines().map(str::trim).collect();
    let begins = [
        "error: the configuration has 6 problems:",
        "vouchsafe.toml:1: colour ",
        "vouchsafe.toml:2: listen ",
        "vouchsafe.toml:4: mail.transport is \"pigeon\", not one of smtp, file, off",
        "environment variable VOUCHSAFE__ISUER: sets no key; did you mean VOUCHSAFE__ISSUER?",
        "environment variable VOUCHSAFE__TOKENS__CODE_LIFETIME: tokens.code_lifetime is \"soon\"",
        "flag --issuer: issuer is \"http://id.example.com\": http is only allowed on a loopback host",
    ];
    assert_eq!(reported.len(), begins.len(), "{ended:?}");
    for (line, begin) in reported.iter().zip(begins) {
        assert!(line.starts_with(begin), "{line} does not begin with {begin}");
    }
}

#[test]
fn problems_as_json_have_file_line_and_key() {
    let place = Place::sqlite();
    place.file("vouchsafe.toml", "\nisuer = 'x'\n");
    let ended = place.run(&["config", "check", "--json"]);
    assert_eq!(ended.status, 78);
    let document: Value = serde_json::from_str(&ended.stdout).unwrap();
    let problem = &document["problems"][0];
    assert_eq!(document["valid"], false);
    assert_eq!(
        (&problem["file"], &problem["line"], &problem["key"]),
        (&"vouchsafe.toml".into(), &2.into(), &"isuer".into())
    );
    place.file("vouchsafe.toml", "");
    assert_eq!(
        place.run(&["config", "check", "--json"]).document()["valid"],
        true
    );
}

/// The value in effect and its source.
fn setting(place: &Place, arguments: &[&str], key: &str) -> (String, String) {
    let document = place
        .run(&[&["config", "show", "--json"], arguments].concat())
        .document();
    let found = document
        .as_array()
        .unwrap()
        .iter()
        .find(|setting| setting["key"] == key)
        .unwrap()
        .clone();
    (
        found["value"].as_str().unwrap().to_owned(),
        found["source"].as_str().unwrap().to_owned(),
    )
}

#[test]
fn a_flag_beats_a_variable_beats_the_file_beats_the_default() {
    let place = Place::sqlite();
    let shown = |place: &Place, flags: &[&str]| setting(place, flags, "data_dir");
    let expect = |value: &str, source: &str| (value.to_owned(), source.to_owned());
    assert_eq!(shown(&place, &[]), expect("./data", "default"));
    place.file("vouchsafe.toml", "# a comment\ndata_dir = '/srv/a'\n");
    assert_eq!(shown(&place, &[]), expect("/srv/a", "vouchsafe.toml:2"));
    let place = place.with("VOUCHSAFE__DATA_DIR", "/srv/b");
    assert_eq!(
        shown(&place, &[]),
        expect("/srv/b", "environment variable VOUCHSAFE__DATA_DIR")
    );
    assert_eq!(
        shown(&place, &["--data-dir", "/srv/c"]),
        expect("/srv/c", "flag --data-dir")
    );
    assert_eq!(
        setting(&place, &["--data-dir", "/srv/c"], "database.url").0,
        "sqlite:///srv/c/vouchsafe.db"
    );
}

#[test]
fn the_file_is_the_named_one_and_must_be_there() {
    let place = Place::sqlite();
    place.file("vouchsafe.toml", "data_dir = '/srv/default'");
    place.file("named.toml", "data_dir = '/srv/named'");
    place.file("other.toml", "data_dir = '/srv/other'");
    assert_eq!(
        setting(&place, &["--config", "named.toml"], "data_dir").0,
        "/srv/named"
    );
    let place = place.with("VOUCHSAFE_CONFIG", "other.toml");
    assert_eq!(setting(&place, &[], "data_dir").0, "/srv/other");
    assert_eq!(
        setting(&place, &["--config", "named.toml"], "data_dir").0,
        "/srv/named"
    );
    place
        .run(&["config", "check", "--config", "gone.toml"])
        .failed(78, "flag --config: names gone.toml, which cannot be read");
}

#[test]
fn lists_and_durations_come_from_variables_too() {
    let place = Place::sqlite()
        .with("VOUCHSAFE__TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1")
        .with("VOUCHSAFE__TOKENS__REFRESH__RETRY_WINDOW", "20s")
        .with("VOUCHSAFE__PASSWORDS__MINIMUM_LENGTH", "16");
    assert_eq!(
        setting(&place, &[], "trusted_proxies").0,
        "[10.0.0.0/8, 192.0.2.1/32]"
    );
    assert_eq!(setting(&place, &[], "tokens.refresh.retry_window").0, "20s");
    assert_eq!(setting(&place, &[], "passwords.minimum_length").0, "16");
}

const WITH_PASSWORD: &str = "postgres://ann:s3cret@127.0.0.1:1/vs";

#[test]
fn a_variable_that_is_like_no_other_is_not_taken_for_one() {
    for (variable, meant) in [
        ("VOUCHSAFE__TOKENS__FOO", None),
        ("VOUCHSAFE__QUUX", None),
        ("VOUCHSAFE__KEYS__DRI", Some("VOUCHSAFE__KEYS__DIR")),
        (
            "VOUCHSAFE__RETRY_WINDOW",
            Some("VOUCHSAFE__TOKENS__REFRESH__RETRY_WINDOW"),
        ),
    ] {
        let ended = Place::sqlite().with(variable, "1").run(&["config", "check"]);
        ended.failed(78, &format!("environment variable {variable}: sets no key"));
        let asked = meant.map(|meant| format!("did you mean {meant}?"));
        assert_eq!(
            ended.stderr.contains("did you mean"),
            asked.is_some(),
            "{ended:?}"
        );
        assert!(ended.stderr.contains(&asked.unwrap_or_default()), "{ended:?}");
    }
}

#[test]
fn a_secret_is_never_shown() {
    let place = Place::sqlite().with("VOUCHSAFE__DATABASE__URL", WITH_PASSWORD);
    for arguments in [
        &["config", "show"][..],
        &["config", "show", "--json"],
        &["config", "check"],
        &["keys", "list"],
    ] {
        let ended = place.run(arguments);
        assert!(!format!("{ended:?}").contains("s3cret"), "{ended:?}");
    }
    assert_eq!(
        setting(&place, &[], "database.url").0,
        "postgres://ann:***@127.0.0.1:1/vs"
    );
}

#[test]
fn a_url_that_the_driver_may_read_otherwise_is_refused_and_never_repeated() {
    for written in [
        "ann:s3c#pw7x@127.0.0.1:1/vs",
        "ann:s3c?pw7x@127.0.0.1:1/vs",
        "ann:s3c/pw7x@127.0.0.1:1/vs",
        "ann:s3c@pw7x@127.0.0.1:1/vs",
        "ann:s3c%pw7x@127.0.0.1:1/vs",
        "ann:s3cpw7x",
        "127.0.0.1:1/vs?user=ann&password=s3c&pw7x",
        "127.0.0.1:1/vs?user=ann&password=s3c=pw7x",
        "127.0.0.1:1/vs?user=ann&password=s3c%pw7x",
        "127.0.0.1:1/vs?user=ann&pass%77ord=s3cpw7x",
    ] {
        let place = Place::sqlite().with("VOUCHSAFE__DATABASE__URL", &format!("postgres://{written}"));
        for arguments in [
            &["config", "show"][..],
            &["config", "show", "--json"],
            &["config", "check"],
            &["keys", "list"],
            &["serve"],
        ] {
            let ended = place.run(arguments);
            let said = format!("{ended:?}");
            assert!(!said.contains("s3c") && !said.contains("pw7x"), "{said}");
            ended.failed(78, "database.url ");
        }
    }
    let place = Place::sqlite().with(
        "VOUCHSAFE__DATABASE__URL",
        "postgres://ann:s3c%23pw7x@127.0.0.1:1/vs",
    );
    assert_eq!(
        setting(&place, &[], "database.url").0,
        "postgres://ann:***@127.0.0.1:1/vs"
    );
}

#[test]
fn a_secret_file_that_others_can_read_stops_with_78() {
    let place = Place::sqlite();
    let secret = place.file("url", &format!("{WITH_PASSWORD}\n"));
    let place = place.with("VOUCHSAFE__DATABASE__URL_FILE", "url");
    assert_eq!(
        setting(&place, &[], "database.url").0,
        "postgres://ann:***@127.0.0.1:1/vs"
    );
    for mode in [0o644, 0o640, 0o604] {
        set_mode(&secret, mode);
        place.run(&["config", "check"]).failed(
            78,
            "VOUCHSAFE__DATABASE__URL_FILE: database.url_file names url, which can be read by others",
        );
    }
    std::fs::remove_file(&secret).unwrap();
    place
        .run(&["config", "check"])
        .failed(78, "names url, which cannot be read");
}

#[test]
fn a_configuration_file_with_a_password_that_others_can_read_stops_with_78() {
    let place = Place::sqlite();
    let file = place.file(
        "vouchsafe.toml",
        &format!("[database]\nurl = '{WITH_PASSWORD}'\n"),
    );
    assert_eq!(place.run(&["config", "check"]).status, 0);
    set_mode(&file, 0o644);
    place.run(&["config", "check"]).failed(
        78,
        "vouchsafe.toml:2: database.url has a password, and the file can be read by others",
    );
    place.file(
        "vouchsafe.toml",
        "[database]\nurl = 'postgres://ann@127.0.0.1/vs'\n",
    );
    set_mode(&file, 0o644);
    assert_eq!(
        place.run(&["config", "check"]).status,
        0,
        "without a password it is no secret"
    );
}

#[test]
fn a_secret_in_two_ways_is_refused() {
    let place = Place::sqlite().with("VOUCHSAFE__DATABASE__URL", WITH_PASSWORD);
    place.file("url", WITH_PASSWORD);
    let place = place.with("VOUCHSAFE__DATABASE__URL_FILE", "url");
    place.run(&["config", "check"]).failed(
        78,
        "database.url_file is set beside database.url; set one of them",
    );
}

#[test]
fn what_is_allowed_but_not_meant_is_a_warning() {
    let place = Place::sqlite();
    place.file(
        "vouchsafe.toml",
        "listen = '0.0.0.0:80'\n[registration]\ndynamic = 'open'\n",
    );
    let document = place.run(&["config", "check", "--json"]).document();
    assert_eq!(document["warnings"].as_array().unwrap().len(), 3, "{document}");
}
