//! Odd labels, headers, paths and methods.

use super::{
    Case, Oddity,
    case::{header, label},
};

pub const LABELS: &[Oddity] = &[
    ("no label", |case| case.headers.clear()),
    ("an empty label", |case| label(case, "")),
    ("label: utf-8", |case| {
        label(case, "application/json; charset=utf-8")
    }),
    ("label: latin1", |case| {
        label(case, "application/json;charset=ISO-8859-1")
    }),
    ("label: utf-16", |case| {
        label(case, "application/json; charset=\"utf-16\"")
    }),
    ("label: capitals", |case| label(case, "APPLICATION/JSON")),
    ("label: blanks", |case| {
        label(case, "  application/json ;  x = y ")
    }),
    ("label: blanks in it", |case| {
        label(case, "application / json")
    }),
    ("label: a comma", |case| {
        label(case, "application/json, multipart/form-data")
    }),
    ("label: a comma, form first", |case| {
        label(case, "multipart/form-data, application/json");
    }),
    ("label: a boundary", |case| {
        label(case, "application/json; boundary=x")
    }),
    ("label: +json", |case| {
        label(case, "application/vnd.api+json")
    }),
    ("label: multipart+json", |case| {
        label(case, "multipart/x+json")
    }),
    ("label: text/json", |case| label(case, "text/json")),
    ("label: text/plain", |case| label(case, "text/plain")),
    ("label: a form", |case| {
        label(case, "application/x-www-form-urlencoded")
    }),
    ("label: multipart", |case| {
        label(case, "multipart/form-data; boundary=x")
    }),
    ("label: bytes", |case| {
        label(case, "application/octet-stream")
    }),
    ("label: json", |case| label(case, "json")),
    ("label: nothing but a slash", |case| label(case, "/")),
    ("two labels", |case| {
        header(case, "content-type", "multipart/form-data")
    }),
    ("two labels, form first", |case| {
        let form = ("content-type".to_owned(), "multipart/form-data".to_owned());
        case.headers.insert(0, form);
    }),
    ("another method in a header", |case| {
        header(case, "x-http-method-override", "GET");
    }),
    ("another path in a header", |case| {
        header(case, "x-original-url", "/v1/models")
    }),
];

fn target(case: &mut Case, from: &str, to: &str) {
    case.target = case.target.replacen(from, to, 1);
}

pub const PATHS: &[Oddity] = &[
    ("a trailing slash", |case| case.target.push('/')),
    ("two trailing slashes", |case| case.target.push_str("//")),
    ("a query", |case| {
        case.target.push_str("?x=1&messages=%5B%5D")
    }),
    ("an empty query", |case| case.target.push('?')),
    ("a query with a path", |case| {
        case.target.push_str("?/../v1/models")
    }),
    ("doubled slashes", |case| target(case, "/v1/", "/v1//")),
    ("doubled slashes in front", |case| {
        target(case, "/v1/", "//v1/")
    }),
    ("letters encoded", |case| {
        target(case, "completions", "%63ompletion%73")
    }),
    ("letters encoded twice", |case| {
        target(case, "completions", "%2563ompletions")
    }),
    ("a slash encoded", |case| {
        target(case, "/completions", "%2Fcompletions")
    }),
    ("a backslash", |case| {
        target(case, "/completions", "\\completions")
    }),
    ("dots", |case| target(case, "/v1/", "/v1/models/../")),
    ("dots encoded", |case| {
        target(case, "/v1/", "/v1/models/%2e%2e/")
    }),
    ("a dot", |case| target(case, "/v1/", "/v1/./")),
    ("capitals", |case| target(case, "/v1/", "/V1/")),
    ("a parameter", |case| case.target.push_str(";x=1")),
    ("a blank at the end", |case| case.target.push_str("%20")),
    ("a NUL at the end", |case| case.target.push_str("%00")),
    ("a line break at the end", |case| {
        case.target.push_str("%0a")
    }),
    ("a fragment", |case| case.target.push_str("%23stream")),
    ("a raw fragment", |case| case.target.push_str("#stream")),
    ("letters outside of ASCII", |case| {
        target(case, "/v1/", "/v1/\u{e9}/../")
    }),
    ("a base path", |case| target(case, "/v1/", "/base/v1/")),
    ("method in small letters", |case| {
        case.method = "post".to_owned()
    }),
    ("GET", |case| case.method = "GET".to_owned()),
    ("PUT", |case| case.method = "PUT".to_owned()),
    ("QUERY", |case| case.method = "QUERY".to_owned()),
];
