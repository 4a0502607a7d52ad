//! How the tokens of the issuers begin and what they are made of, as their documentation says.
//!
//! Lengths are those of the part behind the prefix, with some room: an issuer may lengthen its
//! tokens, and a token that was shortened in a log is still one.

use self::Body::{Alnum, Dots, Hex, Parts, Upper, Url};

/// What a token is made of behind its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Body {
    /// Small hexadecimal digits, or all capital.
    Hex,
    /// Letters and digits.
    Alnum,
    /// Capitals and digits.
    Upper,
    /// Base64url: letters, digits, `_`, `-`.
    Url,
    /// The same with dots.
    Dots,
    /// The same with dots and the marks of Base64 (`+`, `/`).
    Parts,
}

/// One kind of token.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) prefix: &'static str,
    pub(super) body: Body,
    pub(super) min: usize,
    /// 0 for no limit.
    pub(super) max: usize,
}

const fn token(prefix: &'static str, body: Body, min: usize, max: usize) -> Token {
    Token {
        prefix,
        body,
        min,
        max,
    }
}

/// In the order of the alphabet (ASCII), so that those with one first character stand together.
#[rustfmt::skip]
pub(super) static TOKENS: &[Token] = &[
    token("A3-", Url, 32, 37),                // 1Password, key of an account
    token("A3T", Upper, 17, 17),              // AWS, of old
    token("ABIA", Upper, 16, 16),             // AWS, identifiers of keys
    token("ABSK", Parts, 40, 0),              // Amazon Bedrock
    token("AC", Hex, 32, 32),                 // Twilio, account
    token("ACCA", Upper, 16, 16),             // AWS
    token("AGE-PLUGIN-", Url, 40, 0),         // age
    token("AGE-SECRET-KEY-1", Upper, 40, 58), // age
    token("AIza", Url, 35, 35),               // Google
    token("AKCp", Alnum, 10, 0),              // Artifactory
    token("AKIA", Upper, 16, 16),             // AWS
    token("AKID", Alnum, 13, 40),             // Tencent Cloud
    token("API-", Upper, 25, 26),             // Octopus Deploy
    token("AQVN", Url, 35, 38),               // Yandex
    token("ASIA", Upper, 16, 16),             // AWS, for a session
    token("ATATT3", Url, 32, 0),              // Atlassian
    token("ATBB", Alnum, 24, 36),             // Bitbucket
    token("ATCTT3", Url, 32, 0),              // Atlassian
    token("CCIPAT_", Url, 40, 0),             // CircleCI
    token("CFPAT-", Url, 40, 50),             // Contentful
    token("CLOJARS_", Alnum, 60, 60),         // Clojars
    token("EAA", Alnum, 40, 0),               // Facebook
    token("EAAA", Url, 22, 60),               // Square
    token("EZAK", Alnum, 54, 54),             // EasyPost
    token("EZTK", Alnum, 54, 54),             // EasyPost
    token("FLWPUBK", Url, 12, 0),             // Flutterwave
    token("FLWSECK", Url, 12, 0),             // Flutterwave
    token("GOCSPX-", Url, 28, 28),            // Google, secret of a client
    token("GR1348941", Url, 20, 20),          // GitLab, runner
    token("HRKU-", Url, 40, 0),               // Heroku
    token("LTAI", Alnum, 12, 24),             // Alibaba Cloud
    token("NRAA-", Alnum, 20, 0),             // New Relic
    token("NRAK-", Alnum, 20, 0),             // New Relic
    token("NRII-", Url, 20, 0),               // New Relic
    token("NRJS-", Hex, 16, 20),              // New Relic
    token("NRRA-", Alnum, 20, 0),             // New Relic
    token("PMAK-", Url, 40, 0),               // Postman
    token("SG.", Dots, 40, 0),               // SendGrid
    token("SK", Hex, 32, 32),                 // Twilio
    token("YC", Url, 38, 38),                 // Yandex
    token("access-development-", Url, 36, 36), // Plaid
    token("access-production-", Url, 36, 36), // Plaid
    token("access-sandbox-", Url, 36, 36),    // Plaid
    token("aio_", Alnum, 28, 28),             // Adafruit
    token("api_org_", Alnum, 30, 40),         // Hugging Face
    token("b_", Url, 44, 44),                 // Beamer
    token("bedrock-api-key-YmVkcm9jay5hbWF6b25hd3MuY29t", Parts, 0, 0), // "bedrock.amazonaws.com"
    token("bkua_", Alnum, 40, 40),            // Buildkite
    token("cio", Alnum, 32, 32),              // crates.io
    token("da2-", Alnum, 26, 26),             // AWS AppSync
    token("dapi", Hex, 32, 32),               // Databricks
    token("dckr_oat_", Url, 27, 32),          // Docker
    token("dckr_pat_", Url, 27, 32),          // Docker
    token("django-insecure-", Url, 20, 0),    // Django
    token("dnkey-", Url, 40, 0),              // Defined Networking
    token("doo_v1_", Hex, 64, 64),            // DigitalOcean
    token("dop_v1_", Hex, 64, 64),            // DigitalOcean
    token("dor_v1_", Hex, 64, 64),            // DigitalOcean
    token("dp.audit.", Alnum, 40, 44),        // Doppler
    token("dp.ct.", Alnum, 40, 44),           // Doppler
    token("dp.pt.", Alnum, 40, 44),           // Doppler
    token("dp.sa.", Alnum, 40, 44),           // Doppler
    token("dp.scim.", Alnum, 40, 44),         // Doppler
    token("dp.st.", Dots, 40, 80),           // Doppler
    token("dt0c01.", Dots, 80, 0),           // Dynatrace
    token("dt0s16.", Dots, 80, 0),           // Dynatrace
    token("duffel_live_", Url, 40, 50),       // Duffel
    token("duffel_test_", Url, 40, 50),       // Duffel
    token("eyJ0eXAi", Dots, 24, 0),          // {"typ"
    token("eyJ4NWMi", Dots, 24, 0),          // {"x5c"
    token("eyJ4NXQi", Dots, 24, 0),          // {"x5t"
    token("eyJ4NXUi", Dots, 24, 0),          // {"x5u"
    token("eyJ6aXAi", Dots, 24, 0),          // {"zip"
    token("eyJhbGci", Dots, 24, 0),          // JOSE header (RFC 7515): {"alg"
    token("eyJjdHki", Dots, 24, 0),          // {"cty"
    token("eyJlbmMi", Dots, 24, 0),          // {"enc"
    token("eyJqa3Ui", Dots, 24, 0),          // {"jku"
    token("eyJqd2si", Dots, 24, 0),          // {"jwk"
    token("eyJrIjoi", Dots, 30, 0),          // Grafana, of old
    token("eyJraWQi", Dots, 24, 0),          // {"kid"
    token("figd_", Url, 36, 44),              // Figma
    token("fio-u-", Url, 40, 0),              // Frame.io
    token("fm1a_", Parts, 40, 0),             // Fly.io
    token("fm1r_", Parts, 40, 0),             // Fly.io
    token("fm2_", Parts, 40, 0),              // Fly.io
    token("fo1_", Url, 40, 44),               // Fly.io
    token("fw_", Alnum, 22, 24),              // Fireworks
    token("gho_", Alnum, 36, 0),              // GitHub
    token("ghp_", Alnum, 36, 0),              // GitHub
    token("ghr_", Alnum, 36, 0),              // GitHub
    token("ghs_", Alnum, 36, 0),              // GitHub
    token("ghu_", Alnum, 36, 0),              // GitHub
    token("github_pat_", Url, 22, 0),         // GitHub
    token("glagent-", Url, 50, 0),            // GitLab
    token("glc_", Parts, 32, 0),              // Grafana Cloud
    token("glcbt-", Url, 20, 0),              // GitLab
    token("gldt-", Url, 20, 0),               // GitLab
    token("glffct-", Url, 20, 0),             // GitLab
    token("glft-", Url, 20, 0),               // GitLab
    token("glimt-", Url, 20, 0),              // GitLab
    token("gloas-", Url, 64, 0),              // GitLab
    token("glpat-", Dots, 20, 0),            // GitLab
    token("glptt-", Url, 40, 40),             // GitLab
    token("glrt-", Dots, 20, 0),             // GitLab
    token("glrtr-", Dots, 20, 0),            // GitLab
    token("glsa_", Url, 32, 0),               // Grafana
    token("glsoat-", Url, 20, 0),             // GitLab
    token("gsk_", Alnum, 40, 0),              // Groq
    token("hawk.", Dots, 40, 0),             // StackHawk
    token("hf_", Alnum, 30, 40),              // Hugging Face
    token("http://hooks.slack.com/", Parts, 20, 0),
    token("https://discord.com/api/webhooks/", Parts, 20, 0),
    token("https://discordapp.com/api/webhooks/", Parts, 20, 0),
    token("https://hooks.slack.com/services/", Parts, 20, 0),
    token("https://hooks.slack.com/triggers/", Parts, 20, 0),
    token("https://hooks.slack.com/workflows/", Parts, 20, 0),
    token("https://outlook.office.com/webhook/", Parts, 20, 0),
    token("hvb.", Dots, 20, 0),              // Vault
    token("hvr.", Dots, 20, 0),              // Vault
    token("hvs.", Dots, 20, 0),              // Vault
    token("ico-", Alnum, 32, 32),             // Infracost
    token("jina_", Url, 40, 0),               // Jina
    token("key-", Hex, 32, 32),               // Mailgun
    token("lin_api_", Alnum, 32, 44),         // Linear
    token("lin_oauth_", Alnum, 32, 0),        // Linear
    token("lip_", Alnum, 20, 24),             // Lichess
    token("lsv2_pt_", Url, 36, 0),            // LangSmith
    token("lsv2_sk_", Url, 36, 0),            // LangSmith
    token("napi_", Alnum, 40, 0),             // Neon
    token("nfp_", Alnum, 36, 40),             // Netlify
    token("npm_", Alnum, 36, 36),             // npm
    token("ntn_", Alnum, 40, 50),             // Notion
    token("nvapi-", Url, 40, 0),              // NVIDIA
    token("odt_", Alnum, 32, 0),              // Dependency-Track
    token("ops_eyJ", Parts, 250, 0),          // 1Password
    token("oy2", Alnum, 43, 43),              // NuGet
    token("p8e-", Alnum, 32, 32),             // Phare
    token("pat.", Dots, 40, 0),              // Harness
    token("pcsk_", Url, 40, 0),               // Pinecone
    token("phx_", Alnum, 40, 50),             // PostHog
    token("pk.eyJ", Dots, 40, 0),            // Mapbox
    token("pnb_", Alnum, 36, 36),             // Prefect
    token("pnu_", Alnum, 36, 36),             // Prefect
    token("pplx-", Alnum, 40, 60),            // Perplexity
    token("pscale_app_", Url, 32, 64),        // PlanetScale
    token("pscale_oauth_", Url, 32, 64),      // PlanetScale
    token("pscale_pw_", Url, 32, 64),         // PlanetScale
    token("pscale_tkn_", Url, 32, 64),        // PlanetScale
    token("pubkey-", Hex, 32, 32),            // Mailgun
    token("pul-", Hex, 40, 40),               // Pulumi
    token("px-api-", Url, 36, 36),            // New Relic Pixie
    token("px-dep-", Url, 36, 36),            // New Relic Pixie
    token("pypi-AgE", Url, 40, 0),            // PyPI
    token("r8_", Alnum, 37, 40),              // Replicate
    token("rdme_", Alnum, 60, 72),            // ReadMe
    token("re_", Url, 28, 36),                // Resend
    token("rk_live_", Alnum, 10, 0),          // Stripe
    token("rk_test_", Alnum, 10, 0),          // Stripe
    token("rnd_", Alnum, 28, 36),             // Render
    token("rubygems_", Hex, 48, 48),          // RubyGems
    token("s-s4t2af-", Hex, 64, 64),          // Intra 42
    token("s-s4t2ud-", Hex, 64, 64),          // Intra 42
    token("sat.", Dots, 40, 0),              // Harness
    token("sb_secret_", Url, 20, 0),          // Supabase
    token("sbp_", Hex, 40, 0),                // Supabase
    token("secret_", Alnum, 40, 50),          // Notion
    token("sgd_", Alnum, 32, 0),              // Sourcegraph
    token("sgp_", Url, 40, 0),                // Sourcegraph
    token("sha256~", Url, 40, 44),            // OpenShift
    token("shippo_live_", Hex, 40, 40),       // Shippo
    token("shippo_test_", Hex, 40, 40),       // Shippo
    token("shpat_", Hex, 32, 32),             // Shopify
    token("shpca_", Hex, 32, 32),             // Shopify
    token("shppa_", Hex, 32, 32),             // Shopify
    token("shpss_", Hex, 32, 32),             // Shopify
    token("sk-", Url, 20, 0),                 // OpenAI, Anthropic, DeepSeek, OpenRouter
    token("sk.eyJ", Dots, 40, 0),            // Mapbox
    token("sk_live_", Alnum, 10, 0),          // Stripe
    token("sk_test_", Alnum, 10, 0),          // Stripe
    token("sl.", Url, 60, 0),                 // Dropbox
    token("slk_", Hex, 64, 64),               // Sourcegraph
    token("sm_aat_", Alnum, 16, 16),          // SettleMint
    token("sm_pat_", Alnum, 16, 16),          // SettleMint
    token("sm_sat_", Alnum, 16, 16),          // SettleMint
    token("sntrys_eyJ", Parts, 30, 0),        // Sentry
    token("sntryu_", Hex, 64, 64),            // Sentry
    token("sq0atp-", Url, 22, 60),            // Square
    token("sq0csp-", Url, 40, 60),            // Square
    token("sq0i", Url, 20, 40),               // Square
    token("sqa_", Hex, 40, 40),               // SonarQube
    token("sqp_", Hex, 40, 40),               // SonarQube
    token("squ_", Hex, 40, 40),               // SonarQube
    token("tfp_", Url, 40, 0),                // Typeform
    token("tgp_v1_", Url, 40, 0),             // Together
    token("tk-us-", Url, 40, 0),              // Scalingo
    token("tk.eyJ", Dots, 40, 0),            // Mapbox
    token("tskey-", Url, 20, 0),              // Tailscale
    token("tss_", Alnum, 40, 0),              // Thunderstore
    token("tvly-", Url, 28, 0),               // Tavily
    token("webhookb2/", Parts, 40, 0),        // Microsoft Teams, behind the host
    token("whsec_", Parts, 24, 0),            // Stripe, Svix
    token("xai-", Alnum, 70, 0),              // xAI
    token("xapp-", Parts, 20, 0),             // Slack
    token("xkeysib-", Url, 60, 0),            // Brevo
    token("xoxa-", Parts, 8, 0),              // Slack
    token("xoxb-", Url, 14, 0),               // Slack
    token("xoxc-", Url, 14, 0),               // Slack
    token("xoxd-", Parts, 14, 0),             // Slack
    token("xoxe-", Url, 14, 0),               // Slack
    token("xoxe.xoxb-", Url, 100, 0),         // Slack
    token("xoxe.xoxp-", Url, 100, 0),         // Slack
    token("xoxp-", Url, 14, 0),               // Slack
    token("xoxr-", Url, 8, 0),                // Slack
    token("xoxs-", Url, 14, 0),               // Slack
    token("xsmtpsib-", Url, 60, 0),           // Brevo
    token("xwfp-", Url, 14, 0),               // Slack
    token("ya29.", Dots, 20, 0),             // Google, OAuth
];

