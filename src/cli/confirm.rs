//! Asks before something that cannot be taken back.

use super::exit::{Exit, Failure};
use super::output::{Output, harmless};
use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// Asks unless `--yes` was given. Nobody is there to be asked when standard input is not a terminal.
pub(crate) fn confirm(output: &Output, question: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        return Ok(());
    }
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(Failure::new(
            Exit::Usage,
            "standard input is not a terminal, so nobody can be asked; add --yes. Nothing was changed",
        ));
    }
    output.ask(&format!("{question} [y/N] "));
    let mut answer = String::new();
    // An answer that cannot be read is none.
    let _ = stdin.lock().read_line(&mut answer);
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Failure::failed("nothing was changed")),
    }
}

impl Output {
    /// A question, with the cursor behind it.
    #[expect(clippy::unused_self, reason = "all that a verb says goes through here")]
    fn ask(&self, text: &str) {
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "{}", harmless(text)).and_then(|()| stderr.flush());
    }
}
