//! What others count, read when somebody asks.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};
use tower_mistral::{
    Guard,
    key_rotation::{KeyHealth, KeyRing},
    metadata_log::audit::AuditTrail,
    wire::Counters,
};

use super::labels::{Key, Uninspected};

type NoLabels = [(&'static str, &'static str); 0];
const NO_LABELS: NoLabels = [];

#[derive(Debug)]
pub(super) struct Live {
    counters: Counters,
    ring: KeyRing,
    trail: Option<AuditTrail>,
}

impl Live {
    pub(super) fn new(guard: &Guard, trail: Option<AuditTrail>) -> Self {
        Self {
            counters: guard.counters(),
            ring: guard.ring(),
            trail,
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
        let health = |health: KeyHealth| match health {
            KeyHealth::Benched => "benched",
            _ => "healthy",
        };
        let states = keys.iter().map(|key| {
            let labels = Key {
                key: key.fingerprint.to_string(),
                health: health(key.health).into(),
            };
            (labels, ConstGauge::new(u64::from(key.is_current)))
        });
        let help = "The keys by fingerprint; 1 is the one whose turn it is";
        family(&mut encoder, ("key", help), MetricType::Gauge, states)?;

        let trail = self.trail.iter();
        let writable = trail.clone().map(|trail| {
            let writable = u64::from(trail.is_writable());
            (NO_LABELS, ConstGauge::new(writable))
        });
        let help = "Whether the audit trail is being written";
        let name = ("audit_writable", help);
        family(&mut encoder, name, MetricType::Gauge, writable)?;
        let lost = trail.map(|trail| (NO_LABELS, ConstCounter::new(trail.lost())));
        let help = "Records that the audit trail could not take";
        family(
            &mut encoder,
            ("audit_lost", help),
            MetricType::Counter,
            lost,
        )
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
