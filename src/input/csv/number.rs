//! Numbers in text. The fast paths read a plain decimal where it stands; the
//! general ones take a whole cell and every way of writing a number.

/// Powers of ten, all of which an `f64` holds exactly.
const POWERS: [f64; 16] =
    [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Powers of ten in integers.
pub(super) const TENS: [u64; 20] = {
    let mut tens = [1; 20];
    let mut power = 1;
    while power < tens.len() {
        tens[power] = tens[power - 1] * 10;
        power += 1;
    }
    tens
};

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

/// The number `[-+]digits[.digits][e[-+]digits]` at `at`, and the place behind
/// it; `point` is what stands before the fraction.
///
/// A short number's digits are below 2^53 and so exact in an `f64`, as is the
/// power of ten, and the one division rounds correctly (Clinger 1990). Longer
/// numbers, such as a double printed in full, are left to fast-float2.
#[inline(always)]
pub(super) fn decimal(line: &[u8], at: usize, point: u8) -> Option<(f64, usize)> {
    let Some(short) = short(line, at, point) else { return long_decimal(line, at, point) };
    // Eleven digits: below 2^63, where the conversion is one instruction.
    let magnitude = short.mantissa as i64 as f64 / POWERS[short.fraction & 7];
    Some((signed(magnitude, short.negative), short.end))
}

/// How a number of up to eight characters is written behind its sign: so many
/// digits, a point, so many digits. In one that is written alike nothing needs to be
/// found, only confirmed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Form {
    /// Characters behind the sign; 0 before anything was read.
    length: usize,
    /// The digit 0 in every place, and the point in its own.
    zeros: u64,
    /// The highest bit of the places that are digits.
    digits: u64,
    /// All bits of the place of the point.
    mark: u64,
    /// The places before the point.
    whole: u64,
    /// What moves the last digit to the last place.
    shift: u32,
    /// Ten to the digits behind the point.
    ten: f64,
}

impl Form {
    /// Of nothing yet.
    pub const UNKNOWN: Self =
        Self { length: 0, zeros: ZEROS, digits: 0, mark: u64::MAX, whole: 0, shift: 0, ten: 1.0 };

    /// With so many digits before `point` and so many behind it, at most seven in
    /// all; or without a point, if `fraction` is none.
    #[inline(always)]
    pub fn new(whole: usize, point: u8, fraction: Option<usize>) -> Self {
        let places = |count: usize| if count < 8 { (1 << (8 * count)) - 1 } else { u64::MAX };
        let length = whole + fraction.map_or(0, |digits| digits + 1);
        let mark = if fraction.is_some() { 0xff << (8 * whole) } else { 0 };
        Self {
            length,
            zeros: (ZEROS & !mark) | ((u64::from(point) * 0x0101_0101_0101_0101) & mark),
            digits: places(length) & !mark & HIGHEST,
            mark,
            whole: if fraction.is_some() { places(whole) } else { u64::MAX },
            shift: (if fraction.is_some() { 72 } else { 64 }) - 8 * length as u32,
            ten: POWERS[fraction.unwrap_or(0) & 7],
        }
    }

    /// That of a number without a sign which is the whole of `cell`; `None` for
    /// longer ones than are read this way.
    pub fn of(cell: &[u8], point: u8) -> Option<Self> {
        let whole = cell.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let fraction = match &cell[whole..] {
            [] => None,
            [mark, fraction @ ..] => (*mark == point && fraction.iter().all(u8::is_ascii_digit))
                .then_some(Some(fraction.len()))?,
        };
        (1..=8).contains(&cell.len()).then(|| Self::new(whole, point, fraction))
    }

    /// Characters behind the sign.
    pub fn length(&self) -> usize {
        self.length
    }

    /// The digits, and the place behind them, whatever is there.
    #[inline(always)]
    pub fn beginning(&self, text: &[u8], at: usize) -> Option<(u64, usize)> {
        let word = u64::from_le_bytes(*text.get(at..)?.first_chunk::<8>()?) ^ self.zeros;
        // The point is 0 now.
        let wrong = (beyond_nine(word) & self.digits) | (word & self.mark);
        if wrong != 0 {
            return None;
        }
        Some((self.joined(word), at + self.length))
    }

