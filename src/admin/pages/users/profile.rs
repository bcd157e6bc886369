//! A person's names, address and claims (OpenID Connect Core §5.1), changed.

use super::new::{sentence, taken};
use super::{Named, path_of, person, proven_for};
use crate::accounts::administration;
use crate::accounts::person_acts::PersonAct;
use crate::accounts::profile::{ProfileChange, Updated};
use crate::admin::access::{Admin, AdminForm};
use crate::admin::form::{self, Errors};
use crate::admin::pages::layout::{Section, Shell, answer};
use crate::db;
use crate::store::StoreError;
use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;
use serde_json::{Map, Value, json};
use vouchsafe_core::model::User;
use vouchsafe_core::spec::params::Params;

const PROOF: (PersonAct, &str) = (PersonAct::UpdateProfile, "/profile");

/// The claims that are texts, as the page names them, with what to mind.
const TEXTS: [(&str, &str, &str); 14] = [
    ("name", "Full name", ""),
    ("given_name", "Given name", ""),
    ("middle_name", "Middle name", ""),
    ("family_name", "Family name", ""),
    ("nickname", "Nickname", ""),
    (
        "preferred_username",
        "Preferred user name",
        "What applications show; the user name when left out",
    ),
    ("profile", "Profile page", "An http or https URL"),
    ("picture", "Picture", "An http or https URL"),
    ("website", "Web site", "An http or https URL"),
    ("gender", "Gender", ""),
    ("birthdate", "Birthdate", "YYYY-MM-DD, 0000-MM-DD or YYYY"),
    ("zoneinfo", "Time zone", "Such as Europe/Paris"),
    ("locale", "Language", "A language tag, such as en-US"),
    ("phone_number", "Telephone", "Best as +1 (604) 555-1234"),
];

/// The members of an address.
const ADDRESS: [(&str, &str); 5] = [
    ("street_address", "Street"),
    ("locality", "Town"),
    ("region", "Region"),
    ("postal_code", "Postal code"),
    ("country", "Country"),
];

const OWN: [&str; 6] = [
    "shown",
    "username",
    "email",
    "email_verified",
    "phone_number_verified",
    "formatted",
];

#[derive(Template)]
#[template(path = "admin/users/profile.html")]
struct ProfilePage {
    shell: Shell,
    errors: Errors,
    who: Named,
    /// The version of the profile that the page was made of.
    shown: String,
    username: String,
    email: String,
    email_verified: bool,
    texts: Vec<Field>,
    phone_number_verified: bool,
    street: String,
    address: Vec<Field>,
    formatted: String,
}

struct Field {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
}

/// What the page calls a claim.
pub(super) fn label(claim: &str) -> &str {
    let known = TEXTS.iter().find(|(name, ..)| *name == claim);
    known.map_or_else(
        || if claim == "address" { "Address" } else { claim },
        |(_, label, _)| label,
    )
}

/// `GET /admin/users/{sub}/profile`.
pub(super) async fn get(admin: Admin, sub: web::Path<String>) -> HttpResponse {
    let shown = async {
        let user = person(&admin, &sub).await?;
        proven_for(&admin, &user, PROOF)?;
        Ok(page(&admin, &user, &of_person(&user), Errors::default()))
    };
    shown.await.unwrap_or_else(|instead: HttpResponse| instead)
}

/// `POST /admin/users/{sub}/profile`.
pub(super) async fn post(form: AdminForm, sub: web::Path<String>) -> HttpResponse {
    take(&form, &sub).await.unwrap_or_else(|instead| instead)
}

async fn take(form: &AdminForm, sub: &str) -> Result<HttpResponse, HttpResponse> {
    let names: Vec<&str> = OWN
        .into_iter()
        .chain(TEXTS.iter().map(|(name, ..)| *name))
        .chain(ADDRESS.iter().map(|(name, _)| *name))
        .collect();
    form::only(form, &names)?;
    let (admin, typed) = (&form.admin, Typed::of(&form.fields, &names));
    let user = person(admin, sub).await?;
    proven_for(admin, &user, PROOF)?;
    let (act, id, sent) = (admin.act(), user.id.clone(), typed.clone());
    let done = admin.cx.store().write("update-profile", move |tx| {
        let Some(now) = db!(tx, users::lock(&id))? else {
            return Ok(Ok(Updated::Unknown));
        };
        let before = of_person(&now);
        if sent.value("shown") != before.value("shown") {
            return Ok(Err(Box::new(now)));
        }
        let change = sent.change(&before, now.email_verified);
        administration::update_profile(tx, &act, &id, &change).map(Ok)
    });
    let done = match done.await {
        Ok(Err(now)) => return Ok(stale(admin, &now, typed)),
        Ok(Ok(updated)) => Ok(updated),
        Err(error) => Err(error),
    };
    match done {
        Ok(Updated::Done(_)) => {
            let words = "The profile is saved. Applications fetch new tokens.";
            Ok(admin.done(&path_of(&user.id), words))
        }
        Ok(Updated::Refused(problem)) => {
            let field = if problem.field() == "address" {
                "street_address"
            } else {
                problem.field()
            };
            let errors = Errors::one(field, sentence(&problem));
            Ok(page(admin, &user, &typed, errors))
        }
        Ok(Updated::Unknown) => Err(admin.not_found()),
        Err(StoreError::Conflict(unique)) => match taken(unique) {
            Some(errors) => Ok(page(admin, &user, &typed, errors)),
            None => Err(admin.failed(StoreError::Conflict(unique))),
        },
        Err(error) => Err(admin.failed(error)),
    }
}

