//! Known attacks, one file per family. Cases that are also the ordinary behaviour of an endpoint stand in that
//! endpoint's tests; each file says which. The whole list is in `docs/attacks.md`.

mod admin_api;
mod admin_pages;
mod administration;
mod authorization_request;
mod client_assertions;
mod clock;
mod codes;
mod crashes;
mod faults;
mod floods;
mod http;
mod invitations;
mod kills;
mod leaks;
mod methods;
mod pkce;
mod races;
mod refresh_and_userinfo;
mod registration;
mod sign_in_and_forms;
mod slowness;
mod token_form;
