//! What a caller can set, and what a stream tells.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

mod common;

use std::sync::Arc;

use common::redact;
use stream_redactor::{
    ConfigError, Edit, End, Entity, HashKey, Redactor, RedactorBuilder, RuleSet, Show, Stream,
};

#[test]
fn a_push_with_nothing_to_find_is_one_keep() {
    let mut stream = Redactor::recommended().stream();
    let mut edits = Vec::new();
    let text = "Nothing here, <b>nothing</b> there:\n";
    stream.push(text, &mut edits);
    assert_eq!(edits, [Edit::Keep(text.len())]);
    stream.push("", &mut edits);
    assert_eq!(edits.len(), 1);
}

#[test]
fn a_stream_says_when_it_swallows() {
    let mut stream = Redactor::recommended().stream();
    let mut edits = Vec::new();
    stream.push("a<script>b", &mut edits);
    assert!(stream.is_swallowing());
    assert_eq!(stream.held(), 0);
    let entity = Entity::SCRIPT;
    let placeholder = Edit::Replace {
        n: 9,
        entity: entity.clone(),
        with: "[SCRIPT]".into(),
    };
    assert_eq!(edits, [Edit::Keep(1), placeholder]);
    edits.clear();
    stream.push("swallowed</scr", &mut edits);
    let more = Edit::Replace {
        n: 14,
        entity,
        with: "".into(),
    };
    assert_eq!(edits, [more]);
    stream.push("ipt>c ", &mut edits);
    assert!(!stream.is_swallowing());
    stream.finish(End::Complete, &mut edits);
    assert_eq!(edits.last(), Some(&Edit::Keep(2)));
}

#[test]
fn text_without_spaces_flows() {
    let redactor = Redactor::recommended();
    for unit in ["x", "汉", "0", "<", "&", "@", "a.", "(", "\u{200b}x", "ก"] {
        let (mut stream, mut edits) = (redactor.stream(), Vec::new());
        stream.push(&unit.repeat(2000), &mut edits);
        assert!(
            stream.held() <= 64 * unit.len(),
            "{unit}: {}",
            stream.held()
        );
    }
}

#[test]
fn values_that_may_stay() {
    let redactor = Redactor::builder()
        .allow("Support@Acme.com")
        .build()
        .unwrap();
    let text = "support@acme.com support＠acme.com xsupport@acme.com support@acme.com.uk a@b.cc";
    let shown = "support@acme.com support＠acme.com [EMAIL] [EMAIL] [EMAIL]";
    assert_eq!(redact(&redactor, text), shown);

    let mut stream = redactor.stream();
    stream.exempt(Arc::from([Box::from("A@b.cc"), Box::from("123-45-6789")]));
    for _ in 0..2 {
        let text = "a@b.cc, 123-45-6789, 123-45-6780, support@acme.com, b@b.cc";
        let shown = common::stream(&mut stream, &common::chars(text), End::Complete, 4096);
        assert_eq!(
            shown,
            "a@b.cc, 123-45-6789, [SSN], support@acme.com, [EMAIL]"
        );
    }
}

#[test]
fn more_values_that_may_stay() {
    let builder = || Redactor::builder().without(Entity::PHONE_NUMBER);
    let cases = [
        (
            builder(),
            "git@github.com:a/b git@b.org agit@b.org",
            "git@github.com:a/b git@b.org [EMAIL]",
        ),
        (
            builder().allow_domain("ACME.com"),
            "a@acme.com b@de.acme.com c@notacme.com d@acme.com.uk",
            "a@acme.com b@de.acme.com [EMAIL] [EMAIL]",
        ),
        (
            builder().allow_documentation_values(),
            "a@example.com a@x.test a@b.org 192.0.2.7 203.0.113.1 192.0.3.7 2001:db8::1 2001:db9::1",
            "a@example.com a@x.test [EMAIL] 192.0.2.7 203.0.113.1 [IP] 2001:db8::1 [IP]",
        ),
        (
            builder().allow_if(Entity::CREDIT_CARD, |card| card.ends_with("1111")),
            "4111 1111 1111 1111, 5555-5555-5555-4444",
            "4111 1111 1111 1111, [CARD]",
        ),
    ];
    for (builder, text, shown) in cases {
        let redactor = builder.build().unwrap();
        assert_eq!(redact(&redactor, text), shown);
        assert_eq!(redact(&redactor, shown), shown);
    }
}