    /// The digits of a number that is known to have this form.
    #[inline(always)]
    pub fn known(&self, eight: [u8; 8]) -> u64 {
        self.joined(u64::from_le_bytes(eight) ^ self.zeros)
    }

    #[inline(always)]
    fn joined(&self, word: u64) -> u64 {
        let digits = (word & self.whole) | ((word >> 8) & !self.whole);
        joined(digits << self.shift)
    }

    /// Digits below 2^53 and the power of ten are exact, and the division rounds
    /// correctly (Clinger 1990).
    #[inline(always)]
    pub fn value(&self, negative: bool, mantissa: u64) -> f64 {
        signed(mantissa as i64 as f64 / self.ten, negative)
    }
}

/// The number `[-]digits[.digits]` at `at`, of up to eight characters behind its sign
/// or with a point among them and up to seven more digits, and the place behind it,
/// which the caller must find to be the end of a cell. Nearly all are such.
///
/// Rounded correctly, as by [`decimal`].
#[inline(always)]
pub(super) fn brief(line: &[u8], at: usize, point: u8) -> Option<(f64, usize)> {
    let mut short = eight_characters(line, at, point)?;
    if line.get(short.end)?.is_ascii_digit() {
        short = longer(line, point, short)?;
    }
    // Fourteen digits at most: below 2^53.
    let magnitude = short.mantissa as i64 as f64 / POWERS[short.fraction & 15];
    Some((signed(magnitude, short.negative), short.end))
}

/// A number with up to seven more digits of its fraction behind those that were read.
#[inline(always)]
fn longer(line: &[u8], point: u8, short: Short) -> Option<Short> {
    let (value, count) = leading_digits(line.get(short.end..)?.first_chunk()?);
    let has_point = short.fraction > 0 || line.get(short.end - 1) == Some(&point);
    let has_exponent = matches!(line.get(short.end + count), Some(b'e' | b'E'));
    (has_point && count < 8 && !has_exponent).then(|| Short {
        negative: short.negative,
        mantissa: short.mantissa * TENS[count] + value,
        fraction: short.fraction + count,
        end: short.end + count,
    })
}

/// Signs come at random: no branch.
#[inline(always)]
fn signed(magnitude: f64, negative: bool) -> f64 {
    f64::from_bits(magnitude.to_bits() ^ (u64::from(negative) << 63))
}

/// The number that the next eight characters behind a sign begin with. Its
/// digits are found and joined in one word, without a branch on how many there
/// are. Whether it goes on behind them is not looked at.
#[inline(always)]
fn eight_characters(line: &[u8], at: usize, point: u8) -> Option<Short> {
    let negative = *line.get(at)? == b'-';
    let start = at + usize::from(negative);
    let eight = line.get(start..)?.first_chunk::<8>()?;
    let word = u64::from_le_bytes(*eight) ^ ZEROS;
    // Neither a point nor a comma carries into what is behind it.
    let other = others(word);
    let whole = other.trailing_zeros() / 8;
    if whole == 0 {
        return None;
    }
    if eight.get(whole as usize) != Some(&point) {
        let mantissa = joined(word << (64 - 8 * whole));
        return Some(Short { negative, mantissa, fraction: 0, end: start + whole as usize });
    }
    let length = (other & (other - 1)).trailing_zeros() / 8;
    let behind = u64::MAX << (8 * whole);
    let without_point = (word & !behind) | ((word >> 8) & behind);
    let mantissa = joined(without_point << (72 - 8 * length));
    let fraction = (length - 1 - whole) as usize;
    Some(Short { negative, mantissa, fraction, end: start + length as usize })
}

/// The largest number of the fast path: further ones, which an `f32` may not
/// hold, are left to [`parse`].
const LARGEST: f64 = 1e30;

