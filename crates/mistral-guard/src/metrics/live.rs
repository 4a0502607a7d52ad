//! What others count, read when somebody asks.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};
use tower_mistral::{
    Guard,
    key_rotation::{KeyRing, KeyState, source::SourceState},
    metadata_log::audit::AuditTrail,
    wire::Counters,
};

use super::{
    labels::{Fingerprint, Key, OfRule, RuleSet, Source, Uninspected},
    sketch::Share,
};

#[derive(Debug)]
pub(super) struct Live {
    counters: Counters,
    ring: KeyRing,
    sources: Vec<SourceState>,
    trail: Option<AuditTrail>,
    values: Vec<(String, Share)>,
    versions: Option<(u64, u64)>,
}

impl Live {
    pub(super) fn new(
        guard: &Guard,
        sources: &[SourceState],
        trail: Option<AuditTrail>,
        values: Vec<(String, Share)>,
        versions: Option<(u64, u64)>,
    ) -> Self {
        Self {
            sources: sources.to_vec(),
            counters: guard.counters(),
            ring: guard.ring(),
            trail,
            values,
            versions,
        }
    }
}

impl Collector for Live {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let uninspected = self.counters.iter().map(|(reason, handling, count)| {
            let labels = Uninspected {
                reason: reason.as_str().into(),
                handling: handling.as_str().into(),
            };
            (labels, ConstCounter::new(count))
        });
        let help = "What could not be inspected, by reason and by what was done about it";
        family(
            &mut encoder,
            ("uninspected", help),
            MetricType::Counter,
            uninspected,
        )?;
        let keys = self.ring.keys();
        let states = keys.iter().map(|key| {
            let labels = Key {
                key: key.fingerprint.to_string(),
                health: key.health.as_str().into(),
            };
            (labels, ConstGauge::new(u64::from(key.is_current)))
        });
        let help = "The keys by fingerprint; 1 is the one whose turn it is";
        family(&mut encoder, ("key", help), MetricType::Gauge, states)?;
        self.encode_counts(&mut encoder, &keys)?;
        self.encode_sources(&mut encoder)?;
        self.encode_trail(&mut encoder)?;
        self.encode_rules(&mut encoder)
    }
}

impl Live {
    fn encode_trail(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let Some(trail) = &self.trail else {
            return Ok(());
        };
        let help = "Whether the audit trail is being written";
        let writable = ConstGauge::new(u64::from(trail.is_writable()));
        let kind = MetricType::Gauge;
        writable.encode(encoder.encode_descriptor("audit_writable", help, None, kind)?)?;
        let help = "Records that the audit trail could not take";
        let (lost, kind) = (ConstCounter::new(trail.lost()), MetricType::Counter);
        lost.encode(encoder.encode_descriptor("audit_lost", help, None, kind)?)
    }

    fn encode_rules(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let label = |rule: &String| OfRule {
            rule: rule.clone().into(),
        };
        let values = self.values.iter();
        let distinct = values.clone();
        let distinct = distinct.map(|(rule, it)| (label(rule), ConstGauge::new(it.distinct)));
        let help = "Values that a rule has found in the last hour or two; 64 stands for more";
        let name = ("values_distinct", help);
        family(encoder, name, MetricType::Gauge, distinct)?;
        let top = values.map(|(rule, it)| (label(rule), ConstGauge::new(it.top)));
        let help = "Which part of a rule's findings is one value's, in the last hour or two";
        family(encoder, ("value_top_share", help), MetricType::Gauge, top)?;
        let versions = self.versions.iter();
        let versions = versions.map(|(rules, generation)| {
            let rules = format!("{rules:016x}");
            (RuleSet { rules }, ConstGauge::new(*generation))
        });
        let help = "The generation of the configuration, by a hash of its rules";
        let name = ("config_generation", help);
        family(encoder, name, MetricType::Gauge, versions)
    }

    fn encode_counts(&self, encoder: &mut DescriptorEncoder<'_>, keys: &[KeyState]) -> fmt::Result {
        let counts: [(&str, &str, fn(&KeyState) -> u64); 3] = [
            (
                "key_lent",
                "Tries at the API that a key was lent to",
                |key| key.lent,
            ),
            (
                "key_rejected",
                "Tries that the API answered with 401",
                |key| key.rejected,
            ),
            (
                "key_limited",
                "Tries that the API answered with 429",
                |key| key.limited,
            ),
        ];
        for (name, help, count) in counts {
            let counted = keys.iter().map(|key| {
                let key_label = key.fingerprint.to_string();
                (
                    Fingerprint { key: key_label },
                    ConstCounter::new(count(key)),
                )
            });
            family(encoder, (name, help), MetricType::Counter, counted)?;
        }
        let expiring = keys.iter().filter_map(|key| {
            let label = Fingerprint {
                key: key.fingerprint.to_string(),
            };
            Some((label, ConstGauge::new(key.expires_in?.as_secs())))
        });
        let help = "How long the API takes a key yet, as far as its source has said";
        family(
            encoder,
            ("key_expires_in_seconds", help),
            MetricType::Gauge,
            expiring,
        )
    }

    fn encode_sources(&self, encoder: &mut DescriptorEncoder<'_>) -> fmt::Result {
        let label = |source: &SourceState| Source {
            source: source.name.clone(),
        };
        let gauges: [(&str, &str, fn(&SourceState) -> Option<u64>); 3] = [
            (
                "key_source_keys",
                "Keys of a source that are in use",
                |source| Some(source.keys as u64),
            ),
            (
                "key_source_age_seconds",
                "How long ago a source gave its keys",
                |source| source.age.map(|age| age.as_secs()),
            ),
            (
                "key_source_stale",
                "1 if a source failed when it was last asked",
                |source| Some(u64::from(source.error.is_some())),
            ),
        ];
        for (name, help, number) in gauges {
            let sources = self.sources.iter();
            let known = sources
                .filter_map(|source| Some((label(source), ConstGauge::new(number(source)?))));
            family(encoder, (name, help), MetricType::Gauge, known)?;
        }
        let counts: [(&str, &str, fn(&SourceState) -> u64); 2] = [
            (
                "key_source_fetches",
                "How often a source was asked",
                |source| source.fetches,
            ),
            (
                "key_source_failures",
                "How often a source failed",
                |source| source.failures,
            ),
        ];
        for (name, help, count) in counts {
            let sources = self.sources.iter();
            let counted = sources.map(|source| (label(source), ConstCounter::new(count(source))));
            family(encoder, (name, help), MetricType::Counter, counted)?;
        }
        Ok(())
    }
}

fn family<L: EncodeLabelSet, M: EncodeMetric>(
    encoder: &mut DescriptorEncoder<'_>,
    (name, help): (&str, &str),
    kind: MetricType,
    metrics: impl Iterator<Item = (L, M)>,
) -> fmt::Result {
    let mut metrics = metrics.peekable();
    if metrics.peek().is_none() {
        return Ok(());
    }
    let mut family = encoder.encode_descriptor(name, help, None, kind)?;
    for (labels, metric) in metrics {
        metric.encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}
