//! What is looked for, how bad it is, and what to do about it.

use serde::{Serialize, Serializer};

use crate::check::{
    Check::{self, ApiKeyFromEnv, InputValidation, NoHardcodedKeys, OutputSanitization, Wiring},
    Severity::{self, Critical, High, Low, Medium},
};

/// One thing that is looked for. The rules are constants of this type, see [`Rule::ALL`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Rule {
    /// The name, in lower case with hyphens.
    pub id: &'static str,
    /// How bad a finding is, unless the place says otherwise.
    pub severity: Severity,
    /// The checks that fail with a finding.
    pub checks: &'static [Check],
    /// What is wrong, in one line.
    pub title: &'static str,
    /// What to do, in one line.
    pub advice: &'static str,
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id)
    }
}

macro_rules! rules {
    ($($(#[$doc:meta])* $name:ident = $id:literal, $severity:ident, [$($check:ident),+],
        $title:literal, $advice:literal;)*) => {
        impl Rule {
            $($(#[$doc])* pub const $name: &'static Self = &Self {
                id: $id,
                severity: $severity,
                checks: &[$($check),+],
                title: $title,
                advice: $advice,
            };)*

            /// All rules.
            pub const ALL: &'static [&'static Self] = &[$(Self::$name),*];
        }
    };
}

