//! What a client as reqwest makes it does below a stack, and what a prepared one does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::{env, process::Command, time::Duration};

use common::Server;
use http::{HeaderMap, HeaderValue, Request, StatusCode, Version, header};
use http_body_util::{BodyExt, Full};
use reqwest::{Client, ClientBuilder};
use tower::ServiceExt;
use tower_mistral_reqwest::{ReqwestService, SendThrough, client_builder};

/// A client as reqwest makes it, but for the proxies of whoever runs the tests.
fn as_it_comes() -> Client {
    // For what a client may need to be made, whatever features are on.
    drop(client_builder());
    Client::builder().no_proxy().build().unwrap()
}

fn stack(client: ClientBuilder) -> ReqwestService<Client> {
    ReqwestService::new(client.build().unwrap())
}

#[tokio::test]
async fn redirects_carry_prompts_where_no_layer_looked() {
    let (api, other) = (Server::start().await, Server::start().await);
    let elsewhere = other.url("/echo");
    let ask = |client: &Client, to: &str| {
        let request = client.post(api.url(&format!("/moved?{to}"))).body("prompt");
        request.bearer_auth("key").header("x-asked", "yes")
    };
    let client = as_it_comes();
    let reply = ask(&client, &elsewhere).send().await.unwrap();
    // reqwest keeps `Authorization` from another host. The prompt and any other header it sends.
    assert!(!reply.headers().contains_key("saw-authorization"));
    assert_eq!(reply.headers()["saw-x-asked"], "yes");
    assert_eq!(reply.url().as_str(), elsewhere);
    assert_eq!(reply.text().await.unwrap(), "prompt");
    // At the same host the key goes along, to a path that no layer has read.
    let reply = ask(&client, "/echo").send().await.unwrap();
    assert_eq!(reply.headers()["saw-authorization"], "Bearer key");

    let (before, reached) = (api.hits(), other.hits());
    let through = stack(client_builder());
    for to in [elsewhere.as_str(), "/echo"] {
        let reply = ask(&client, to).send_through(through.clone());
        let reply = reply.await.unwrap();
        assert_eq!(reply.status(), StatusCode::TEMPORARY_REDIRECT);
        assert_eq!(reply.headers()["location"], to);
    }
    assert_eq!((api.hits(), other.hits()), (before + 2, reached));
}

#[tokio::test]
async fn decompression_happens_below_the_layers() {
    let server = Server::start().await;
    let client = as_it_comes();
    let reply = client.get(server.url("/gzip")).send().await.unwrap();
    // Asked for and undone by the client: nothing is left to see of it, and nothing limits it.
    assert_eq!(reply.headers()["saw-accept-encoding"], "gzip");
    assert!(!reply.headers().contains_key(header::CONTENT_ENCODING));
    assert_eq!(reply.text().await.unwrap(), "text");

    let through = stack(client_builder());
    let ask = |asked: Option<&'static str>| {
        let mut request = client.get(server.url("/gzip"));
        if let Some(asked) = asked {
            request = request.header(header::ACCEPT_ENCODING, asked);
        }
        request.send_through(through.clone())
    };
    let reply = ask(None).await.unwrap();
    assert!(!reply.headers().contains_key("saw-accept-encoding"));
    assert_eq!(reply.headers()[header::CONTENT_ENCODING], "gzip");
    assert_ne!(reply.text().await.unwrap(), "text");
    // What a layer asks for is what is asked for.
    let reply = ask(Some("identity")).await.unwrap();
    assert_eq!(reply.headers()["saw-accept-encoding"], "identity");
}

#[tokio::test]
async fn default_headers_do_not_win_over_the_stacks() {
    let server = Server::start().await;
    let defaults = [("authorization", "Bearer default"), ("x-asked", "default")];
    let defaults = defaults.map(|(name, value)| {
        let value = HeaderValue::from_static(value);
        (name.parse().unwrap(), value)
    });
    let client = client_builder().default_headers(HeaderMap::from_iter(defaults));
    let request = Request::post(server.url("/echo"))
        .header(header::AUTHORIZATION, "Bearer lent")
        .body(reqwest::Body::default())
        .unwrap();
    let reply = stack(client).oneshot(request).await.unwrap();
    assert_eq!(reply.headers()["saw-authorization"], "Bearer lent");
    // What the stack left vacant is filled below it, where no layer sees it.
    assert_eq!(reply.headers()["saw-x-asked"], "default");
}

#[tokio::test]
async fn a_host_header_is_sent_as_it_is() {
    let server = Server::start().await;
    let url = server.url("/echo");
    let ask = |host: Option<&str>| {
        let mut request = Request::post(&url).body(reqwest::Body::default()).unwrap();
        if let Some(host) = host {
            let host = HeaderValue::from_str(host).unwrap();
            request.headers_mut().insert(header::HOST, host);
        }
        stack(client_builder()).oneshot(request)
    };
    let authority = url.strip_prefix("http://").unwrap();
    let authority = authority.strip_suffix("/echo").unwrap();
    assert_eq!(ask(None).await.unwrap().headers()["saw-host"], authority);
    let foreign = ask(Some("proxy.example")).await.unwrap();
    assert_eq!(foreign.headers()["saw-host"], "proxy.example");
}

#[tokio::test]
async fn a_request_that_came_by_http_2_goes_nowhere_by_http_1() {
    let server = Server::start().await;
    let ask = |version| {
        let request = Request::post(server.url("/echo")).version(version);
        let request = request.body(Full::<bytes::Bytes>::from("text")).unwrap();
        ReqwestService::new(client_builder().build().unwrap()).oneshot(request)
    };
    assert!(ask(Version::HTTP_2).await.unwrap_err().is_request());
    let reply = ask(Version::default()).await.unwrap();
    let reply = reply.into_body().collect().await.unwrap();
    assert_eq!(reply.to_bytes(), "text");
}

/// Sends one request with a client as it comes and one with a prepared client, in a process of its
/// own, whose environment names a proxy.
#[tokio::test]
async fn proxies_of_the_environment_get_no_prompt() {
    const TARGET: &str = "PITFALLS_TARGET";
    if let Ok(target) = env::var(TARGET) {
        drop(client_builder());
        reqwest::get(&target).await.unwrap();
        client_builder()
            .build()
            .unwrap()
            .get(&target)
            .send()
            .await
            .unwrap();
        return;
    }
    let (api, proxy) = (Server::start().await, Server::start().await);
    let mut child = Command::new(env::current_exe().unwrap());
    child
        .args(["--exact", "proxies_of_the_environment_get_no_prompt"])
        .env_clear()
        .env("http_proxy", proxy.url(""))
        .env(TARGET, api.url("/echo"));
    let child = tokio::task::spawn_blocking(move || child.output().unwrap());
    assert!(child.await.unwrap().status.success());
    assert_eq!((proxy.hits(), api.hits()), (1, 1));
}

#[tokio::test]
async fn each_request_keeps_its_own_time_limit() {
    let server = Server::start().await;
    let client = client_builder().timeout(Duration::from_secs(3600));
    let through = stack(client);
    let limited = as_it_comes()
        .get(server.url("/never"))
        .timeout(Duration::from_millis(50));
    let error = limited.send_through(through.clone()).await.unwrap_err();
    assert!(error.is_timeout());
    // And one of the client's is for those that have none.
    let client = client_builder().timeout(Duration::from_millis(50));
    let unlimited = as_it_comes().get(server.url("/never"));
    let error = unlimited.send_through(stack(client)).await.unwrap_err();
    assert!(error.is_timeout());
}
