//! Weights by feature, as they are in the file.
//!
//! A bucket has two places, a place one byte that tells features apart and one byte of weight, so
//! that one look into memory answers for a feature and those never seen weigh nothing.

/// Buckets, as a power of two.
const BITS: u32 = 16;
/// The length of a table in bytes.
pub(crate) const LEN: usize = 4 << BITS;

/// Weights in units of a scale that the model knows.
pub(crate) struct Table {
    buckets: Box<[u32; 1 << BITS]>,
}

impl Table {
    /// The table of exactly [`LEN`] bytes.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        let buckets = bytes.chunks_exact(4).map(<[u8; 4]>::try_from);
        let buckets = buckets.map(|bucket| bucket.map(u32::from_le_bytes));
        let buckets: Box<[u32]> = buckets.collect::<Result<_, _>>().ok()?;
        (bytes.len() == LEN).then_some(Self {
            buckets: buckets.try_into().ok()?,
        })
    }

    /// The weight of a feature.
    pub(crate) fn get(&self, feature: u64) -> i32 {
        let (bucket, check) = place(feature);
        let bucket = self.buckets.get(bucket).copied().unwrap_or_default();
        let [one, weight_one, two, weight_two] = bucket.to_le_bytes();
        let signed = |byte: u8| i32::from(i8::from_le_bytes([byte]));
        if one == check {
            signed(weight_one)
        } else if two == check {
            signed(weight_two)
        } else {
            0
        }
    }
}

/// The bytes of a table with these weights. Where a bucket is full, the weakest stay out.
#[cfg_attr(not(feature = "training"), allow(dead_code))]
pub(crate) fn bytes(weights: impl IntoIterator<Item = (u64, i8)>) -> Vec<u8> {
    let mut weights: Vec<_> = weights.into_iter().filter(|(_, w)| *w != 0).collect();
    weights.sort_unstable_by_key(|(feature, w)| (std::cmp::Reverse(w.unsigned_abs()), *feature));
    let mut bytes = vec![0; LEN];
    for (feature, weight) in weights {
        let (bucket, check) = place(feature);
        let Some(places) = bytes.get_mut(4 * bucket..4 * bucket + 4) else {
            continue;
        };
        for place in places.chunks_exact_mut(2) {
            if let [seen, kept] = place {
                if *kept == 0 {
                    [*kept] = weight.to_le_bytes();
                    *seen = check;
                    break;
                }
                if *seen == check {
                    break;
                }
            }
        }
    }
    bytes
}

fn place(feature: u64) -> (usize, u8) {
    let bucket = usize::try_from(feature >> (64 - BITS)).unwrap_or_default();
    let [check, ..] = feature.to_le_bytes();
    (bucket, check)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn known_features_have_their_weight_and_others_none() {
        let feature = |n: u64| n.wrapping_mul(0xD6E8_FEB8_6659_FD93);
        let weights = (1..2000).map(|n| (feature(n), if n % 2 == 0 { 7 } else { -128 }));
        let table = Table::new(&bytes(weights)).unwrap();
        let right =
            (1..2000).filter(|n| table.get(feature(*n)) == if n % 2 == 0 { 7 } else { -128 });
        assert!(right.count() >= 1990);
        let none = (2000..4000).filter(|n| table.get(feature(*n)) == 0);
        assert!(none.count() >= 1990);
        assert!(Table::new(&[0; LEN - 1]).is_none());
    }
}