rules! {
    /// A key of the Mistral AI API.
    MISTRAL_API_KEY = "mistral-api-key", Critical, [ApiKeyFromEnv, NoHardcodedKeys],
        "a Mistral API key is written down",
        "revoke it in the console, make a new one, and read it from MISTRAL_API_KEY";
    /// A token that tells by its shape what it opens.
    API_TOKEN = "api-token", High, [NoHardcodedKeys],
        "a token is written down",
        "revoke it at its issuer, and read the new one from the environment";
    /// What is assigned to the name of a secret.
    ASSIGNED_SECRET = "assigned-secret", High, [NoHardcodedKeys],
        "a password or key is written down",
        "change it, and read the new one from the environment";
    /// A private key in PEM.
    PRIVATE_KEY = "private-key", High, [NoHardcodedKeys],
        "a private key is written down",
        "replace the key pair, and keep the new one out of the tree";
    /// A user and a password in a URL.
    URL_CREDENTIALS = "url-credentials", High, [NoHardcodedKeys],
        "a URL holds a password",
        "change the password, and put URL or password into the environment";

    /// Git knows a file of environment variables.
    ENV_FILE_TRACKED = "env-file-tracked", High, [ApiKeyFromEnv],
        "a file of environment variables is in Git",
        "git rm --cached it, add it to .gitignore, and change the keys that it held";
    /// Nothing keeps a file of environment variables out of Git.
    ENV_FILE_NOT_IGNORED = "env-file-not-ignored", Medium, [ApiKeyFromEnv],
        "no ignore file keeps this file of environment variables out of Git",
        "add it to .gitignore";
    /// Other users may read a file of environment variables.
    ENV_FILE_READABLE = "env-file-readable", Medium, [ApiKeyFromEnv],
        "other users of this machine can read this file of environment variables",
        "chmod 600 it";

    /// Certificates are not checked.
    TLS_UNVERIFIED = "tls-unverified", High, [Wiring],
        "certificates are not checked: whoever is in between reads keys and prompts",
        "leave verification on; trust a private authority by its certificate instead";
    /// The SDK logs headers and bodies.
    SDK_DEBUG_LOG = "sdk-debug-log", High, [ApiKeyFromEnv, Wiring],
        "MISTRAL_DEBUG makes the SDK log the key, prompts and replies",
        "take it out; a layer that logs metadata tells what is needed";
    /// Prompts and replies go to a collector.
    TELEMETRY_CONTENT = "telemetry-content", Medium, [OutputSanitization, Wiring],
        "telemetry takes prompts and replies past the guard",
        "switch the capture of content off (metadata is enough), or export through the guard";
    /// The API is called directly where a guard is configured.
    GUARD_BYPASSED = "guard-bypassed", Medium, [InputValidation, OutputSanitization],
        "the API is called at its own address, past the guard of this project",
        "point the base URL at the guard";
    /// The API is called and nothing stands in between.
    NO_GUARD = "no-guard", Medium, [InputValidation, OutputSanitization],
        "this project calls the API, and nothing was found that screens prompts or replies",
        "put mistral-guard or the layers of tower-mistral in between";
    /// A release of an SDK that was not its maker's.
    COMPROMISED_SDK = "compromised-sdk", Critical, [Wiring],
        "this release of the SDK was published by an attacker",
        "remove it, treat the machines that had it as compromised, change all their keys";

    /// The configuration cannot be used.
    CONFIG_INVALID = "config-invalid", High, [Wiring],
        "the guard does not start with this configuration",
        "run mistral-guard serve --check-config";
    /// Others can change the configuration.
    CONFIG_WRITABLE = "config-writable", Medium, [Wiring],
        "other users of this machine can change the guard's configuration",
        "chmod 640 it";
    /// The guard answers on an address that others reach.
    LISTENS_PUBLICLY = "listens-publicly", High, [Wiring],
        "the guard listens without TLS on an address that is not loopback",
        "listen on 127.0.0.1, or put something that ends TLS in front and allow this finding";
    /// The guard asks for no token.
    NO_AUTH = "no-auth", High, [ApiKeyFromEnv, Wiring],
        "the guard lends its key to whoever reaches it",
        "take server.insecure_no_auth out";
    /// Status and metrics are open.
    ADMIN_PUBLIC = "admin-public", Medium, [Wiring],
        "status and metrics are open on an address that is not loopback",
        "give server.admin_listen a port alone";
    /// Keys travel without TLS.
    PLAIN_UPSTREAM = "plain-upstream", High, [ApiKeyFromEnv, Wiring],
        "the key goes to the upstream without TLS",
        "use https in upstream.url and take upstream.dangerous_plain_http out";
    /// Prompts are not screened.
    SCREENING_OFF = "screening-off", High, [InputValidation],
        "prompts are not screened",
        "set guard.mode and sanitize.mode to enforce";
    /// Prompts are looked at and let through.
    SCREENING_OBSERVES = "screening-observes", Medium, [InputValidation],
        "prompts are screened, and nothing is done about what is found",
        "set guard.mode, sanitize.mode and the rules to enforce once the log looks right";
    /// Replies are not redacted.
    REDACTION_OFF = "redaction-off", High, [OutputSanitization],
        "replies are not redacted",
        "set guard.mode and redact.mode to enforce";
    /// Replies are looked at and let through.
    REDACTION_OBSERVES = "redaction-observes", Medium, [OutputSanitization],
        "replies are looked at, and nothing is hidden",
        "set guard.mode, redact.mode and the rules to enforce once the log looks right";
    /// Kinds of values are not hidden.
    REDACTION_GAPS = "redaction-gaps", Medium, [OutputSanitization],
        "secrets in replies are not hidden",
        "take the entities of secrets out of redact.without";
    /// What cannot be read passes.
    FAILS_OPEN = "fails-open", Medium, [InputValidation, OutputSanitization],
        "what cannot be inspected passes",
        "refuse it: on_uninspectable = \"refuse\"";
    /// The log is verbose.
    LOG_VERBOSE = "log-verbose", Low, [Wiring],
        "the log's filter lets debug lines of all libraries through",
        "set log.filter to info";
    /// A key is never given a rest.
    NO_ROTATION = "no-rotation", Low, [ApiKeyFromEnv],
        "keys are not rotated",
        "set keys.rotate_every, and give the guard two keys";
    /// The day has passed that stands beside a key.
    KEY_EXPIRED = "key-expired", High, [ApiKeyFromEnv, Wiring],
        "a key of the guard has expired",
        "make a new one, put it into the source with its own expires=, and take the old one out";
    /// A file of keys was not changed for long.
    KEY_OLD = "key-old", Low, [ApiKeyFromEnv],
        "a file of keys of the guard has not changed for 90 days",
        "make new keys, and revoke the old ones";

    /// Nothing can be said about the layers.
    PROBE_INCONCLUSIVE = "probe-inconclusive", High, [Wiring],
        "a harmless call does not pass the layers, so nothing can be said about them",
        "give the layers what they need (keys, the origin of the API) and probe again";
    /// An injection reached the API.
    INJECTION_PASSED = "injection-passed", High, [InputValidation],
        "a prompt injection reached the API as it was",
        "put SanitizeInputLayer into the stack, in the mode enforce";
    /// A prompt without a limit.
    PROMPT_UNLIMITED = "prompt-unlimited", Medium, [InputValidation],
        "a prompt of a million characters reached the API",
        "limit the characters of a message, or the size of a request";
    /// Personal data of a reply came out.
    REPLY_UNREDACTED = "reply-unredacted", High, [OutputSanitization],
        "personal data of a reply came out",
        "put RedactOutputLayer into the stack, in the mode enforce";
    /// Personal data of a stream came out.
    STREAM_UNREDACTED = "stream-unredacted", High, [OutputSanitization],
        "personal data of a streamed reply came out",
        "redact streams too: RedactOutputLayer does, whatever the cuts are";
    /// What cannot be read came out.
    REPLY_FAILS_OPEN = "reply-fails-open", Medium, [OutputSanitization],
        "a reply that cannot be inspected came out as it was",
        "refuse what cannot be inspected";
    /// The key came back in an error.
    KEY_ECHOED = "key-echoed", High, [ApiKeyFromEnv, OutputSanitization],
        "the API's error showed the key, and it came out",
        "redact error bodies too, or answer 401 with a body of your own";
    /// A log line held what it must not.
    LOG_LEAKS = "log-leaks", High, [OutputSanitization, Wiring],
        "an event of tracing held a prompt, a reply or a key",
        "log inside of nothing that still holds content: metadata only";
    /// The layers panicked or failed.
    STACK_FAILED = "stack-failed", Medium, [Wiring],
        "the layers answered a call with an error in the place of a response",
        "turn failures into responses, so that callers see the API's shapes";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rule_has_a_name_of_its_own_and_one_line_of_advice() {
        let mut ids: Vec<_> = Rule::ALL.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Rule::ALL.len());
        for rule in Rule::ALL {
            assert!(!rule.title.contains('\n') && !rule.advice.contains('\n'));
            assert!(
                rule.title.len() < 100 && rule.advice.len() < 100,
                "{}",
                rule.id
            );
        }
    }
}
