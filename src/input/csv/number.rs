//! Numbers in text. The fast paths read a plain decimal where it stands; the
//! general ones take a whole cell and every way of writing a number.

/// Powers of ten that an `f64` holds exactly, as far as they are needed.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// What stands for a value that is not there, in lower case.
const MISSING: [&[u8]; 13] = [
    b"",
    b"nan",
    b"-nan",
    b"na",
    b"n/a",
    b"#n/a",
    b"null",
    b"none",
    b"nil",
    b"-",
    b"--",
    b"?",
    b"nan(ind)",
];

/// The plain decimal `[-+]digits[.digits]` at `at`, and the place behind it;
/// `point` is what stands before the fraction.
///
/// Up to 15 digits: below 2^53 and so exact, as is the power of ten, and the
/// one division rounds correctly (Clinger 1990). Anything else is left to
/// [`parse`].
#[inline]
pub(super) fn decimal(line: &[u8], at: usize, point: u8) -> Option<(f64, usize)> {
    let (digits, end) = digits(line, at, point, 15)?;
    let magnitude = digits.mantissa as f64 / POWERS[digits.fraction];
    Some((if digits.negative { -magnitude } else { magnitude }, end))
}

/// The plain decimal at `at` times 10^`exponent`, rounded to an integer, and
/// the place behind it. Exact whatever the number of its digits, up to 18.
#[inline]
pub(super) fn scaled(line: &[u8], at: usize, point: u8, exponent: i32) -> Option<(i64, usize)> {
    let (digits, end) = digits(line, at, point, 18)?;
    Some((digits.times_ten_to(exponent)?, end))
}

/// Digits as they were read: mantissa, of which the last `fraction` stood
/// behind the point.
struct Digits {
    negative: bool,
    mantissa: u64,
    fraction: usize,
}

impl Digits {
    /// Times 10^`exponent`, halves away from zero.
    fn times_ten_to(&self, exponent: i32) -> Option<i64> {
        let power = exponent - self.fraction as i32;
        let magnitude = if power >= 0 {
            let factor = 10i64.checked_pow(power.unsigned_abs())?;
            i64::try_from(self.mantissa).ok()?.checked_mul(factor)?
        } else {
            match 10u64.checked_pow(power.unsigned_abs()) {
                Some(divisor) => {
                    let (whole, rest) = (self.mantissa / divisor, self.mantissa % divisor);
                    i64::try_from(whole + u64::from(rest >= divisor - rest)).ok()?
                }
                // Twenty digits of mantissa are less than half of 10^20.
                None => 0,
            }
        };
        Some(if self.negative { -magnitude } else { magnitude })
    }
}

#[inline]
fn digits(line: &[u8], mut at: usize, point: u8, most: usize) -> Option<(Digits, usize)> {
    let negative = match line.get(at)? {
        b'-' => {
            at += 1;
            true
        }
        b'+' => {
            at += 1;
            false
        }
        _ => false,
    };
    let start = at;
    let mut mantissa = 0u64;
    while let Some(digit) = digit(line, at) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
        at += 1;
    }
    let whole = at - start;
    let mut fraction = 0;
    if line.get(at) == Some(&point) {
        at += 1;
        let start = at;
        while let Some(digit) = digit(line, at) {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
            at += 1;
        }
        fraction = at - start;
    }
    let count = whole + fraction;
    (1..=most).contains(&count).then_some((Digits { negative, mantissa, fraction }, at))
}

#[inline]
fn digit(line: &[u8], at: usize) -> Option<u64> {
    let digit = line.get(at)?.wrapping_sub(b'0');
    (digit < 10).then_some(u64::from(digit))
}

/// Whether `cell` says that there is no value.
pub(super) fn is_missing(cell: &[u8]) -> bool {
    MISSING.iter().any(|missing| cell.eq_ignore_ascii_case(missing))
}

/// The number that is the whole of `cell`, in any form: exponents, any number
/// of digits, infinities. A comma is a decimal comma when `point` is one, or
/// when there is no point: then it was quoted.
pub(super) fn parse(cell: &[u8], point: u8) -> Option<f64> {
    let mut buffer = [0; 64];
    let text = plain(cell, point, &mut buffer)?;
    fast_float2::parse(text).ok().filter(|value: &f64| !value.is_nan())
}

/// The number that is the whole of `cell` times 10^`exponent`, rounded to an
/// integer: exact as far as 19 digits go, further ones are read over.
pub(super) fn parse_scaled(cell: &[u8], point: u8, exponent: i32) -> Option<i64> {
    let mut buffer = [0; 64];
    let text = plain(cell, point, &mut buffer)?;
    let (number, power) = match text.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        Some(e) => {
            let power = std::str::from_utf8(&text[e + 1..]).ok()?.parse::<i32>().ok()?;
            (&text[..e], power)
        }
        None => (text, 0),
    };
    let negative = number.first() == Some(&b'-');
    let number = number.strip_prefix(b"-").unwrap_or(number);
    let mut digits = Digits { negative, mantissa: 0, fraction: 0 };
    let (mut seen, mut behind_point, mut dropped) = (0, false, 0);
    for byte in number {
        match byte {
            b'0'..=b'9' => {
                seen += 1;
                match digits.mantissa.checked_mul(10) {
                    Some(tens) if tens < u64::MAX - 9 => {
                        digits.mantissa = tens + u64::from(byte - b'0');
                        digits.fraction += usize::from(behind_point);
                    }
                    _ => dropped += i32::from(!behind_point),
                }
            }
            b'.' if !behind_point => behind_point = true,
            _ => return None,
        }
    }
    let exponent = exponent.checked_add(power)?.checked_add(dropped)?;
    if seen == 0 || exponent.abs() > 400 {
        return None;
    }
    digits.times_ten_to(exponent)
}

