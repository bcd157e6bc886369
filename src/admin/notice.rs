//! What was done, told once by the page that comes next. It travels in a cookie for a minute, and is believed only from us,
//! for this browser and this page: no address makes a page say anything.

use super::access::cookies;
use crate::cx::Cx;
use crate::web::csrf::Binding;
use actix_web::http::header::SET_COOKIE;
use actix_web::{HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Leaves words for the page at `path`, which an answer leads to. `browser` names the session, or the browser without one.
pub(super) fn leave(cx: &Cx, response: &mut HttpResponse, (browser, path): ([u8; 32], &str), words: &str) {
    let token = binding(browser, path, words).token(cx.services.keys.secrets().form_key());
    let value = format!("{}.{token}", URL_SAFE_NO_PAD.encode(words));
    if let Ok(cookie) = cookies(cx).set_notice(&value) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

/// The words that were left for the page that is asked for.
pub(super) fn left(cx: &Cx, request: &HttpRequest, browser: [u8; 32]) -> Option<String> {
    let (words, token) = cookies(cx).notice(request.headers())?.split_once('.')?;
    let words = String::from_utf8(URL_SAFE_NO_PAD.decode(words).ok()?).ok()?;
    let is_ours =
        binding(browser, request.path(), &words).is_of(cx.services.keys.secrets().form_key(), token);
    is_ours.then_some(words)
}

/// Takes away what was told.
pub(super) fn take(cx: &Cx, response: &mut HttpResponse) {
    if let Ok(cookie) = cookies(cx).set_notice("") {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}

fn binding<'a>(browser: [u8; 32], path: &str, words: &'a str) -> Binding<'a> {
    Binding {
        of: Sha256::digest(path).into(),
        browser,
        page: words,
    }
}
