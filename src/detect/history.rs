//! The ticks of the last minute and a half.

use super::tick::Tick;
use crate::recording::Frame;

/// Keeps the latest ticks of the running segment, one behind the other in memory.
///
/// They come in blocks, and what is behind looks at one moment after the other:
/// [`Past::as_of`] shows what was kept at each, whatever has come since.
#[derive(Debug, Clone)]
pub struct Past {
    ticks: Vec<Tick>,
    /// Number of the first of them.
    first: u64,
    longest: usize,
}

impl Past {
    /// Keeps the latest `longest` ticks.
    pub fn new(longest: usize) -> Self {
        Self { ticks: Vec::with_capacity(2 * longest), first: 0, longest }
    }

    /// Forgets everything and counts from 0 again.
    pub fn clear(&mut self) {
        self.ticks.clear();
        self.first = 0;
    }

    /// Where more ticks go. Everything before them has been looked at.
    pub fn room(&mut self) -> &mut Vec<Tick> {
        let old = self.ticks.len().saturating_sub(self.longest);
        if old >= self.longest {
            self.ticks.drain(..old);
            self.first += old as u64;
        }
        &mut self.ticks
    }

    /// The ticks from that number on.
    pub fn since(&self, tick: u64) -> &[Tick] {
        &self.ticks[(tick - self.first) as usize..]
    }

    /// One past the number of the latest tick.
    pub fn end(&self) -> u64 {
        self.first + self.ticks.len() as u64
    }

    /// What was kept when there were `end` ticks.
    pub fn as_of(&self, end: u64) -> History<'_> {
        let first = end.saturating_sub(self.longest as u64);
        let index = |tick: u64| (tick - self.first) as usize;
        History { kept: &self.ticks[index(first)..index(end)], first }
    }
}

/// The ticks kept at one moment, by their number in the segment; the oldest have
/// fallen off.
#[derive(Debug, Clone, Copy)]
pub struct History<'a> {
    kept: &'a [Tick],
    first: u64,
}

impl<'a> History<'a> {
    /// Number of the oldest tick that is kept.
    pub fn first(&self) -> u64 {
        self.first
    }

    /// One past the number of the latest tick.
    pub fn end(&self) -> u64 {
        self.first + self.kept.len() as u64
    }

    /// The tick of that number, or the nearest that is kept. There must be one.
    pub fn get(&self, tick: u64) -> &'a Tick {
        let index = tick.saturating_sub(self.first).min(self.kept.len() as u64 - 1);
        &self.kept[index as usize]
    }

    /// The ticks from `from` to before `to`, as far as they are kept.
    #[inline]
    pub fn range(&self, from: u64, to: u64) -> std::slice::Iter<'a, Tick> {
        let index = |tick: u64| (tick.saturating_sub(self.first) as usize).min(self.kept.len());
        self.kept.get(index(from)..index(to)).unwrap_or_default().iter()
    }

    /// Mean acceleration over the ticks from `from` to before `to`; over the
    /// nearest tick when none of them is kept.
    #[inline]
    pub fn mean_g(&self, from: u64, to: u64) -> Frame {
        let ticks = self.range(from, to);
        let count = ticks.len();
        if count == 0 {
            return self.get(from).mean_g;
        }
        let [mut x, mut y, mut z] = [0.0; 3];
        for Tick { mean_g, .. } in ticks {
            x += mean_g[0];
            y += mean_g[1];
            z += mean_g[2];
        }
        [x, y, z].map(|sum| sum / count as f32)
    }
}

/// Length of the difference of two accelerations, g.
pub fn distance_g(a: Frame, b: Frame) -> f32 {
    distance_g2(a, b).sqrt()
}

/// Its square, g².
pub fn distance_g2(a: Frame, b: Frame) -> f32 {
    (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum()
}

/// Angle between two accelerations taken as gravity, degrees; 0 when either has
/// no direction.
pub fn angle_deg(a: Frame, b: Frame) -> f32 {
    turn(a, b).angle_deg()
}

/// The largest [`angle_deg`] of accelerations to one; 0 of none.
pub fn largest_angle_deg(accelerations: impl Iterator<Item = Frame>, to: Frame) -> f32 {
    let none = Turn { sine: 0.0, cosine: 1.0 };
    let wider = |widest: Turn, next: Turn| if next.is_wider(widest) { next } else { widest };
    accelerations.map(|one| turn(one, to)).fold(none, wider).angle_deg()
}

/// An angle of 0 to 180°, by its sine and cosine times the same number.
#[derive(Debug, Clone, Copy)]
struct Turn {
    sine: f64,
    cosine: f64,
}

fn turn(a: Frame, b: Frame) -> Turn {
    let [a, b] = [a, b].map(|v| v.map(f64::from));
    let cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
    let cosine: f64 = (0..3).map(|axis| a[axis] * b[axis]).sum();
    let sine = cross.iter().map(|c| c * c).sum::<f64>().sqrt();
    Turn { sine, cosine }
}

impl Turn {
    fn angle_deg(self) -> f32 {
        let Self { sine, cosine } = self;
        if sine == 0.0 && cosine == 0.0 { 0.0 } else { sine.atan2(cosine).to_degrees() as f32 }
    }

    /// By the sine of the difference: the library's arc tangent is a hundred
    /// instructions.
    fn is_wider(self, other: Self) -> bool {
        let is_opposite = self.sine == 0.0 && self.cosine < 0.0;
        is_opposite || self.sine * other.cosine > other.sine * self.cosine
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_largest_angle_is_the_largest_of_the_angles(
            accelerations in prop::collection::vec(prop::array::uniform3(-1.5..1.5_f32), 0..30),
            to in prop::array::uniform3(-1.5..1.5_f32),
        ) {
            let angles = accelerations.iter().map(|one| angle_deg(*one, to));
            let expected = angles.fold(0.0, f32::max);
            prop_assert_eq!(largest_angle_deg(accelerations.iter().copied(), to), expected);
        }
    }

    #[test]
    fn what_has_no_direction_is_not_turned() {
        let (up, none) = ([0.0, 0.0, 1.0], [0.0; 3]);
        assert_eq!((angle_deg(none, up), largest_angle_deg([none].into_iter(), up)), (0.0, 0.0));
        let turned = [[0.0, 0.0, -1.0], [1.0, 0.0, 0.0]];
        assert_eq!(largest_angle_deg(turned.into_iter(), up), 180.0);
    }
}