#[test]
fn what_the_first_look_passes_is_nothing() {
    let hook = "https://hooks.slack.com/services/TABCDEFGH/BABCDEFGH/abcdefghijklmnopqrstuvwx";
    let cases = [
        // A word with a digit in it is read before the date is looked at.
        (
            "dob",
            "and so it goes on, x, xxxxxxxx1born May 5, 1990 and on",
            "[DATE_OF_BIRTH]",
        ),
        (
            "",
            &*format!("see the rest of it at {hook} and on"),
            "[SECRET]",
        ),
    ];
    for (name, text, placeholder) in cases {
        let mut stream = Redactor::recommended().stream();
        stream.context(name);
        let mut edits = Vec::new();
        stream.push(text, &mut edits);
        stream.finish(End::Complete, &mut edits);
        let shows =
            |edit: &Edit| matches!(edit, Edit::Replace { with, .. } if *with == placeholder);
        assert!(edits.iter().any(shows), "{text}");
    }
}

#[test]
fn a_name_before_a_text_is_context() {
    let cases = [
        ("phone", "555 0123 44", "[PHONE]"),
        ("Mobile-Phone", "555 0123 44", "[PHONE]"),
        ("PHONE_NUMBER", "555 0123 44", "[PHONE]"),
        ("homePhone", "555 0123 44", "[PHONE]"),
        ("telephones_total", "555 0123 44", "555 0123 44"),
        ("order", "555 0123 44", "555 0123 44"),
        ("text", "555 0123 44", "555 0123 44"),
        ("version", "10.1.2.3", "10.1.2.3"),
        ("host", "10.1.2.3", "[IP]"),
        ("DE", "89370400440532013000", "89370400440532013000"),
        ("jane", "@example.com", "@example.com"),
        ("password", "letmein", "[SECRET]"),
        ("dbPassword", "hunter2 x", "[SECRET] x"),
        ("password", "must be strong", "must be strong"),
        ("apiKey", "9f8c1d2e3b4a59687786", "[SECRET]"),
        ("password_hint", "letmein", "letmein"),
    ];
    let redactor = Redactor::recommended();
    let mut machine = redactor.stream();
    for (name, text, shown) in cases {
        for pieces in [common::chars(text), vec![text]] {
            machine.context(name);
            let redacted = common::stream(&mut machine, &pieces, End::Complete, 4096);
            assert_eq!(redacted, shown, "{name}");
        }
        assert_eq!(
            common::stream(&mut machine, &["555 0123 44"], End::Complete, 4096),
            "555 0123 44"
        );
    }
}

#[test]
fn rules_can_be_switched_off() {
    let redactor = Redactor::recommended();
    let names: Vec<_> = redactor
        .rules()
        .iter()
        .map(|rule| rule.entity().as_str())
        .collect();
    let basic = [
        "EMAIL_ADDRESS",
        "US_SSN",
        "SCRIPT",
        "SYSTEM_PROMPT",
        "INVISIBLE_TEXT",
    ];
    assert_eq!(names[..5], basic);
    let optional = Redactor::optional();
    let optional: Vec<_> = optional.iter().map(|rule| rule.entity().as_str()).collect();
    assert_eq!(
        optional,
        ["DATE_TIME", "URL", "DOMAIN_NAME", "EXTERNAL_IMAGE"]
    );
    assert!(!names.iter().any(|name| optional.contains(name)));
    assert_eq!(Redactor::basic().rules(), &redactor.rules()[..5]);
    let text = "a@b.cc 123-45-6789";
    let shown = |set| common::stream(&mut redactor.stream_with(set), &[text], End::Complete, 4096);
    assert_eq!(shown(redactor.all()), "[EMAIL] [SSN]");
    assert_eq!(shown(redactor.all().without(0)), "a@b.cc [SSN]");
    assert_eq!(shown(RuleSet::empty().with(0)), "[EMAIL] 123-45-6789");
    assert_eq!(shown(RuleSet::empty()), text);

    let without = Redactor::builder()
        .without(Entity::EMAIL_ADDRESS)
        .build()
        .unwrap();
    assert_eq!(redact(&without, text), "a@b.cc [SSN]");
}

#[test]
fn replacements_are_checked() {
    let with = |entity, with: &'static str| Redactor::builder().replacement(entity, with).build();
    let stars = with(Entity::US_SSN, "***").unwrap();
    assert_eq!(redact(&stars, "123-45-6789"), "***");
    let email = Entity::EMAIL_ADDRESS;
    let cases = [
        (
            with(email.clone(), ""),
            ConfigError::EmptyReplacement {
                entity: email.clone(),
            },
        ),
        (
            with(Entity::US_SSN, "x@example.com"),
            ConfigError::ReplacementMatches {
                entity: Entity::US_SSN,
                found: email,
            },
        ),
        (
            with(Entity::new("NO_SUCH"), "x"),
            ConfigError::UnknownEntity {
                entity: Entity::new("NO_SUCH"),
            },
        ),
        (
            Redactor::builder().with(Entity::new("NO_SUCH")).build(),
            ConfigError::UnknownEntity {
                entity: Entity::new("NO_SUCH"),
            },
        ),
        (
            Redactor::builder().max_hold(8).build(),
            ConfigError::HoldTooSmall { bytes: 8 },
        ),
    ];
    for (built, error) in cases {
        assert_eq!(built.unwrap_err(), error);
    }
}

