//! What others count, read when somebody asks.

use std::fmt;

use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric},
    metrics::{MetricType, counter::ConstCounter, gauge::ConstGauge},
};
use tower_mistral::{Guard, key_rotation::KeyRing, wire::Counters};

use super::labels::{Key, Uninspected};

#[derive(Debug)]
pub(super) struct Live {
    counters: Counters,
    ring: KeyRing,
}

impl Live {
    pub(super) fn new(guard: &Guard) -> Self {
        Self {
            counters: guard.counters(),
            ring: guard.ring(),
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
        family(&mut encoder, ("key", help), MetricType::Gauge, states)
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
