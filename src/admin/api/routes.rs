//! The table of the API: every route with its method, path, permission, where it matters how long ago a person may have
//! signed in (what is done to whom, or always), and operation. Nothing else is answered.

use super::operation::{Route, Verb};
use super::{
    admin_sessions, apis, audit, caller, clients, grants, initial_tokens, invitations, keys, secrets,
    sessions, settings, statistics, user_acts, users,
};
use crate::accounts::person_acts::PersonAct;
use caller::{Permission, SignIn};

macro_rules! sign_in {
    () => {
        SignIn::Any
    };
    (Recent) => {
        SignIn::Recent
    };
    ($act:ident) => {
        SignIn::For(PersonAct::$act)
    };
}

macro_rules! table {
    ($($verb:ident $path:literal $permission:ident $(($sign_in:ident))? $file:ident $operation:ident $handler:ident;)+) => {
        /// Every route.
        pub const ROUTES: &[Route] = &[$(Route {
            method: Verb::$verb,
            path: $path,
            permission: Permission::$permission,
            sign_in: sign_in!($($sign_in)?),
            operation: &$file::$operation,
            run: |call| Box::pin($file::$handler(call)),
        }),+];
    };
}

table! {
    Get    "/users"                                Read                   users LIST list;
    Post   "/users"                                Write(Create)          users CREATE create;
    Get    "/users/{sub}"                          Read                   users READ read;
    Patch  "/users/{sub}"                          Write(UpdateProfile)   users PATCH patch;
    Delete "/users/{sub}"                          Write(Delete)          users DELETE delete;
    Put    "/users/{sub}/password"                 Write(SetPassword)     user_acts PASSWORD password;
    Post   "/users/{sub}/invitation"               Write(Invite)          invitations INVITE invite;
    Delete "/users/{sub}/invitation"               Write(EndInvitation)   invitations END end;
    Put    "/users/{sub}/roles"                    Write(SetRoles)        user_acts ROLES roles;
    Put    "/users/{sub}/groups"                   Write(SetRoles)        user_acts GROUPS groups;
    Put    "/users/{sub}/ban"                      Write(Ban)             user_acts BAN ban;
    Delete "/users/{sub}/ban"                      Write(Unban)           user_acts UNBAN unban;
    Post   "/users/{sub}/disable"                  Write(Disable)         user_acts DISABLE disable;
    Post   "/users/{sub}/enable"                   Write(Enable)          user_acts ENABLE enable;
    Put    "/users/{sub}/administrator"            Administer(SetAdmin)   user_acts GRANT_ADMIN grant_admin;
    Delete "/users/{sub}/administrator"            Administer(SetAdmin)   user_acts WITHDRAW_ADMIN withdraw_admin;
    Post   "/users/{sub}/logout"                   Write(SignOut)         user_acts LOG_OUT log_out;
    Post   "/users/{sub}/touch"                    Signal                 user_acts TOUCH touch;
    Post   "/users/{sub}/revoke"                   Signal(SignOut)        user_acts REVOKE revoke;
    Get    "/users/{sub}/sessions"                 Read                   user_acts SESSIONS sessions;
    Get    "/users/{sub}/grants"                   Read                   user_acts GRANTS grants;
    Get    "/users/{sub}/consents"                 Read                   user_acts CONSENTS consents;
    Delete "/users/{sub}/consents/{client_id}"     Write(EndHeld)         user_acts WITHDRAW withdraw;
    Get    "/clients"                              Read                   clients LIST list;
    Post   "/clients"                              Write(Recent)          clients CREATE create;
    Get    "/clients/{client_id}"                  Read                   clients READ read;
    Put    "/clients/{client_id}"                  Write(Recent)          clients REPLACE replace;
    Patch  "/clients/{client_id}"                  Write(Recent)          clients PATCH patch;
    Delete "/clients/{client_id}"                  Write(Recent)          clients DELETE delete;
    Post   "/clients/{client_id}/disable"          Write                  clients DISABLE disable;
    Post   "/clients/{client_id}/enable"           Write                  clients ENABLE enable;
    Get    "/clients/{client_id}/secrets"          Read                   secrets LIST list;
    Post   "/clients/{client_id}/secrets"          Write(Recent)          secrets ADD add;
    Post   "/clients/{client_id}/secrets/rotate"   Write(Recent)          secrets ROTATE rotate;
    Delete "/clients/{client_id}/secrets/{secret}" Write(Recent)          secrets END end;
    Get    "/initial-tokens"                       Read                   initial_tokens LIST list;
    Post   "/initial-tokens"                       Write(Recent)          initial_tokens CREATE create;
    Get    "/initial-tokens/{id}"                  Read                   initial_tokens READ read;
    Delete "/initial-tokens/{id}"                  Write(Recent)          initial_tokens REVOKE revoke;
    Get    "/apis"                                 Read                   apis LIST list;
    Post   "/apis"                                 Write                  apis CREATE create;
    Get    "/apis/{id}"                            Read                   apis READ read;
    Put    "/apis/{id}"                            Write                  apis REPLACE replace;
    Patch  "/apis/{id}"                            Write                  apis PATCH patch;
    Delete "/apis/{id}"                            Write                  apis DELETE delete;
    Get    "/keys"                                 Read                   keys LIST list;
    Post   "/keys/rotate"                          Write(Recent)          keys ROTATE rotate;
    Post   "/keys/{kid}/revoke"                    Write(Recent)          keys REVOKE revoke;
    Get    "/sessions"                             Read                   sessions LIST list;
    Get    "/sessions/{session_id}"                Read                   sessions READ read;
    Delete "/sessions/{session_id}"                Write(EndHeld)         sessions END end;
    Get    "/admin-sessions"                       Read                   admin_sessions LIST list;
    Delete "/admin-sessions"                       Administer(EndAdminSession) admin_sessions END_ALL end_all;
    Get    "/admin-sessions/{session_id}"          Read                   admin_sessions READ read;
    Delete "/admin-sessions/{session_id}"          Administer(EndAdminSession) admin_sessions END end;
    Get    "/grants"                               Read                   grants LIST list;
    Get    "/grants/{gid}"                         Read                   grants READ read;
    Delete "/grants/{gid}"                         Write(EndHeld)         grants END end;
    Get    "/audit"                                Read                   audit LIST list;
    Get    "/audit/records"                        Read                   audit RECORDS records;
    Get    "/audit/export"                         Read(Recent)           audit EXPORT export;
    Get    "/audit/verification"                   Read                   audit VERIFY verification;
    Get    "/statistics"                           Read                   statistics READ read;
    Get    "/settings"                             Read                   settings READ read;
    Put    "/settings"                             Write                  settings REPLACE replace;
    Patch  "/settings"                             Write                  settings PATCH patch;
}