/// Invisible characters can stretch a value without end; then its head is masked.
#[test]
fn what_is_held_is_bounded() {
    let least = RedactorBuilder::MIN_HOLD;
    let redactor = Redactor::builder().max_hold(least).build().unwrap();
    // Sixteen invisible characters between two visible ones are the most that a value may hold.
    let stretched = |text: &str| {
        let gap = "\u{1e8d0}".repeat(16);
        text.split("").collect::<Vec<_>>().join(&gap)
    };
    let cases = [(
        format!("a@{}.com!", stretched(&"x".repeat(40))),
        "[EMAIL]",
        ".com!",
    )];
    for (text, head, tail) in cases {
        let mut stream = redactor.stream();
        let shown = common::stream(&mut stream, &common::chars(&text), End::Complete, least);
        assert!(shown.starts_with(head) && shown.ends_with(tail), "{head}");
        assert_eq!(redactor.redact(&text), shown);
    }
}

#[test]
fn debug_shows_no_text() {
    let redactor = Redactor::recommended();
    let mut stream = redactor.stream();
    stream.push("hunter2", &mut Vec::new());
    let builder = Redactor::builder().allow("hunter2");
    let shown = format!("{redactor:?} {stream:?} {builder:?}");
    assert!(
        shown.starts_with(r#"Redactor ["EMAIL_ADDRESS", "US_SSN", "SCRIPT", "SYSTEM_PROMPT", "#)
    );
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn streams_cross_threads() {
    fn check<T: Send + Sync + Clone + 'static>() {}
    check::<Stream>();
    check::<Redactor>();
}

#[test]
fn what_is_shown_is_a_choice() {
    let hash = || Show::Hash(HashKey::new(*b"0123456789abcdef"));
    let cases = [
        (
            Entity::CREDIT_CARD,
            Show::LastFour,
            "4111-1111-1111-1111!",
            "****-****-****-1111!",
        ),
        (
            Entity::CREDIT_CARD,
            Show::Mask,
            "４111 1111 1111 1111",
            "**** **** **** ****",
        ),
        // Four of nine would be too many.
        (Entity::US_SSN, Show::LastFour, "123-45-6789", "***-**-****"),
        (
            Entity::EMAIL_ADDRESS,
            Show::LastFour,
            "Jane@example.com",
            "****@******e.com",
        ),
        (
            Entity::EMAIL_ADDRESS,
            Show::Remove,
            "a jane@example.com, b",
            "a  , b",
        ),
        (Entity::SCRIPT, Show::Remove, "a<script>x</script>b", "a b"),
        (
            Entity::SCRIPT,
            Show::Mask,
            "a<script>x</script>b",
            "a[SCRIPT]b",
        ),
        (Entity::SCRIPT, hash(), "a<script>x</script>b", "a[SCRIPT]b"),
    ];
    for (entity, show, text, expected) in cases {
        let redactor = Redactor::builder().show(entity, show).build().unwrap();
        assert_eq!(redact(&redactor, text), expected, "{text}");
        assert_eq!(redact(&redactor, expected), expected);
    }

    let hashed = |key: [u8; 16]| {
        let show = Show::Hash(HashKey::new(key));
        let builder = Redactor::builder().show(Entity::CREDIT_CARD, show.clone());
        builder.show(Entity::EMAIL_ADDRESS, show).build().unwrap()
    };
    let redactor = hashed(*b"0123456789abcdef");
    let one = redact(&redactor, "4111 1111 1111 1111");
    assert!(
        one.starts_with("[CARD:") && one.len() == "[CARD:]".len() + 16,
        "{one}"
    );
    assert_eq!(
        redact(&redactor, "4111111111111111"),
        one,
        "however it is grouped"
    );
    assert_eq!(redact(&redactor, &one), one);
    assert_ne!(redact(&redactor, "5555-5555-5555-4444"), one);
    assert_ne!(
        redact(&hashed(*b"another key, 16."), "4111 1111 1111 1111"),
        one
    );
    assert_eq!(
        redact(&redactor, "JANE@b.org"),
        redact(&redactor, "jane&#64;b.org")
    );
    assert!(!format!("{:?}", hash()).contains("48"), "no key in Debug");
}

/// The letter that ends an escape sequence is no part of the word behind it.
#[test]
fn a_word_right_behind_a_finding_counts() {
    let redactor = Redactor::recommended();
    let text = "He told us so when we met in Leeds, and then: \u{1b}[31mborn 04/05/1971";
    let expected = "He told us so when we met in Leeds, and then: [ESC]born [DATE_OF_BIRTH]";
    assert_eq!(redact(&redactor, text), expected);
    let mut stream = redactor.stream();
    stream.push(text, &mut Vec::new());
    assert_eq!(stream.held(), "04/05/1971".len(), "it may go on");
}
