//! What is asked of a request before anything of it is read.

use http::{HeaderMap, Method, Request, header};
use tower_mistral::wire::RejectionKind;

use super::{auth::Callers, hosts::Hosts};

/// Lets in callers who may be here, for things that are done here.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    hosts: Hosts,
    callers: Callers,
}

/// Why a request does not get in.
pub(crate) struct Refused {
    pub(crate) kind: RejectionKind,
    pub(crate) detail: &'static str,
}

impl Gate {
    pub(crate) fn new(hosts: Hosts, callers: Callers) -> Self {
        Self { hosts, callers }
    }

    /// Nothing, or why the request does not get in.
    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<(), Refused> {
        let forbidden = |detail| Refused {
            kind: RejectionKind::Forbidden,
            detail,
        };
        let headers = request.headers();
        if is_tunnel(request.method(), headers) {
            return Err(forbidden("CONNECT, TRACE and Upgrade are not served"));
        }
        if !self.is_for_us(request) {
            return Err(forbidden("this Host is not served"));
        }
        if self.is_cross_site(headers) {
            return Err(forbidden("cross-site requests are not served"));
        }
        if !self.callers.admit(headers) {
            let detail = "send the guard's token as `Authorization: Bearer ...`";
            return Err(Refused {
                kind: RejectionKind::Unauthorized,
                detail,
            });
        }
        Ok(())
    }

    /// `Host`, and the authority of a target in absolute form, which wins over it elsewhere.
    fn is_for_us<B>(&self, request: &Request<B>) -> bool {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return false;
        };
        let target = request.uri().authority();
        host.to_str().is_ok_and(|host| self.hosts.serve(host))
            && target.is_none_or(|target| self.hosts.serve(target.as_str()))
    }

    fn is_cross_site(&self, headers: &HeaderMap) -> bool {
        let is_foreign = |value: &http::HeaderValue| {
            !value
                .to_str()
                .is_ok_and(|origin| self.hosts.serve_origin(origin))
        };
        headers.get_all(header::ORIGIN).iter().any(is_foreign)
            || headers
                .get_all("sec-fetch-site")
                .iter()
                .any(|value| value == "cross-site")
    }
}

fn is_tunnel(method: &Method, headers: &HeaderMap) -> bool {
    *method == Method::CONNECT || *method == Method::TRACE || headers.contains_key(header::UPGRADE)
}
