//! The records that were found, as a file: read in slices while it is sent.

use super::{Asked, FILTERS};
use crate::admin::access::AdminForm;
use crate::admin::form;
use crate::audit::export::{self, Wanted};
use crate::audit::with;
use crate::db;
use crate::services::Services;
use crate::store::StoreError;
use crate::web::problem;
use actix_web::http::header::{CONTENT_DISPOSITION, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use actix_web::{HttpResponse, web};
use futures_util::stream::unfold;
use serde_json::json;
use std::sync::Arc;
use vouchsafe_core::model::{AuditRecord, EventKind};

/// Records read at once.
const SLICE: i64 = 1_000;

#[derive(Clone, Copy)]
enum Format {
    Jsonl,
    Csv,
}

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
    let told = with(
        "format",
        json!(format.ending()),
        admin.act().event(EventKind::AuditExported),
    );
    let prepared = admin.cx.store().write("export-audit", move |tx| {
        let wanted = filter.clone().resolved(tx)?.records();
        db!(tx, events::append(&told))?;
        Ok((wanted, db!(tx, publisher::read())?.last_seq))
    });
    let (wanted, last) = prepared.await.map_err(|error| admin.failed(error))?;
    let reading = Reading {
        services: Arc::clone(&admin.cx.services),
        format,
        wanted,
        after: 0,
        last,
        begun: false,
    };
    Ok(file(reading))
}

fn file(reading: Reading) -> HttpResponse {
    let format = reading.format;
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
        .content_type(format.media_type())
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

impl Format {
    const fn ending(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
        }
    }

    const fn media_type(self) -> &'static str {
        match self {
            Self::Jsonl => "application/jsonl; charset=utf-8",
            Self::Csv => "text/csv; charset=utf-8; header=present",
        }
    }

    fn line(self, record: &AuditRecord) -> String {
        match self {
            Self::Jsonl => format!("{}\n", export::document(record)),
            Self::Csv => format!("{}\r\n", export::csv_row(record)),
        }
    }
}

/// Where the reading of a file is.
struct Reading {
    services: Arc<Services>,
    format: Format,
    wanted: Wanted,
    after: i64,
    last: i64,
    begun: bool,
}

impl Reading {
    /// The next piece of the file; none at its end.
    async fn next(&mut self) -> Result<Option<web::Bytes>, StoreError> {
        let mut piece = String::new();
        if !self.begun {
            self.begun = true;
            if matches!(self.format, Format::Csv) {
                piece = format!("{}\r\n", export::csv_head());
            }
        }
        while self.after < self.last {
            let after = self.after;
            let store = &self.services.store;
            let records = store.read("audit-records", move |tx| db!(tx, events::records(after, SLICE)));
            let records = records.await?;
            let Some(newest) = records.last() else { break };
            self.after = newest.seq;
            for record in records.iter().filter(|record| record.seq <= self.last) {
                if self.wanted.includes(record) {
                    piece.push_str(&self.format.line(record));
                }
            }
            if !piece.is_empty() {
                break;
            }
        }
        Ok((!piece.is_empty()).then(|| web::Bytes::from(piece)))
    }
}
