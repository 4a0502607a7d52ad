//! Check digits and dates that numbers of many issuers share.

/// All values of a shape.
pub(super) fn any(_: &[u8]) -> bool {
    true
}

/// The digits of a value, letters left out.
pub(super) fn digits(value: &[u8]) -> impl DoubleEndedIterator<Item = u32> + Clone {
    let digits = value.iter().filter(|b| b.is_ascii_digit());
    digits.map(|b| u32::from(b - b'0'))
}

/// The digits of a value as a number.
pub(super) fn number(value: &[u8]) -> u64 {
    digits(value).fold(0, |sum, digit| {
        sum.wrapping_mul(10).wrapping_add(u64::from(digit))
    })
}

/// A part of a value as a number.
pub(super) fn part(value: &[u8], from: usize, to: usize) -> u64 {
    number(value.get(from..to).unwrap_or_default())
}

/// The sum of the digits, each times its weight.
pub(super) fn weighted(value: &[u8], weights: &[u32]) -> u32 {
    digits(value)
        .zip(weights)
        .map(|(digit, weight)| digit * weight)
        .sum()
}

/// The last digit.
pub(super) fn last(value: &[u8]) -> u32 {
    digits(value).next_back().unwrap_or(0)
}

/// Luhn (ISO/IEC 7812-1, annex B).
pub(super) fn luhn(value: &[u8]) -> bool {
    let digits = value.iter().copied().filter(u8::is_ascii_digit);
    super::card::luhn(digits) && !is_one_digit(value)
}

/// ISO/IEC 7064, modulo 11,10.
pub(super) fn mod_11_10(value: &[u8]) -> bool {
    let mut product = 10;
    let mut rest = digits(value);
    let check = rest.next_back();
    for digit in rest {
        let sum = (digit + product) % 10;
        product = if sum == 0 { 10 } else { sum } * 2 % 11;
    }
    check == Some((11 - product) % 10) && !is_one_digit(value)
}

/// Verhoeff, in the dihedral group of ten elements.
pub(super) fn verhoeff(value: &[u8]) -> bool {
    // The product, and the permutation by which each next digit is turned once more.
    let product = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b - 5) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let turned = |digit: u32, times: usize| {
        (0..times % 8).fold(digit, |digit, _| match digit {
            0 => 1,
            1 => 5,
            2 => 7,
            3 => 6,
            4 => 2,
            5 => 8,
            6 => 3,
            7 => 0,
            8 => 9,
            _ => 4,
        })
    };
    let places = digits(value).rev().enumerate();
    places.fold(0, |sum, (n, digit)| product(sum, turned(digit, n))) == 0
}

/// The thirteenth digit of an article number (GS1).
pub(super) fn ean13(value: &[u8]) -> bool {
    weighted(value, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]) % 10 == 0
}

/// Whether all digits are the same one: no issuer gives such a number out.
pub(super) fn is_one_digit(value: &[u8]) -> bool {
    let mut digits = digits(value);
    let first = digits.next();
    digits.all(|digit| Some(digit) == first)
}

/// Whether there is such a day in some year.
pub(super) fn is_day(month: u64, day: u64) -> bool {
    let days = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// Whether six digits from `at` on are year, month and day.
pub(super) fn yymmdd(value: &[u8], at: usize) -> bool {
    is_day(part(value, at + 2, at + 4), part(value, at + 4, at + 6))
}

/// Whether six digits from `at` on are day, month and year.
pub(super) fn ddmmyy(value: &[u8], at: usize) -> bool {
    is_day(part(value, at + 2, at + 4), part(value, at, at + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every wrong digit is noticed by each check that promises so, and most swaps of neighbours.
    #[test]
    fn one_wrong_digit_is_noticed() {
        let cases: [(fn(&[u8]) -> bool, &[u8]); 4] = [
            (luhn, b"79927398713"),
            (mod_11_10, b"86095742719"),
            (verhoeff, b"2363"),
            (ean13, b"7569217076985"),
        ];
        for (check, value) in cases {
            assert!(check(value));
            for n in 0..value.len() {
                for digit in b'0'..=b'9' {
                    let mut wrong = value.to_vec();
                    if let Some(slot) = wrong.get_mut(n).filter(|slot| **slot != digit) {
                        *slot = digit;
                        assert!(!check(&wrong), "{n} {digit}");
                    }
                }
            }
        }
    }
}
