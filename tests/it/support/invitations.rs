//! People who are invited, and what they do with their links.

use super::browser::{Browser, hidden};
use super::world::{Answer, World};
use vouchsafe::accounts::invitations::{self, Invitation, Invited};
use vouchsafe::accounts::profile::NewPerson;
use vouchsafe::db;
use vouchsafe_core::model::User;

impl World {
    /// A person without a password, and the code of their link.
    pub(crate) fn invited(&self, username: &str) -> (User, String) {
        let act = self.act();
        let person = NewPerson {
            username: username.to_owned(),
            email: format!("{username}@example.test"),
            ..NewPerson::default()
        };
        let user = person.checked(&act).unwrap();
        let (user, invitation) = self.write(move |tx| invitations::create(tx, &act, &user));
        (user, code_of(&invitation))
    }

    /// The code of a further link.
    pub(crate) fn invite_again(&self, username: &str) -> String {
        let (act, key) = (self.act(), username.to_owned());
        let invited = self.write(move |tx| {
            let user = db!(tx, users::by_login(&key))?.unwrap();
            invitations::invite(tx, &act, &user.id)
        });
        match invited {
            Invited::Done(_, invitation) => code_of(&invitation),
            Invited::Refused(why) => panic!("{why}"),
            Invited::Unknown => panic!("there is no {username}"),
        }
    }
}

fn code_of(invitation: &Invitation) -> String {
    let link = invitation.link("");
    link.strip_prefix("/invitation#").unwrap().to_owned()
}

impl Browser<'_> {
    /// Sends a code, as the first page does.
    pub(crate) fn send_code(&self, code: &str) -> Answer {
        self.send_to_invitation(&[("code", code)])
    }

    /// Sends a code and a password, as the second page does.
    pub(crate) fn choose_password(&self, code: &str, password: &str) -> Answer {
        self.send_to_invitation(&[("code", code), ("password", password)])
    }

    fn send_to_invitation(&self, fields: &[(&str, &str)]) -> Answer {
        let token = hidden(&self.get("/invitation").body, "form_token");
        let mut form = vec![("form_token", token.as_str())];
        form.extend_from_slice(fields);
        self.post("/invitation", &form)
    }
}