/// The fields of the form by their names: empty when left empty, or not ticked.
#[derive(Clone)]
struct Typed(Vec<(String, String)>);

impl Typed {
    fn of(fields: &Params, names: &[&str]) -> Self {
        let value = |name: &str| fields.one(name).unwrap_or_default().trim().replace("\r\n", "\n");
        Self(
            names
                .iter()
                .map(|name| ((*name).to_owned(), value(name)))
                .collect(),
        )
    }

    fn value(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value.as_str())
    }

    fn ticked(&self, name: &str) -> bool {
        !self.value(name).is_empty()
    }

    /// What differs from what is stored, which is what the page was made of: claims that the form cannot show as they
    /// are stay as they are.
    fn change(&self, before: &Self, email_verified: bool) -> ProfileChange {
        let changed =
            |name: &str| (self.value(name) != before.value(name)).then(|| self.value(name).to_owned());
        let mut claims = Map::new();
        for (name, ..) in TEXTS {
            if let Some(text) = changed(name) {
                let value = if text.is_empty() {
                    Value::Null
                } else {
                    Value::String(text)
                };
                claims.insert(name.to_owned(), value);
            }
        }
        let verified = self.ticked("phone_number_verified");
        if verified != before.ticked("phone_number_verified") || claims.contains_key("phone_number") {
            let has_number = self.ticked("phone_number");
            let value = if has_number { json!(verified) } else { Value::Null };
            claims.insert("phone_number_verified".to_owned(), value);
        }
        let members = || ADDRESS.iter().map(|(name, _)| *name).chain(["formatted"]);
        if members().any(|name| changed(name).is_some()) {
            let given = members().filter(|name| self.ticked(name));
            let address: Map<_, _> = given
                .map(|name| (name.to_owned(), json!(self.value(name))))
                .collect();
            let value = if address.is_empty() {
                Value::Null
            } else {
                Value::Object(address)
            };
            claims.insert("address".to_owned(), value);
        }
        let new_address = changed("email");
        let verified = self.ticked("email_verified");
        let said = new_address.is_some() || verified != email_verified;
        ProfileChange {
            username: changed("username"),
            email: new_address,
            email_verified: said.then_some(verified),
            claims,
        }
    }
}

/// What is stored, as the form holds it.
fn of_person(user: &User) -> Typed {
    let text = |value: Option<&Value>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let tick = |ticked: bool| if ticked { "yes" } else { "" }.to_owned();
    let address = user.claims.get("address");
    let phone_verified = user.claims.get("phone_number_verified").and_then(Value::as_bool);
    let mut fields = vec![
        ("username".to_owned(), user.username.clone()),
        ("email".to_owned(), user.email.clone()),
        ("email_verified".to_owned(), tick(user.email_verified)),
        (
            "phone_number_verified".to_owned(),
            tick(phone_verified == Some(true)),
        ),
    ];
    let texts = TEXTS
        .iter()
        .map(|(name, ..)| ((*name).to_owned(), text(user.claims.get(*name))));
    fields.extend(texts);
    let members = ADDRESS.iter().map(|(name, _)| *name).chain(["formatted"]);
    fields.extend(members.map(|name| {
        (
            name.to_owned(),
            text(address.and_then(|address| address.get(name))),
        )
    }));
    fields.push(("shown".to_owned(), form::version(&fields)));
    Typed(fields)
}

/// 409, with what was typed: who reads what it says may save it all the same.
fn stale(admin: &Admin, now: &User, typed: Typed) -> HttpResponse {
    let mut fields = typed.0;
    fields.retain(|(name, _)| name != "shown");
    let current = of_person(now).value("shown").to_owned();
    fields.push(("shown".to_owned(), current));
    let errors = Errors::one("user-profile-form", form::CHANGED_SINCE);
    answered(admin, StatusCode::CONFLICT, (now, &Typed(fields), errors))
}

fn page(admin: &Admin, user: &User, typed: &Typed, errors: Errors) -> HttpResponse {
    answered(admin, errors.status(), (user, typed, errors))
}

fn answered(
    admin: &Admin,
    status: StatusCode,
    (user, typed, errors): (&User, &Typed, Errors),
) -> HttpResponse {
    let value = |name: &str| typed.value(name).to_owned();
    let view = ProfilePage {
        shell: admin.shell(Section::Users, "Profile"),
        errors,
        who: Named::of(admin, user),
        shown: value("shown"),
        username: value("username"),
        email: value("email"),
        email_verified: typed.ticked("email_verified"),
        texts: TEXTS
            .iter()
            .map(|(name, label, hint)| Field {
                name,
                label,
                hint,
                value: value(name),
            })
            .collect(),
        phone_number_verified: typed.ticked("phone_number_verified"),
        street: value("street_address"),
        address: ADDRESS
            .iter()
            .skip(1)
            .map(|(name, label)| Field {
                name,
                label,
                hint: "",
                value: value(name),
            })
            .collect(),
        formatted: value("formatted"),
    };
    answer(admin, status, &view)
}