/// For each first character, where its tokens begin and end in [`TOKENS`].
static STARTS: [(u16, u16); 128] = starts();

const fn starts() -> [(u16, u16); 128] {
    let mut starts = [(0, 0); 128];
    let (mut n, mut rest) = (0, TOKENS);
    while let [token, more @ ..] = rest {
        n += 1;
        if let [first, ..] = token.prefix.as_bytes() {
            #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler")]
            let slot = &mut starts[*first as usize];
            if slot.1 == 0 {
                slot.0 = n - 1;
            }
            slot.1 = n;
        }
        rest = more;
    }
    starts
}

/// The kinds of tokens that a text may begin with.
pub(super) fn of(text: &[u8]) -> impl Iterator<Item = &'static Token> + '_ {
    let first = text
        .first()
        .and_then(|first| STARTS.get(usize::from(*first)));
    let (from, to) = first.copied().unwrap_or_default();
    let candidates = TOKENS.get(usize::from(from)..usize::from(to));
    let candidates = candidates.unwrap_or_default().iter();
    candidates.filter(|token| text.starts_with(token.prefix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_stand_in_order_and_are_certain_within_a_window() {
        assert!(
            TOKENS
                .windows(2)
                .all(|pair| pair.first().map(|t| t.prefix) < pair.last().map(|t| t.prefix))
        );
        for token in TOKENS {
            assert!(
                token.prefix.len() + token.min.min(super::super::token::CERTAIN) <= 64,
                "{}",
                token.prefix
            );
            assert_eq!(
                of(token.prefix.as_bytes()).last().map(|t| t.prefix),
                Some(token.prefix)
            );
        }
    }
}
