//! Gives handlers their [`Cx`].

use super::observe::Observed;
use crate::cx::Cx;
use crate::services::Services;
use actix_web::dev::Payload;
use actix_web::http::header::HeaderMap;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use ipnet::IpNet;
use std::future::{Ready, ready};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;

impl FromRequest for Cx {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let services = request.app_data::<web::Data<Arc<Services>>>();
        let observed = request.extensions().get::<Observed>().cloned();
        ready(match (services, observed) {
            (Some(services), Some(observed)) => Ok(Self {
                now: observed.began,
                request_id: observed.request_id,
                peer: peer(
                    request.peer_addr().map(|address| address.ip()),
                    request.headers(),
                    &services.config.trusted_proxies,
                ),
                services: Arc::clone(services),
            }),
            _ => Err(actix_web::error::ErrorInternalServerError(
                "the application is not put together",
            )),
        })
    }
}

/// The client's address: the connection's, or, when that is a trusted proxy, the right-most address of
/// `X-Forwarded-For` that is not one. Nothing else is ever read from forwarding headers.
fn peer(connection: Option<IpAddr>, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let connection = connection
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
        .to_canonical();
    let is_trusted = |address: &IpAddr| trusted.iter().any(|net| net.contains(address));
    if !is_trusted(&connection) {
        return connection;
    }
    let mut seen = connection;
    let lines: Vec<_> = headers
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .collect();
    for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        // An address that cannot be read was not written by a proxy that we trust: stop before it.
        let Some(address) = address(hop.trim()) else {
            return seen;
        };
        seen = address.to_canonical();
        if !is_trusted(&seen) {
            return seen;
        }
    }
    seen
}

/// An address, with or without the port that some proxies write.
fn address(hop: &str) -> Option<IpAddr> {
    hop.parse()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn headers(values: &[&'static str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(
                HeaderName::from_static("x-forwarded-for"),
                HeaderValue::from_static(value),
            );
        }
        headers
    }

    #[test]
    fn forwarded_addresses_count_only_behind_a_trusted_proxy() {
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        let spoofed = headers(&["6.6.6.6, 203.0.113.9, 10.0.0.2"]);
        let client: IpAddr = "203.0.113.9".parse().unwrap();
        assert_eq!(peer(Some(proxy), &spoofed, &trusted), client);
        assert_eq!(peer(Some(proxy), &spoofed, &[]), proxy);
        assert_eq!(peer(Some(client), &headers(&["1.2.3.4"]), &trusted), client);
        assert_eq!(peer(Some(proxy), &headers(&["garbage"]), &trusted), proxy);
        assert_eq!(
            peer(Some(proxy), &headers(&["203.0.113.9:51234"]), &trusted),
            client
        );
        assert_eq!(
            peer(Some(proxy), &headers(&["6.6.6.6", "203.0.113.9"]), &trusted),
            client
        );
    }
}
