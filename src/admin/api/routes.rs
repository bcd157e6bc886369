//! The table of the API: every route with its method, path, permission, where it matters how long ago a person may have
//! signed in, and operation. Nothing else is answered.

use super::operation::{Route, Verb};
use super::{
    apis, audit, caller, clients, grants, initial_tokens, invitations, keys, secrets, sessions, settings,
    statistics, user_acts, users,
};
use caller::{Permission, SignIn};

macro_rules! sign_in {
    () => {
        SignIn::Any
    };
    ($sign_in:ident) => {
        SignIn::$sign_in
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
    Post   "/users"                                Write(RecentForSome)   users CREATE create;
    Get    "/users/{sub}"                          Read                   users READ read;
    Patch  "/users/{sub}"                          Write                  users PATCH patch;
    Delete "/users/{sub}"                          Write                  users DELETE delete;
    Put    "/users/{sub}/password"                 Write(Recent)          user_acts PASSWORD password;
    Post   "/users/{sub}/invitation"               Write(Recent)          invitations INVITE invite;
    Delete "/users/{sub}/invitation"               Write                  invitations END end;
    Put    "/users/{sub}/roles"                    Write                  user_acts ROLES roles;
    Put    "/users/{sub}/groups"                   Write                  user_acts GROUPS groups;
    Put    "/users/{sub}/ban"                      Write                  user_acts BAN ban;
    Delete "/users/{sub}/ban"                      Write                  user_acts UNBAN unban;
    Post   "/users/{sub}/disable"                  Write                  user_acts DISABLE disable;
    Post   "/users/{sub}/enable"                   Write                  user_acts ENABLE enable;
    Put    "/users/{sub}/administrator"            Administer(Recent)     user_acts GRANT_ADMIN grant_admin;
    Delete "/users/{sub}/administrator"            Administer(Recent)     user_acts WITHDRAW_ADMIN withdraw_admin;
    Post   "/users/{sub}/logout"                   Write                  user_acts LOG_OUT log_out;
    Post   "/users/{sub}/touch"                    Signal                 user_acts TOUCH touch;
    Post   "/users/{sub}/revoke"                   Signal                 user_acts REVOKE revoke;
    Get    "/users/{sub}/sessions"                 Read                   user_acts SESSIONS sessions;
    Get    "/users/{sub}/grants"                   Read                   user_acts GRANTS grants;
    Get    "/users/{sub}/consents"                 Read                   user_acts CONSENTS consents;
    Delete "/users/{sub}/consents/{client_id}"     Write                  user_acts WITHDRAW withdraw;
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
    Delete "/sessions/{session_id}"                Write                  sessions END end;
    Get    "/grants"                               Read                   grants LIST list;
    Get    "/grants/{gid}"                         Read                   grants READ read;
    Delete "/grants/{gid}"                         Write                  grants END end;
    Get    "/audit"                                Read                   audit LIST list;
    Get    "/audit/export"                         Read(Recent)           audit EXPORT export;
    Get    "/audit/verification"                   Read                   audit VERIFY verification;
    Get    "/statistics"                           Read                   statistics READ read;
    Get    "/settings"                             Read                   settings READ read;
    Put    "/settings"                             Write                  settings REPLACE replace;
    Patch  "/settings"                             Write                  settings PATCH patch;
}
