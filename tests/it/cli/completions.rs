//! Shells complete verbs and options.

use super::program::Place;

#[test]
fn each_shell_gets_a_script_that_knows_the_verbs() {
    let place = Place::sqlite();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let ended = place.run(&["completions", shell]);
        assert_eq!(ended.status, 0, "{ended:?}");
        for word in ["vouchsafe", "rotate-secret", "post-logout-redirect-uri", "client"] {
            assert!(ended.stdout.contains(word), "{shell} does not know {word}");
        }
        assert_eq!(ended.stderr, "");
        let document = place.run(&["completions", shell, "--json"]).document();
        assert_eq!(document["script"], ended.stdout.as_str());
    }
    assert!(!place.path("data").exists(), "no database was opened for it");
    place.run(&["completions", "csh"]).failed(2, "powershell");
}

#[test]
fn bash_completes_by_the_script() {
    let place = Place::sqlite();
    let script = place.run(&["completions", "bash"]).stdout;
    place.file("vouchsafe.bash", &script);
    let asked = "source ./vouchsafe.bash; COMP_WORDS=(vouchsafe client rot); COMP_CWORD=2; \
        _vouchsafe vouchsafe rot client; echo \"${COMPREPLY[@]}\"";
    let output = std::process::Command::new("bash")
        .args(["--norc", "-c", asked])
        .current_dir(place.path(""))
        .output()
        .unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "rotate-secret",
        "{output:?}"
    );
}
