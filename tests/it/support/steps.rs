//! What a person does at the pages, step by step.

use super::browser::{Browser, hidden};
use super::people::Registered;
use super::relying_party::param;
use super::world::Answer;

/// A page that a browser is at.
pub(crate) struct Page {
    /// Its address.
    pub(crate) at: String,
    /// How it was answered.
    pub(crate) answer: Answer,
}

impl Page {
    /// The last part of its address: `login`, `consent`, …
    pub(crate) fn name(&self) -> &str {
        self.at.split('?').next().unwrap().rsplit('/').next().unwrap()
    }

    /// Whether the page holds this text.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.answer.body.contains(text)
    }

    /// The hub of the page's interaction.
    pub(crate) fn hub(&self) -> &str {
        self.at.rsplit_once('/').unwrap().0
    }
}

impl Browser<'_> {
    /// Goes wherever an authorization request leads.
    pub(crate) fn ask(&self, client: &Registered, over: &[(&str, &str)]) -> Page {
        self.go(&client.authorization(over))
    }

    /// Goes to an address and follows redirects within the server.
    pub(crate) fn go(&self, url: &str) -> Page {
        let (at, answer) = self.open(url);
        Page { at, answer }
    }

    /// Sends the page's form with these fields, and stays at the answer.
    pub(crate) fn submit(&self, page: &Page, fields: &[(&str, &str)]) -> Answer {
        let token = hidden(&page.answer.body, "form_token");
        let form: Vec<_> = [("form_token", token.as_str())]
            .into_iter()
            .chain(fields.iter().copied())
            .collect();
        self.post(page.at.split('?').next().unwrap(), &form)
    }

    /// Sends the page's form with these fields, and follows where it leads.
    pub(crate) fn fill(&self, page: &Page, fields: &[(&str, &str)]) -> Page {
        let (at, answer) = self.follow(self.submit(page, fields), &page.at);
        Page { at, answer }
    }
}

/// The code at the end of a flow.
pub(crate) fn code(page: &Page) -> String {
    param(&page.at, "code").unwrap_or_else(|| panic!("no code at {}", page.at))
}

/// The error code at the end of a flow.
pub(crate) fn error(page: &Page) -> String {
    param(&page.at, "error").unwrap_or_else(|| panic!("no error at {}", page.at))
}