/// Any number at `at`, and the place behind it.
#[inline(never)]
pub(super) fn long_decimal(line: &[u8], at: usize, point: u8) -> Option<(f64, usize)> {
    let sign = usize::from(matches!(line.get(at)?, b'-' | b'+'));
    // Words such as nan and inf are not for the fast path.
    if !matches!(line.get(at + sign)?, b'0'..=b'9' | b'.' | b',') {
        return None;
    }
    let (value, end) = if point == b'.' {
        let start = at + usize::from(line[at] == b'+');
        let (value, length) = fast_float2::parse_partial(&line[start..]).ok()?;
        (value, start + length)
    } else {
        let (_, end) = digits(line, at, point)?;
        (parse(&line[at..end], point)?, end)
    };
    (f64::abs(value) < LARGEST).then_some((value, end))
}

/// A number of at most four digits before the point and seven behind it.
struct Short {
    negative: bool,
    mantissa: u64,
    fraction: usize,
    /// The place behind it.
    end: usize,
}

/// The number at `at` if it is a short one without a plus and an exponent, as
/// nearly all are.
#[inline(always)]
fn short(line: &[u8], at: usize, point: u8) -> Option<Short> {
    let negative = *line.get(at)? == b'-';
    let start = at + usize::from(negative);
    let mut mantissa = digit(line, start)?;
    let mut at = start + 1;
    while let Some(digit) = digit(line, at) {
        if at - start == 4 {
            return None;
        }
        mantissa = mantissa * 10 + digit;
        at += 1;
    }
    let behind = line.get(at).copied();
    if behind != Some(point) {
        let plain = !matches!(behind, Some(b'e' | b'E'));
        return plain.then_some(Short { negative, mantissa, fraction: 0, end: at });
    }
    let eight = line.get(at + 1..)?.first_chunk::<8>()?;
    let (value, fraction) = leading_digits(eight);
    if fraction == 0 || fraction == 8 || matches!(eight[fraction], b'e' | b'E') {
        return None;
    }
    mantissa = mantissa * TENS[fraction] + value;
    Some(Short { negative, mantissa, fraction, end: at + 1 + fraction })
}

/// The number at `at` times 10^`exponent`, rounded to an integer, and the
/// place behind it. Exact, up to 19 digits; longer ones are left to
/// [`parse_scaled`].
#[inline]
pub(super) fn scaled(line: &[u8], at: usize, point: u8, exponent: i32) -> Option<(i64, usize)> {
    if let Some(Short { negative, mantissa, fraction, end }) = eight_characters(line, at, point)
        && let Some(behind) = line.get(end)
        && !(behind.is_ascii_digit() || *behind == point || matches!(behind, b'e' | b'E'))
    {
        let digits = Digits { negative, mantissa, count: 8, power: -(fraction as i32) };
        return Some((digits.times_ten_to(exponent)?, end));
    }
    let (digits, end) = digits(line, at, point)?;
    if digits.count > 19 {
        return None;
    }
    Some((digits.times_ten_to(exponent)?, end))
}

/// Digits as they were read.
struct Digits {
    negative: bool,
    /// The digits without their point; wrapped when there are more than 19.
    mantissa: u64,
    /// How many there are.
    count: usize,
    /// The number is the mantissa times ten to this.
    power: i32,
}

impl Digits {
    /// The number times 10^`exponent`, halves away from zero.
    #[inline]
    fn times_ten_to(&self, exponent: i32) -> Option<i64> {
        let power = exponent + self.power;
        let ten = TENS.get(power.unsigned_abs() as usize);
        let magnitude = match (power >= 0, ten) {
            (true, Some(&factor)) => self.mantissa.checked_mul(factor)?,
            (true, None) if self.mantissa == 0 => 0,
            (true, None) => return None,
            (false, Some(&divisor)) => {
                let (whole, rest) = (self.mantissa / divisor, self.mantissa % divisor);
                whole + u64::from(rest >= divisor - rest)
            }
            // Nineteen digits are less than half of 10^20.
            (false, None) => 0,
        };
        let magnitude = i64::try_from(magnitude).ok()?;
        Some(if self.negative { -magnitude } else { magnitude })
    }
}

