//! Has the program built again when a migration is added: the folder is embedded, and nothing else watches it.

#![expect(clippy::print_stdout, reason = "the words of a build script to cargo")]

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
