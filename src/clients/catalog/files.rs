//! The files of the catalogue, each with its id.

macro_rules! files {
    ($folder:literal: $($id:literal),+ $(,)?) => {
        &[$(($id, include_str!(concat!("../../../catalog/", $folder, $id, ".toml")))),+]
    };
}

/// Applications, in order of their ids.
pub(super) const APPS: &[(&str, &str)] = files!(
    "": "argo-cd", "bookstack", "directus", "forgejo", "gitea", "gitlab", "grafana", "harbor", "jupyterhub", "kubelogin", "minio", "nextcloud", "node-red", "oauth2-proxy", "outline", "paperless", "pgadmin", "superset", "synapse",
);

/// Libraries and tools, in the order in which they are offered.
pub(super) const LIBRARIES: &[(&str, &str)] = files!(
    "libraries/": "env", "openid-client", "authjs", "oidc-client-ts", "authlib", "spring", "go-oidc", "oauth2-proxy", "curl",
);