#[inline]
fn digits(line: &[u8], at: usize, point: u8) -> Option<(Digits, usize)> {
    let first = *line.get(at)?;
    let start = at + usize::from(matches!(first, b'-' | b'+'));
    let (mut mantissa, mut at) = whole_digits(line, start);
    let mut count = at - start;
    let mut power = 0;
    if line.get(at) == Some(&point) {
        let behind = at + 1;
        (mantissa, at) = more_digits(line, behind, mantissa);
        count += at - behind;
        power = -((at - behind) as i32);
    }
    if count == 0 {
        return None;
    }
    if let Some(b'e' | b'E') = line.get(at) {
        let (ten, end) = exponent_of_ten(line, at + 1)?;
        power += ten;
        at = end;
    }
    Some((Digits { negative: first == b'-', mantissa, count, power }, at))
}

/// The digits before the point: mostly one or two, but nineteen in a stamp.
#[inline]
fn whole_digits(line: &[u8], start: usize) -> (u64, usize) {
    let (mut mantissa, mut at) = (0u64, start);
    while let Some(digit) = digit(line, at) {
        if at - start == 4 {
            return more_digits(line, at, mantissa);
        }
        mantissa = mantissa * 10 + digit;
        at += 1;
    }
    (mantissa, at)
}

/// The digits at `at` behind those of `mantissa`, eight at a time.
#[inline]
pub(super) fn more_digits(line: &[u8], mut at: usize, mut mantissa: u64) -> (u64, usize) {
    while let Some(eight) = line.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let (value, count) = leading_digits(eight);
        mantissa = mantissa.wrapping_mul(TENS[count]).wrapping_add(value);
        at += count;
        if count < 8 {
            return (mantissa, at);
        }
    }
    while let Some(digit) = digit(line, at) {
        mantissa = mantissa.wrapping_mul(10).wrapping_add(digit);
        at += 1;
    }
    (mantissa, at)
}

/// The value of the digits that eight bytes begin with, and how many there are:
/// in one word they are moved to its end and joined in pairs, fours and eights
/// (Lemire 2021).
#[inline(always)]
fn leading_digits(eight: &[u8; 8]) -> (u64, usize) {
    let word = u64::from_le_bytes(*eight) ^ ZEROS;
    let count = others(word).trailing_zeros() as usize / 8;
    if count == 0 {
        return (0, 0);
    }
    (joined(word << (64 - 8 * count)), count)
}

/// Eight times the character 0: takes digits to their values.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// The highest bit of every byte.
const HIGHEST: u64 = 0x8080_8080_8080_8080;

/// The highest bit of every byte that is no digit's value; bits carried out of
/// one only reach bytes behind it.
#[inline(always)]
fn others(word: u64) -> u64 {
    beyond_nine(word) & HIGHEST
}

/// [`others`] with bits between that say nothing.
#[inline(always)]
fn beyond_nine(word: u64) -> u64 {
    word.wrapping_add(0x7676_7676_7676_7676) | word
}

/// Eight values of digits, the first in the lowest byte, as one number.
#[inline(always)]
fn joined(word: u64) -> u64 {
    let pairs = (word.wrapping_mul(10).wrapping_add(word >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100).wrapping_add(pairs >> 16)) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(10_000).wrapping_add(fours >> 32) & 0xffff_ffff
}

/// The exponent at `at`, of up to three digits, and the place behind it.
fn exponent_of_ten(line: &[u8], at: usize) -> Option<(i32, usize)> {
    let sign = line.get(at).copied();
    let start = at + usize::from(matches!(sign, Some(b'-' | b'+')));
    let (mut power, mut at) = (0, start);
    while let Some(digit) = digit(line, at) {
        power = power * 10 + digit as i32;
        at += 1;
        if at - start > 3 {
            return None;
        }
    }
    (at > start).then_some((if sign == Some(b'-') { -power } else { power }, at))
}

