//! How far measured values are off.

use serde::Serialize;

/// Errors of one sign or the other, in few numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Spread {
    /// Number of errors.
    pub count: usize,
    /// The median: the part that is always there.
    pub median: f64,
    /// The median of the errors without their sign.
    pub median_absolute: f64,
    /// Nine of ten errors are no larger than this, without their sign.
    pub p90_absolute: f64,
}

impl Spread {
    /// Of errors in any order; `None` of none.
    pub fn of(errors: &[f64]) -> Option<Self> {
        let absolute: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
        Some(Self {
            count: errors.len(),
            median: quantile(errors, 0.5)?,
            median_absolute: quantile(&absolute, 0.5)?,
            p90_absolute: quantile(&absolute, 0.9)?,
        })
    }
}

/// The value that `share` (0 to 1) of the values lie below, linear between
/// neighbours: definition 7 of Hyndman & Fan 1996. Values in any order; `None`
/// of none.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = share * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    Some(sorted[below] + (place - below as f64) * (sorted[above] - sorted[below]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R: quantile(c(15, 20, 35, 40, 50), c(0.4, 0.9), type = 7) is 29 and 46.
    #[test]
    fn quantiles_lie_between_neighbours() {
        let values = [50.0, 15.0, 35.0, 20.0, 40.0];
        assert!((quantile(&values, 0.4).unwrap() - 29.0).abs() < 1e-9);
        assert!((quantile(&values, 0.9).unwrap() - 46.0).abs() < 1e-9);
        assert_eq!(quantile(&values, 1.0), Some(50.0));
        assert_eq!(quantile(&[7.0], 0.9), Some(7.0));
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn signs_cancel_in_the_median_only() {
        let spread = Spread::of(&[-0.2, 0.2, -0.4, 0.4]).unwrap();
        assert!(spread.median.abs() < 1e-12);
        assert!((spread.median_absolute - 0.3).abs() < 1e-12);
        assert!((spread.p90_absolute - 0.4).abs() < 1e-12);
    }
}
