//! What the tests need beyond a Rust toolchain, installed where that is ours to do and named where it is not.

use crate::step::{command, root, run, target};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program that tests need: what it is called, whether it is there, and the Debian packages that bring it.
type Need = (&'static str, fn() -> bool, &'static [&'static str]);

const NODE_IS_NEW_ENOUGH: &str = "const [major, minor] = process.versions.node.split('.').map(Number); process.exit(major * 100 + minor < 1819 ? 1 : 0)";

const NEEDS: [Need; 7] = [
    ("perl (builds OpenSSL)", || answers("perl", &["-v"]), &["perl"]),
    (
        "make (builds OpenSSL)",
        || answers("make", &["--version"]),
        &["make"],
    ),
    (
        "PostgreSQL 14 or newer (initdb, postgres)",
        || postgres().is_some(),
        &["postgresql"],
    ),
    ("Chromium", || browser().is_ok(), &["chromium"]),
    (
        "curl (runs the settings that are copied)",
        || answers("curl", &["--version"]),
        &["curl"],
    ),
    (
        "Node 18.19 or newer with npm",
        || answers("node", &["-e", NODE_IS_NEW_ENOUGH]) && answers("npm", &["-v"]),
        &["nodejs", "npm"],
    ),
    (
        "Python 3 with venv and pip",
        || answers("python3", &["-c", "import venv, ensurepip"]),
        &["python3", "python3-venv", "python3-pip"],
    ),
];

/// Installs what is missing when this is Debian and we may; otherwise names it.
pub(crate) fn install() -> Result<(), String> {
    toolchain()?;
    let missing: Vec<&Need> = NEEDS.iter().filter(|(_, present, _)| !present()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|(_, _, packages)| packages.iter().copied())
        .collect();
    let names: Vec<&str> = missing.iter().map(|(name, _, _)| *name).collect();
    let wanted = format!(
        "missing: {}. On Debian: apt-get install {}",
        names.join("; "),
        packages.join(" ")
    );
    if !is_root() || !answers("apt-get", &["--version"]) {
        return Err(wanted);
    }
    debian_install(&packages).map_err(|problem| format!("{problem}\n{wanted}"))?;
    let absent: Vec<&str> = missing
        .iter()
        .filter(|(_, present, _)| !present())
        .map(|(name, _, _)| *name)
        .collect();
    if absent.is_empty() {
        Ok(())
    } else {
        Err(format!("still missing after apt-get: {}", absent.join("; ")))
    }
}

/// Installs Debian packages, as root.
pub(crate) fn debian_install(packages: &[&str]) -> Result<(), String> {
    println!("installing {}", packages.join(" "));
    let apt = |words: &[&str]| {
        let mut apt = command("apt-get", words);
        apt.env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
        run(apt)
    };
    apt(&["update", "--quiet=2"])?;
    apt(&[
        &["install", "--yes", "--quiet=2", "--no-install-recommends"],
        packages,
    ]
    .concat())
}

/// Whether the task runs as root.
pub(crate) fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|answer| answer.stdout.trim_ascii() == b"0")
}

/// A toolchain of rustup's minimal profile lacks the formatter and the linter.
fn toolchain() -> Result<(), String> {
    let lacking: Vec<&str> = ["rustfmt", "clippy"]
        .into_iter()
        .filter(|part| {
            !answers(
                "cargo",
                &[if *part == "rustfmt" { "fmt" } else { part }, "--version"],
            )
        })
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    run(command(
        "rustup",
        &[&["component", "add"], lacking.as_slice()].concat(),
    ))
    .map_err(|problem| format!("missing: {} ({problem})", lacking.join(", ")))
}

/// Whether a program starts and is content.
pub(crate) fn answers(program: &str, words: &[&str]) -> bool {
    let mut asked = command(program, words);
    asked
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    asked.status().is_ok_and(|status| status.success())
}

fn postgres() -> Option<PathBuf> {
    let installed = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let in_path = std::env::var_os("PATH")
        .map(|path| std::env::split_paths(&path).collect())
        .unwrap_or_default();
    let places: Vec<PathBuf> = installed
        .map(|version| version.path().join("bin"))
        .chain::<Vec<PathBuf>>(in_path)
        .collect();
    places
        .into_iter()
        .map(|folder| folder.join("initdb"))
        .find(|program| program.exists())
}

/// The browser: `CHROMIUM`, or the one of the system.
pub(crate) fn browser() -> Result<PathBuf, String> {
    let named = std::env::var_os("CHROMIUM").map(PathBuf::from);
    let usual = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ]
    .map(PathBuf::from);
    named
        .into_iter()
        .chain(usual)
        .find(|path| path.exists())
        .ok_or_else(|| "missing: Chromium".to_owned())
}

/// Fetches the locked packages of `tests/package.json`, unless they are there.
pub(crate) fn node_modules() -> Result<(), String> {
    let tests = root().join("tests");
    if is_current(
        &tests.join("package-lock.json"),
        &tests.join("node_modules/.package-lock.json"),
    ) {
        return Ok(());
    }
    let mut npm = command("npm", &["ci", "--no-fund", "--no-audit", "--ignore-scripts"]);
    npm.current_dir(tests);
    run(npm)
}

/// The Python of an environment that has the packages of `tests/interop/requirements.txt`.
pub(crate) fn python() -> Result<PathBuf, String> {
    let (wanted, place) = (
        root().join("tests/interop/requirements.txt"),
        target().join("interop-python"),
    );
    let (program, stamp) = (place.join("bin/python"), place.join("installed"));
    if !is_current(&wanted, &stamp) {
        let mut venv = command("python3", &["-m", "venv", "--clear"]);
        venv.arg(&place);
        run(venv)?;
        let mut pip = command(&program, &["-m", "pip", "install", "--quiet", "--requirement"]);
        pip.arg(&wanted);
        run(pip)?;
        std::fs::write(&stamp, "").map_err(|error| format!("{}: {error}", stamp.display()))?;
    }
    Ok(program)
}

/// Whether `made` is there and no older than what it is made from.
fn is_current(from: &Path, made: &Path) -> bool {
    let changed = |path: &Path| path.metadata().and_then(|facts| facts.modified());
    matches!((changed(from), changed(made)), (Ok(from), Ok(made)) if made >= from)
}