#[inline(always)]
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
            let (power, end) = exponent_of_ten(text, e + 1)?;
            if end < text.len() {
                return None;
            }
            (&text[..e], power)
        }
        None => (text, 0),
    };
    let negative = number.first() == Some(&b'-');
    let number = number.strip_prefix(b"-").unwrap_or(number);
    let mut digits = Digits { negative, mantissa: 0, count: 0, power };
    let mut behind_point = false;
    for byte in number {
        match byte {
            b'0'..=b'9' => {
                digits.count += 1;
                match digits.mantissa.checked_mul(10) {
                    Some(tens) if tens < u64::MAX - 9 => {
                        digits.mantissa = tens + u64::from(byte - b'0');
                        digits.power -= i32::from(behind_point);
                    }
                    // Too long: a digit read over still counts as a place.
                    _ => digits.power += i32::from(!behind_point),
                }
            }
            b'.' if !behind_point => behind_point = true,
            _ => return None,
        }
    }
    if digits.count == 0 {
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
        let cases: [(&str, i32, Option<i64>); 12] = [
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
            ("0e900", 9, Some(0)),
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
        fn a_number_is_rounded_correctly(
            text in "[-+]?[0-9]{0,20}(\\.[0-9]{0,20})?([eE][-+]?[0-9]{1,2})?",
            tail in "([,; ][0-9.]{0,12})?"
        ) {
            let line = format!("{text}{tail}");
            let digits = text.split(['e', 'E']).next().unwrap().bytes();
            let digits = digits.filter(u8::is_ascii_digit).count();
            let naive: Option<f64> = text.parse().ok().filter(|_| digits > 0);
            let read = decimal(line.as_bytes(), 0, b'.');
            prop_assert_eq!(
                read.map(|(value, end)| (value.to_bits(), end)),
                naive.filter(|value| value.abs() < LARGEST).map(|value| (value.to_bits(), text.len()))
            );
            prop_assert_eq!(parse(text.as_bytes(), b'.').map(f64::to_bits), naive.map(f64::to_bits));
        }

        /// The naive twin is the standard library's parser.
        #[test]
        fn a_brief_number_is_rounded_correctly(
            text in "-?[0-9]{1,8}(\\.[0-9]{0,14})?", behind in "[,;\n][-0-9.,\n]{9}",
        ) {
            let line = format!("{text}{behind}");
            let (negative, digits) = match text.strip_prefix('-') {
                Some(digits) => (true, digits),
                None => (false, &text[..]),
            };
            let naive: f64 = text.parse().unwrap();
            let read = brief(line.as_bytes(), 0, b'.');
            let read = read.map(|(value, end)| (value.to_bits(), end));
            let has_point_early = digits.find('.').is_some_and(|whole| whole < 8);
            match digits.len() {
                0..=8 => prop_assert_eq!(read, Some((naive.to_bits(), text.len()))),
                9..=15 if has_point_early => {
                    prop_assert_eq!(read, Some((naive.to_bits(), text.len())));
                }
                // Longer ones are none, or do not end where their cell does.
                _ => prop_assert!(read.is_none_or(|(_, end)| end < text.len())),
            }
            if digits.len() <= 8 {
                // The same by its form.
                let form = Form::of(digits.as_bytes(), b'.').unwrap();
                let at = usize::from(negative);
                let (mantissa, end) = form.beginning(line.as_bytes(), at).unwrap();
                prop_assert_eq!(end, text.len());
                let eight = *line.as_bytes()[at..].first_chunk().unwrap();
                prop_assert_eq!(form.known(eight), mantissa);
                prop_assert_eq!(form.value(negative, mantissa).to_bits(), naive.to_bits());
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
            let fast = (digits_of(&text) <= 19).then_some((expected, text.len()));
            prop_assert_eq!(scaled(text.as_bytes(), 0, b'.', exponent), fast);
            prop_assert_eq!(parse_scaled(text.as_bytes(), b'.', exponent), Some(expected));
        }
    }
}
