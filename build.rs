//! Has the program built again when a migration is added: the folder is embedded, and nothing else watches it.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=build.rs");
}
