//! The tables, once for both databases: diesel's types and the list that a database is compared with.
//!
//! Text identifiers, `BigInt` milliseconds since 1970, bytes, and JSON as text: what both databases store alike.

macro_rules! tables {
    ($($table:ident ($($key:ident),+) { $($column:ident -> $kind:ty,)+ })+) => {
        $(diesel::table! {
            $table ($($key),+) { $($column -> $kind,)+ }
        })+

        diesel::allow_tables_to_appear_in_same_query!($($table),+);

        /// Each table with its columns and their types, as written here.
        pub(super) const SHAPE: &[(&str, &[(&str, &str)])] =
            &[$((stringify!($table), &[$((stringify!($column), stringify!($kind))),+])),+];
    };
}

tables! {
    users (id) {
        id -> Text,
        username -> Text,
        username_key -> Text,
        email -> Text,
        email_key -> Text,
        email_verified -> Bool,
        claims -> Text,
        password_hash -> Nullable<Text>,
        is_admin -> Bool,
        roles -> Text,
        disabled_at -> Nullable<BigInt>,
        banned_at -> Nullable<BigInt>,
        banned_until -> Nullable<BigInt>,
        ban_reason -> Nullable<Text>,
        created_at -> BigInt,
        updated_at -> BigInt,
        managed_by -> Nullable<Text>,
        groups -> Text,
        invitation_digest -> Nullable<Binary>,
        invited_until -> Nullable<BigInt>,
    }

    clients (id) {
        id -> Text,
        epoch -> BigInt,
        disabled_at -> Nullable<BigInt>,
        created_at -> BigInt,
        metadata -> Text,
        kind -> Text,
        name_key -> Text,
        last_used_at -> Nullable<BigInt>,
        managed_by -> Nullable<Text>,
        declared -> Nullable<Text>,
        registrar -> Nullable<Text>,
        unused_until -> Nullable<BigInt>,
        registration_token -> Nullable<Binary>,
        read_again_at -> Nullable<BigInt>,
    }

    client_logos (client_id) {
        client_id -> Text,
        digest -> Text,
        png -> Binary,
    }

    initial_access_tokens (id) {
        id -> Text,
        digest -> Binary,
        uses_left -> BigInt,
        scopes -> Text,
        created_by -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        name -> Text,
    }

    client_secrets (client_id, digest) {
        client_id -> Text,
        digest -> Binary,
        pepper_version -> BigInt,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        last_used_at -> Nullable<BigInt>,
    }

    client_refusals (id) {
        id -> Text,
        client_id -> Text,
        at -> BigInt,
        endpoint -> Text,
        reason -> Text,
        request_id -> Text,
        detail -> Nullable<Text>,
        count -> BigInt,
    }

    client_assertions (digest) {
        digest -> Binary,
        expires_at -> BigInt,
    }

    apis (identifier) {
        identifier -> Text,
        name -> Text,
        token_typ -> Text,
        access_token_lifetime -> Nullable<BigInt>,
        created_at -> BigInt,
        claims -> Text,
        signing_alg -> Text,
        managed_by -> Nullable<Text>,
    }

    api_scopes (name) {
        name -> Text,
        api -> Text,
        position -> BigInt,
        description -> Text,
    }

    sessions (id) {
        id -> Text,
        cookie_digest -> Binary,
        user_id -> Text,
        auth_time -> BigInt,
        acr -> Text,
        amr -> Text,
        idle_expires_at -> BigInt,
        expires_at -> BigInt,
        remember -> Bool,
        ended_at -> Nullable<BigInt>,
    }

    interactions (handle_digest) {
        handle_digest -> Binary,
        browser_digest -> Binary,
        request -> Text,
        created_at -> BigInt,
        expires_at -> BigInt,
        signed_in -> Nullable<Text>,
        account_chosen -> Bool,
        consented -> Nullable<Text>,
        declined -> Nullable<Text>,
        completed_at -> Nullable<BigInt>,
    }

    consents (user_id, client_id) {
        user_id -> Text,
        client_id -> Text,
        scopes -> Text,
        shown -> Text,
        session_id -> Text,
        granted_at -> BigInt,
    }

    grants (id) {
        id -> Text,
        code_digest -> Binary,
        user_id -> Text,
        client_id -> Text,
        session_id -> Text,
        sid -> Text,
        scopes -> Text,
        resources -> Text,
        offline -> Bool,
        auth_time -> BigInt,
        acr -> Text,
        amr -> Text,
        nonce -> Nullable<Text>,
        redirect_uri -> Text,
        code_challenge -> Nullable<Text>,
        code_expires_at -> BigInt,
        code_used_at -> Nullable<BigInt>,
        refreshable -> Bool,
        generation -> BigInt,
        parent -> Nullable<BigInt>,
        rotated_at -> Nullable<BigInt>,
        parent_at -> Nullable<BigInt>,
        recovered -> BigInt,
        idle_expires_at -> BigInt,
        expires_at -> BigInt,
        gver -> BigInt,
        created_at -> BigInt,
        ended_at -> Nullable<BigInt>,
        end_reason -> Nullable<Text>,
        issuer_epoch -> Nullable<BigInt>,
        client_epoch -> Nullable<BigInt>,
        access_until -> Nullable<BigInt>,
        status -> Text,
    }

    status_lists (id) {
        id -> Text,
        number -> BigInt,
        seed -> Binary,
        issuer_epoch -> BigInt,
        leased -> BigInt,
        closes_at -> BigInt,
        expires_at -> BigInt,
    }

    events (id) {
        id -> Text,
        at -> BigInt,
        kind -> Text,
        actor -> Text,
        subject -> Nullable<Text>,
        client_id -> Nullable<Text>,
        target -> Nullable<Text>,
        value -> Nullable<BigInt>,
        request_id -> Nullable<Text>,
        detail -> Text,
        expires_at -> BigInt,
        seq -> Nullable<BigInt>,
        previous -> Nullable<Binary>,
        hash -> Nullable<Binary>,
        feed_before -> Nullable<Binary>,
    }

    issuer_state (id) {
        id -> BigInt,
        epoch -> BigInt,
        timeline -> Text,
        config_version -> BigInt,
    }

    server_secrets (purpose, version) {
        purpose -> Text,
        version -> BigInt,
        sealed -> Binary,
        kek_id -> Text,
    }

    keks (id) {
        id -> Text,
        check_value -> Binary,
        created_at -> BigInt,
    }

    key_set_fetches (network, agent) {
        network -> Text,
        agent -> Text,
        first_at -> BigInt,
        last_at -> BigInt,
        etag -> Text,
    }

    signing_keys (kid) {
        kid -> Text,
        alg -> Text,
        key_use -> Text,
        seq -> BigInt,
        created_at -> BigInt,
        activate_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        public_jwk -> Text,
        sealed -> Nullable<Binary>,
        kek_id -> Text,
    }

    publisher_lease (id) {
        id -> BigInt,
        owner -> Text,
        expires_at -> BigInt,
        published_to -> BigInt,
        last_seq -> BigInt,
        last_hash -> Binary,
        feed_hash -> Binary,
        removed_seq -> BigInt,
        removed_hash -> Binary,
    }

    idempotency_keys (caller, key) {
        caller -> Text,
        key -> Text,
        digest -> Binary,
        made -> Text,
        expires_at -> BigInt,
    }

    search_terms (kind, term, id) {
        kind -> Text,
        term -> Text,
        id -> Text,
    }

    admin_sessions (id) {
        id -> Text,
        cookie_digest -> Binary,
        user_id -> Text,
        started_at -> BigInt,
        proven_at -> BigInt,
        idle_expires_at -> BigInt,
        expires_at -> BigInt,
        ended_at -> Nullable<BigInt>,
    }

    setup_links (digest) {
        digest -> Binary,
        for_first -> Bool,
        created_at -> BigInt,
        expires_at -> BigInt,
        spent_at -> Nullable<BigInt>,
    }

    statistics (hour, measure, label) {
        hour -> BigInt,
        measure -> Text,
        label -> Text,
        amount -> BigInt,
    }

    site_settings (id) {
        id -> BigInt,
        version -> BigInt,
        document -> Text,
    }

    administration (id) {
        id -> BigInt,
    }

    throttles (key) {
        key -> Text,
        count -> BigInt,
        window_started_at -> BigInt,
        expires_at -> BigInt,
    }
}
