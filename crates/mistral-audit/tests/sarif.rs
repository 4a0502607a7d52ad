//! Reports in SARIF are what the schema of SARIF 2.1.0 says.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice)]

use mistral_audit::{Finding, Place, Report, Rule, Trace};
use serde_json::Value;

/// That of OASIS, as published (draft 07).
const SCHEMA: &str = include_str!("sarif-schema-2.1.0.json");

fn validator() -> jsonschema::Validator {
    // As published, this pattern has a bracket that nothing opens, which only lenient engines take.
    let schema = SCHEMA.replace("|^[a-zA-Z]{2}-[a-zA-Z]{2}]?$", "(-[a-zA-Z]{2})?$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

fn report() -> Report {
    let mut findings: Vec<_> = Rule::ALL
        .iter()
        .map(|rule| {
            Finding::new(
                rule,
                Place::file("a folder/ü#?.py").line(3, Some(7)),
                "detail",
            )
        })
        .collect();
    findings.push(Finding::new(Rule::NO_GUARD, Place::file("x.py"), ""));
    let secret = Finding::new(Rule::API_TOKEN, Place::file("y.env").line(1, None), "");
    findings.push(secret.secret(Trace::new("a secret of more than twenty", 7), "T=*"));
    Report::new(findings)
}

#[test]
fn a_report_is_valid() {
    let document: Value = serde_json::from_str(&report().to_sarif()).unwrap();
    let validator = validator();
    let errors: Vec<_> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let empty: Value = serde_json::from_str(&Report::default().to_sarif()).unwrap();
    assert!(validator.is_valid(&empty));
    let results = document["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), Rule::ALL.len() + 2);
    let rules = document["runs"][0]["tool"]["driver"]["rules"]
        .as_array()
        .unwrap();
    for result in results {
        let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(
        place["artifactLocation"]["uri"],
        "a%20folder/%C3%BC%23%3F.py"
    );
}

#[test]
fn the_schema_finds_what_is_wrong() {
    let mut document: Value = serde_json::from_str(&report().to_sarif()).unwrap();
    document["runs"][0]["results"][0]["level"] = "fatal".into();
    assert!(!validator().is_valid(&document));
}
