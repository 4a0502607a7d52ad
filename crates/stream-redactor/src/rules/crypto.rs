//! `CRYPTO`: addresses of Bitcoin and Ethereum.
//!
//! Bitcoin's in base58check (version byte and double SHA-256, BIP 13) and bech32 or bech32m (BIP 173
//! and BIP 350), on the main and test networks; `0x` and forty hexadecimal digits for Ethereum. Its
//! capitals (EIP-55) are not checked: they guard against typing errors, and with a wrong one an
//! address still shows whose it is.

use sha2::{Digest, Sha256};

use super::run::{Grouped, Run};
use super::runs::TOKEN;
use super::{Finder, Spec, Tier};
use crate::edit::Entity;

pub(super) static SPEC: Spec = Spec {
    entity: Entity::CRYPTO,
    placeholder: "[CRYPTO]",
    tier: Tier::Certain,
    about: "a Bitcoin address with its checksum, or an Ethereum address",
    source: "BIP 13, BIP 173, BIP 350, Ethereum yellow paper",
    finder: Finder::Runs(&CRYPTO),
    hits: &[
        "«1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2», «3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy».",
        "to «bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq»",
        "«BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4»",
        "«bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0»",
        "«0x52908400098527886E0F7030069857D2E4169EE7»",
    ],
    misses: &[
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3",
        "1bvbmseystwetqtfn5au4m4gfg7xjanvn2",
        "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdp",
        "0x52908400098527886E0F7030069857D2E4169EE",
        "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    ],
};

static CRYPTO: Grouped = Grouped {
    runs: &TOKEN,
    min_len: 26,
    value,
    anchored,
};

const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// A version, a hash of twenty bytes, a checksum of four.
const DECODED: usize = 25;
/// To pay a key or a script, on the main network and on the test network.
const VERSIONS: [u8; 4] = [0x00, 0x05, 0x6f, 0xc4];

fn value(run: &Run<'_>) -> Option<(usize, usize)> {
    let is_part = matches!(run.before, b'_' | b'-' | b'.' | b'/' | b'$' | b'+' | b'=');
    // As the value of a parameter it may stand behind an equals sign.
    if run.is_open || is_part && run.before != b'=' || matches!(run.behind, b'_' | b'/' | b'+') {
        return None;
    }
    let is_address = match run.text {
        [b'0', b'x', digits @ ..] => digits.len() == 40 && digits.iter().all(u8::is_ascii_hexdigit),
        [b'b', b'c', b'1', ..] | [b't', b'b', b'1', ..] => is_bech32(run),
        [b'1' | b'2' | b'3' | b'm' | b'n', ..] => is_base58(run),
        _ => false,
    };
    is_address.then_some((0, run.text.len()))
}

fn is_base58(run: &Run<'_>) -> bool {
    if run.text.len() > 35 {
        return false;
    }
    let mut decoded = [0_u8; DECODED];
    for (n, byte) in run.text.iter().enumerate() {
        let byte = if run.is_upper(n) {
            byte.to_ascii_uppercase()
        } else {
            *byte
        };
        let Some(digit) = BASE58.iter().position(|b| *b == byte) else {
            return false;
        };
        let mut carry = digit as u32;
        for slot in decoded.iter_mut().rev() {
            carry += u32::from(*slot) * 58;
            *slot = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        if carry > 0 {
            return false;
        }
    }
    let ([version, ..], Some((payload, checksum))) = (decoded, decoded.split_last_chunk::<4>())
    else {
        return false;
    };
    let hash = Sha256::digest(Sha256::digest(payload));
    VERSIONS.contains(&version) && hash.starts_with(checksum)
}

/// The checksum of BIP 173 or BIP 350; letters in one case.
fn is_bech32(run: &Run<'_>) -> bool {
    let (Some(prefix), Some(data)) = (run.text.get(..2), run.text.get(3..)) else {
        return false;
    };
    let letters =
        || (0..run.text.len()).filter(|n| run.text.get(*n).is_some_and(u8::is_ascii_alphabetic));
    let is_one_case = letters().all(|n| run.is_upper(n)) || !letters().any(|n| run.is_upper(n));
    let value = |b: &u8| BECH32.iter().position(|c| c == b).map(|n| n as u32);
    let high = prefix.iter().map(|b| u32::from(b >> 5));
    let low = prefix.iter().map(|b| u32::from(b & 31));
    let Some(data) = data.iter().map(value).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let sum = high.chain([0]).chain(low).chain(data).fold(1, checksum);
    is_one_case && matches!(sum, 1 | 0x2bc8_30a3)
}

fn checksum(sum: u32, value: u32) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let next = (sum & 0x01ff_ffff) << 5 ^ value;
    let bits = GENERATOR.iter().enumerate();
    let bits = bits.filter(|(n, _)| (sum >> 25) >> n & 1 == 1);
    bits.fold(next, |sum, (_, generator)| sum ^ generator)
}

/// Half of an address with a prefix of its own.
fn anchored(run: &Run<'_>) -> Option<usize> {
    let is_one = match run.text {
        [b'0', b'x', digits @ ..] => {
            (20..=40).contains(&digits.len()) && digits.iter().all(u8::is_ascii_hexdigit)
        }
        [b'b', b'c', b'1', data @ ..] => {
            data.len() >= 20 && data.iter().all(|b| BECH32.contains(b))
        }
        _ => false,
    };
    is_one.then_some(0)
}
