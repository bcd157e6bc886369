//! The records that were found, as a file: read in slices while it is sent.

use super::{Asked, FILTERS};
use crate::admin::access::AdminForm;
use crate::admin::form;
use crate::admin::pages::problem::busy;
use crate::audit::Turn;
use crate::audit::export::{File, Format, SLICE, exported};
use crate::db;
use crate::services::Services;
use crate::store::StoreError;
use crate::web::problem;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, web};
use futures_util::stream::unfold;
use std::sync::Arc;
use vouchsafe_core::model::EventKind;

/// `POST /admin/audit/export`.
pub(super) async fn post(form: AdminForm) -> HttpResponse {
    start(&form).await.unwrap_or_else(|instead| instead)
}

async fn start(form: &AdminForm) -> Result<HttpResponse, HttpResponse> {
    let known: Vec<&str> = FILTERS.into_iter().chain(["format"]).collect();
    form::only(form, &known)?;
    let (admin, asked) = (&form.admin, Asked::of(&form.fields));
    admin.proven_recently(&asked.address(""))?;
    let format = match form.fields.one("format") {
        Some("jsonl") => Format::Jsonl,
        Some("csv") => Format::Csv,
        Some(_) | None => return Err(form::bad_address(admin)),
    };
    let filter = asked.read().map_err(|_| form::bad_address(admin))?;
    let turn = admin.cx.services.log_turns.to_export();
    let advice = "Others are exporting the log. Nothing was exported; try again when they are done.";
    let turn = turn.ok_or_else(|| busy(admin, advice))?;
    let told = admin.act().event(EventKind::AuditExported);
    let prepared = admin.cx.store().write("export-audit", move |tx| {
        let Ok(filter) = filter.clone().resolved(tx)? else {
            return Ok(None);
        };
        let wanted = filter.records();
        let told = exported(told.clone(), format, (&wanted, 0));
        db!(tx, events::append(&told))?;
        Ok(Some((wanted, db!(tx, publisher::read())?.last_seq)))
    });
    let prepared = prepared.await.map_err(|error| admin.failed(error))?;
    let (wanted, last) = prepared.ok_or_else(|| form::bad_address(admin))?;
    let reading = Reading {
        services: Arc::clone(&admin.cx.services),
        file: File::new(format, wanted, (0, last)),
        _turn: turn,
    };
    Ok(file(format, reading))
}

fn file(format: Format, reading: Reading) -> HttpResponse {
    let pieces = unfold(Some(reading), |reading| async move {
        let mut reading = reading?;
        match reading.next().await {
            Ok(Some(piece)) => Some((Ok(piece), Some(reading))),
            Ok(None) => None,
            // The file breaks off, which the browser notices: better than one that looks whole.
            Err(error) => Some((Err(error), None)),
        }
    });
    let mut response = HttpResponse::Ok()
        .content_type(media_type(format))
        .streaming(pieces);
    let name = match format {
        Format::Jsonl => "attachment; filename=\"audit.jsonl\"",
        Format::Csv => "attachment; filename=\"audit.csv\"",
    };
    let headers = response.headers_mut();
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static(name));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    problem::no_store(headers);
    response
}

const fn media_type(format: Format) -> &'static str {
    match format {
        Format::Jsonl => "application/jsonl; charset=utf-8",
        Format::Csv => "text/csv; charset=utf-8; header=present",
    }
}

/// A file, and where its records are read.
struct Reading {
    services: Arc<Services>,
    file: File,
    // Given back when the file ends, or its connection.
    _turn: Turn,
}

impl Reading {
    /// The next piece of the file; none at its end.
    async fn next(&mut self) -> Result<Option<web::Bytes>, StoreError> {
        let mut piece = self.file.head();
        while let (true, Some(after)) = (piece.is_empty(), self.file.goes_on_after()) {
            let store = &self.services.store;
            let records = store.read("audit-records", move |tx| db!(tx, events::records(after, SLICE)));
            piece = self.file.take(&records.await?);
        }
        Ok((!piece.is_empty()).then(|| web::Bytes::from(piece)))
    }
}
