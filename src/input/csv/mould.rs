//! Rows cast in the mould of one before: the same characters but for the digits,
//! and for the signs of the axes. Nearly all rows of a device that prints a fixed
//! number of places are such. Nothing is looked for in them: that a row fits is
//! confirmed for all its bytes at once, and its digits are where they were.
//!
//! A mould belongs to three signs, which come at random and move what is behind
//! them; so there are eight.

use std::ops::Range;

use crate::recording::Frame;

use super::dialect::Dialect;
use super::number::Form;
use super::rows::{Stamps, Step, Use};
use super::stamp::Count;

/// Bytes of the longest row there is a mould for.
const LONGEST: usize = 64;

/// Bytes read behind the last at which a number may begin.
const BEHIND: usize = 8;

/// What is read of a row at once.
pub(super) type Row = [u8; LONGEST + BEHIND];

/// A number behind its sign.
#[derive(Debug, Clone, Copy)]
struct Number {
    form: Form,
    at: usize,
    negative: bool,
    axis: usize,
}

#[derive(Debug, Clone, Copy)]
struct Mould {
    /// What makes of a row that fits the values of its digits, and 0 of all else …
    same: [u8; LONGEST],
    /// … and what each may be at most.
    most: [u8; LONGEST],
    /// Bytes of the row, with its end.
    length: usize,
    stamp: Count,
    axes: [Number; 3],
}

impl Mould {
    /// Of nothing: no row fits.
    const UNKNOWN: Self = Self {
        same: [0; LONGEST],
        most: [0; LONGEST],
        length: 0,
        stamp: Count::NONE,
        axes: [Number { form: Form::UNKNOWN, at: 0, negative: false, axis: 0 }; 3],
    };

    /// In which every digit of `row` may be any.
    fn of(row: &[u8]) -> Option<Self> {
        // What is behind the row may be anything.
        let mut mould = Self { length: row.len(), most: [u8::MAX; LONGEST], ..Self::UNKNOWN };
        for (index, byte) in row.iter().enumerate() {
            let is_digit = byte.is_ascii_digit();
            *mould.same.get_mut(index)? = if is_digit { b'0' } else { *byte };
            mould.most[index] = if is_digit { 9 } else { 0 };
        }
        Some(mould)
    }

    /// Lets these bytes be those of `row` alone.
    fn keep(&mut self, row: &[u8], places: Range<usize>) {
        self.same[places.clone()].copy_from_slice(&row[places.clone()]);
        self.most[places].fill(0);
    }

    #[inline(always)]
    fn fits(&self, row: &Row) -> bool {
        let mut beyond = 0;
        for ((byte, same), most) in row.iter().zip(&self.same).zip(&self.most) {
            beyond |= (byte ^ same).saturating_sub(*most);
        }
        beyond == 0
    }
}

/// The moulds of a table.
#[derive(Debug, Clone)]
pub(super) struct Moulds {
    /// Where the first axis begins, and how far it is from behind the sign of each
    /// to the next: the same in all moulds.
    ways: [usize; 3],
    /// By the signs of the axes, as they come in a row.
    moulds: Box<[Mould; 8]>,
}

impl Moulds {
    pub fn new() -> Self {
        Self { ways: [0; 3], moulds: Box::new([Mould::UNKNOWN; 8]) }
    }

    /// The row that `row` begins with and its length, if there is a mould it fits.
    #[inline(always)]
    pub fn read(&self, row: &Row, in_g: f64) -> Option<(i64, Frame, usize)> {
        let (mut at, mut signs) = (0, 0);
        for (place, way) in self.ways.iter().enumerate() {
            at += way;
            // The place of a mould is below; of a row that fits none, whatever it is.
            let negative = usize::from(row[at % LONGEST] == b'-');
            signs |= negative << place;
            at += negative;
        }
        let mould = &self.moulds[signs % 8];
        if !mould.fits(row) {
            return None;
        }
        let Count { form, at, .. } = mould.stamp;
        let stamp_ns = mould.stamp.stamp_ns(form.known(eight(row, at)))?;
        // One more than there are axes: a place that needs no check.
        let mut values = [0.0; 4];
        for number in &mould.axes {
            let mantissa = number.form.known(eight(row, number.at));
            let value = number.form.value(number.negative, mantissa);
            values[number.axis % 4] = (value * in_g) as f32;
        }
        let [x, y, z, _] = values;
        Some((stamp_ns, [x, y, z], mould.length))
    }
}

impl Moulds {
    /// Makes a mould of `row`, with its end, which has the stamp `stamp_ns`; `None`
    /// if it is too long or its numbers are.
    pub fn learn(
        &mut self,
        row: &[u8],
        steps: &[Step],
        dialect: Dialect,
        stamps: &Stamps,
        stamp_ns: i64,
    ) -> Option<()> {
        let mut mould = Mould::of(row)?;
        let (mut ways, mut signs, mut place, mut behind) = ([0; 3], 0, 0, 0);
        let mut cells = cells(row, dialect.delimiter.byte());
        for step in steps {
            let (start, cell) = cells.nth(step.skip)?;
            match step.cell {
                Use::Axis(axis) => {
                    let negative = cell.first() == Some(&b'-');
                    let at = start + usize::from(negative);
                    let form = Form::of(&cell[at - start..], dialect.point)?;
                    *mould.axes.get_mut(place)? = Number { form, at, negative, axis };
                    ways[place] = start - behind;
                    signs |= usize::from(negative) << place;
                    (place, behind) = (place + 1, at);
                }
                Use::Stamp(_) => {
                    mould.stamp = stamps.count(cell, start, dialect.point, stamp_ns)?;
                    mould.keep(row, start..mould.stamp.at);
                    mould.keep(row, mould.stamp.end()..start + cell.len());
                }
            }
        }
        if ways != self.ways {
            *self.moulds = [Mould::UNKNOWN; 8];
            self.ways = ways;
        }
        self.moulds[signs % 8] = mould;
        Some(())
    }
}

/// The bytes at a place where a number may begin.
#[inline(always)]
fn eight(row: &Row, at: usize) -> [u8; 8] {
    let at = at % LONGEST;
    std::array::from_fn(|place| row[at + place])
}

/// The cells of a row, and where each begins.
fn cells(row: &[u8], delimiter: u8) -> impl Iterator<Item = (usize, &[u8])> {
    let mut next = 0;
    row.trim_ascii_end().split(move |&byte| byte == delimiter).map(move |cell| {
        let start = next;
        next += cell.len() + 1;
        (start, cell)
    })
}
