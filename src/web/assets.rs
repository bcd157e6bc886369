//! The embedded static files, served under `/static/<name>.<hash>.<ext>`: what an address means never changes.

use super::methods;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpRequest, HttpResponse, web};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::sync::LazyLock;

struct Asset {
    name: &'static str,
    content_type: &'static str,
    content: &'static str,
}

const ASSETS: [Asset; 10] = [
    Asset {
        name: "app.css",
        content_type: "text/css; charset=utf-8",
        content: include_str!("../../static/app.css"),
    },
    Asset {
        name: "reveal.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../../static/reveal.js"),
    },
    Asset {
        name: "copy.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../../static/copy.js"),
    },
    Asset {
        name: "mark.svg",
        content_type: "image/svg+xml",
        content: include_str!("../../static/mark.svg"),
    },
    Asset {
        name: "admin.css",
        content_type: "text/css; charset=utf-8",
        content: include_str!("../../static/admin.css"),
    },
    Asset {
        name: "code.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../../static/code.js"),
    },
    Asset {
        name: "developers.css",
        content_type: "text/css; charset=utf-8",
        content: include_str!("../../static/developers.css"),
    },
    Asset {
        name: "inspector.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../../static/inspector.js"),
    },
    Asset {
        name: "playground.js",
        content_type: "text/javascript; charset=utf-8",
        content: include_str!("../../static/playground.js"),
    },
    Asset {
        name: "demo.css",
        content_type: "text/css; charset=utf-8",
        content: include_str!("../../static/demo.css"),
    },
];

/// An asset with the file name and tag that its content gives it.
struct Served {
    asset: &'static Asset,
    file: String,
    etag: String,
}

static SERVED: LazyLock<Vec<Served>> = LazyLock::new(|| {
    ASSETS
        .iter()
        .map(|asset| {
            let hash = hash(asset.content);
            let (stem, extension) = asset.name.rsplit_once('.').unwrap_or((asset.name, ""));
            Served {
                asset,
                file: format!("{stem}.{hash}.{extension}"),
                etag: format!("\"{hash}\""),
            }
        })
        .collect()
});

/// The path of an embedded file, by its name in `static/`.
#[must_use]
pub fn url(name: &str) -> String {
    let file = SERVED
        .iter()
        .find(|served| served.asset.name == name)
        .map_or(name, |served| &served.file);
    format!("/static/{file}")
}

/// Mounts the files.
pub fn routes(config: &mut web::ServiceConfig) {
    config.service(methods::read("/static/{file}", file));
}

async fn file(request: HttpRequest, file: web::Path<String>) -> HttpResponse {
    let Some(served) = SERVED.iter().find(|served| served.file == *file) else {
        return HttpResponse::NotFound().finish();
    };
    let known = request
        .headers()
        .get(IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok());
    let is_known = known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim() == served.etag));
    let mut response = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((ETAG, served.etag.as_str()))
        .insert_header((X_CONTENT_TYPE_OPTIONS, "nosniff"));
    if is_known {
        return response.finish();
    }
    response
        .insert_header((CONTENT_TYPE, served.asset.content_type))
        .body(served.asset.content)
}

fn hash(content: &str) -> String {
    Sha256::digest(content)
        .iter()
        .take(8)
        .fold(String::new(), |mut text, byte| {
            // Writing to a string cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::{routes, url};
    use actix_web::{App, http::StatusCode, test};

    #[actix_web::test]
    async fn a_file_is_served_for_ever_and_known_ones_are_not_sent_again() {
        let app = test::init_service(App::new().configure(routes)).await;
        let answer =
            test::call_service(&app, test::TestRequest::get().uri(&url("app.css")).to_request()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap().to_owned();
        assert_eq!(header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("content-type"), "text/css; charset=utf-8");

        let again = test::TestRequest::get()
            .uri(&url("app.css"))
            .insert_header(("if-none-match", header("etag")));
        let again = test::call_service(&app, again.to_request()).await;
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert!(test::read_body(again).await.is_empty());
    }

    #[actix_web::test]
    async fn another_hash_is_another_file() {
        let app = test::init_service(App::new().configure(routes)).await;
        for path in [
            "/static/app.css",
            "/static/app.0000000000000000.css",
            "/static/..%2fCargo.toml",
        ] {
            let answer = test::call_service(&app, test::TestRequest::get().uri(path).to_request()).await;
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        }
    }
}
