//! Logos of clients, as we drew them: a picture and nothing else, whoever looks at it how.

use crate::cx::Cx;
use crate::db;
use crate::failure::Failure;
use crate::web::told::Told;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, web};

/// `GET /static/logos/{digest}.png`.
pub(super) async fn get(cx: Cx, digest: web::Path<String>) -> HttpResponse {
    // Those of before are not shown either.
    if !cx.config().registration.logos {
        return Told::NotFound.answer();
    }
    let digest = digest.into_inner();
    let found = cx
        .store()
        .read("logo", move |tx| db!(tx, client_logos::by_digest(&digest)));
    match found.await {
        Ok(Some(png)) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "image/png"))
            // What an address means never changes: it is the digest of the picture.
            .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
            .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
            .insert_header((
                HeaderName::from_static("cross-origin-resource-policy"),
                "same-origin",
            ))
            .body(png),
        Ok(None) => Told::NotFound.answer(),
        Err(error) => Told::of(&cx, &Failure::from(error)).answer(),
    }
}