/// `cell` with a decimal point and without a leading plus, if it can be a number.
fn plain<'a>(cell: &'a [u8], point: u8, buffer: &'a mut [u8; 64]) -> Option<&'a [u8]> {
    let cell = cell.strip_prefix(b"+").unwrap_or(cell);
    match cell.first()? {
        b'0'..=b'9' | b'-' | b'.' | b',' | b'i' | b'I' => {}
        _ => return None,
    }
    let (has_point, has_comma) = (cell.contains(&b'.'), cell.contains(&b','));
    if !has_comma {
        return (point == b'.' || !has_point).then_some(cell);
    }
    if has_point || cell.len() > buffer.len() || cell.last() == Some(&b',') {
        return None;
    }
    let text = &mut buffer[..cell.len()];
    text.copy_from_slice(cell);
    let comma = memchr::memchr(b',', text)?;
    text[comma] = b'.';
    (!text.contains(&b',')).then_some(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_of_every_form_are_read() {
        let cases: [(&str, u8, Option<f64>); 14] = [
            ("-0.02", b'.', Some(-0.02)),
            ("+3", b'.', Some(3.0)),
            (".5", b'.', Some(0.5)),
            ("7.243058681E0", b'.', Some(7.243058681)),
            ("-9.400000e-01", b'.', Some(-0.94)),
            ("12.315857887268066", b'.', Some(12.315857887268066)),
            ("0,125", b',', Some(0.125)),
            ("1,70136286270131E+018", b'.', Some(1.70136286270131e18)),
            ("1.5", b',', None),
            ("1,2,3", b',', None),
            ("1,", b',', None),
            ("nan", b'.', None),
            ("12a", b'.', None),
            ("", b'.', None),
        ];
        for (cell, point, value) in cases {
            assert_eq!(parse(cell.as_bytes(), point), value, "{cell}");
        }
    }

    #[test]
    fn stamps_keep_every_digit() {
        let cases: [(&str, i32, Option<i64>); 11] = [
            ("1729260574556450300", 0, Some(1_729_260_574_556_450_300)),
            ("1667125802.6575", 9, Some(1_667_125_802_657_500_000)),
            ("306.23786474609375", 9, Some(306_237_864_746)),
            ("1.595933810034E12", 6, Some(1_595_933_810_034_000_000)),
            ("1,70136286270131E+018", 0, Some(1_701_362_862_701_310_000)),
            ("-4.77e-4", 9, Some(-477_000)),
            ("0.0000000005", 9, Some(1)),
            ("0.000000000499999999999999999999", 9, Some(0)),
            ("123456789012345678901234567890e-20", 9, Some(1_234_567_890_123_456_789)),
            ("99999999999", 9, None),
            ("1e999", 0, None),
        ];
        for (cell, exponent, stamp) in cases {
            assert_eq!(parse_scaled(cell.as_bytes(), b'.', exponent), stamp, "{cell}");
        }
    }

    fn digits_of(text: &str) -> usize {
        text.bytes().filter(u8::is_ascii_digit).count()
    }

    proptest! {
        /// The naive twin is the standard library's parser.
        #[test]
        fn a_plain_decimal_is_rounded_correctly(
            text in "[-+]?[0-9]{0,12}(\\.[0-9]{0,12})?", tail in "([,; ][0-9.]{0,3})?"
        ) {
            let line = format!("{text}{tail}");
            match decimal(line.as_bytes(), 0, b'.') {
                Some((value, end)) => {
                    let naive: f64 = text.parse().unwrap();
                    prop_assert_eq!(value.to_bits(), naive.to_bits());
                    prop_assert!(end >= text.len());
                    prop_assert_eq!(parse(text.as_bytes(), b'.').unwrap().to_bits(), naive.to_bits());
                }
                None => {
                    let digits = digits_of(&text);
                    prop_assert!(digits == 0 || digits > 15);
                }
            }
        }

        /// The naive twin counts in 128 bits.
        #[test]
        fn a_scaled_decimal_is_exact(
            whole in 0i64..2_000_000_000, fraction in "[0-9]{0,9}", negative: bool,
            exponent in prop::sample::select(vec![0, 3, 6, 9])
        ) {
            let sign = if negative { "-" } else { "" };
            let text = format!("{sign}{whole}.{fraction}");
            let digits: i128 = format!("{whole}{fraction}").parse().unwrap();
            let scale = 10i128.pow(9 - fraction.len() as u32);
            let divisor = 10i128.pow(9 - exponent as u32);
            let rounded = (digits * scale + divisor / 2) / divisor;
            let expected = if negative { -rounded } else { rounded } as i64;
            let fast = (digits_of(&text) <= 18).then_some((expected, text.len()));
            prop_assert_eq!(scaled(text.as_bytes(), 0, b'.', exponent), fast);
            prop_assert_eq!(parse_scaled(text.as_bytes(), b'.', exponent), Some(expected));
        }
    }
}
