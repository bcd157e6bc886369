//! Administrators and their browsers in the administration.

use super::browser::{Browser, hidden};
use super::people::PASSWORD;
use super::world::{Answer, World};
use vouchsafe::db;
use vouchsafe_core::model::{Event, EventKind, User};

impl World {
    /// A person with [`PASSWORD`] who administers the server.
    pub(crate) fn administrator(&self, username: &str) -> User {
        let mut user = self.person(username);
        user.is_admin = true;
        self.sql(&format!(
            "UPDATE users SET is_admin = TRUE WHERE username = '{username}'"
        ));
        user
    }

    /// A browser in which this administrator has just signed in.
    pub(crate) fn admin_browser(&self, username: &str) -> Browser<'_> {
        let browser = self.browser();
        let answer = browser.admin_sign_in(username, PASSWORD);
        assert_eq!(answer.status, 303, "{}", answer.body);
        browser
    }

    /// The events of a kind, in the order of their ids.
    pub(crate) fn events_of(&self, kind: EventKind) -> Vec<Event> {
        let all = self.write(|tx| db!(tx, events::list(None, 10_000)));
        all.into_iter().filter(|event| event.kind == kind).collect()
    }
}

impl Browser<'_> {
    /// Fills in the sign-in page of the administration.
    pub(crate) fn admin_sign_in(&self, username: &str, password: &str) -> Answer {
        let page = self.get("/admin/sign-in");
        let token = hidden(&page.body, "form_token");
        let form = [
            ("form_token", token.as_str()),
            ("username", username),
            ("password", password),
        ];
        self.post("/admin/sign-in", &form)
    }

    /// Sends a form of a page of the administration with the token that the page has, and to the page itself with what else
    /// it makes forms carry.
    pub(crate) fn admin_post(&self, page: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let shown = self.get(page);
        let token = hidden(&shown.body, "form_token");
        let mut form = vec![("form_token", token.as_str())];
        let carried = ["shown", "once"].map(|name| (name, hidden(&shown.body, name)));
        let given = |name: &str| fields.iter().any(|(known, _)| *known == name);
        if page == action {
            let carried = carried
                .iter()
                .filter(|(name, value)| !value.is_empty() && !given(name));
            form.extend(carried.map(|(name, value)| (*name, value.as_str())));
        }
        form.extend_from_slice(fields);
        self.post(action, &form)
    }
}
