//! Somebody who administers the server: types commands at its machine, as the documentation of the command line says.
//!
//! The app has no power over the server. Its buttons ask this somebody, and show what was typed.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// Where commands are typed.
pub trait Terminal: Send + Sync {
    /// Runs `vouchsafe` with these words and waits for its end.
    ///
    /// # Errors
    /// What the program said when it failed.
    fn run(&self, words: &[&str]) -> Result<(), String>;
}

/// The program itself, with the configuration of the server.
#[derive(Clone, Debug)]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// The server's configuration file.
    pub config: PathBuf,
}

impl Terminal for Program {
    fn run(&self, words: &[&str]) -> Result<(), String> {
        let mut command = Command::new(&self.path);
        // What the environment says of another server does not count here.
        command.args(words).arg("--config").arg(&self.config);
        command.env_clear().stdin(Stdio::null());
        match command.output() {
            Ok(output) if output.status.success() => Ok(()),
            Ok(output) => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}
