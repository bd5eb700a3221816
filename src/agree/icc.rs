//! Intraclass correlation (Shrout & Fleiss 1979).

/// ICC(2,1): absolute agreement of single ratings, the raters being a sample of
/// raters. A row a target, a column a rater. `None` for fewer than two of
/// either, and when nothing varies.
pub fn icc_2_1<const RATERS: usize>(ratings: &[[f64; RATERS]]) -> Option<f64> {
    let (n, k) = (ratings.len() as f64, RATERS as f64);
    if ratings.len() < 2 || RATERS < 2 {
        return None;
    }
    let grand = ratings.iter().flatten().sum::<f64>() / (n * k);
    let square = |value: f64| (value - grand).powi(2);
    let targets = ratings.iter().map(|row| square(row.iter().sum::<f64>() / k));
    let raters =
        (0..RATERS).map(|rater| square(ratings.iter().map(|row| row[rater]).sum::<f64>() / n));
    let between_targets = k * targets.sum::<f64>();
    let between_raters = n * raters.sum::<f64>();
    let total: f64 = ratings.iter().flatten().map(|&rating| square(rating)).sum();
    // Mean squares: of targets, of raters, and of what is left.
    let bms = between_targets / (n - 1.0);
    let jms = between_raters / (k - 1.0);
    let ems = (total - between_targets - between_raters) / ((n - 1.0) * (k - 1.0));
    let variance = bms + (k - 1.0) * ems + k * (jms - ems) / n;
    (total > 0.0 && variance > 0.0).then(|| (bms - ems) / variance)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the paper: four judges rate six targets; its table of
    /// results gives ICC(2,1) = .29.
    #[test]
    fn shrout_and_fleiss_1979_six_targets_four_judges() {
        let ratings = [
            [9., 2., 5., 8.],
            [6., 1., 3., 2.],
            [8., 4., 6., 8.],
            [7., 1., 2., 6.],
            [10., 5., 6., 9.],
            [6., 2., 4., 7.],
        ];
        // By the mean squares of the paper, 11.24, 32.49 and 1.02:
        // 10.22 / (11.24 + 3 · 1.02 + 4 · 31.47 / 6) = 0.2897.
        let icc = icc_2_1(&ratings).unwrap();
        assert!((icc - 0.2897).abs() < 3e-4, "{icc}");
    }

    #[test]
    fn equal_ratings_agree_and_constant_ones_say_nothing() {
        assert_eq!(icc_2_1(&[[1.0, 1.0], [4.0, 4.0], [9.0, 9.0]]), Some(1.0));
        assert_eq!(icc_2_1(&[[5.0, 5.0], [5.0, 5.0]]), None);
        assert_eq!(icc_2_1(&[[5.0, 6.0]]), None);
    }

    /// A constant shift is no disagreement to a correlation, but to this.
    #[test]
    fn a_shift_lowers_the_agreement() {
        // Means squares 2, 1.5 and 0 by hand: 2 / (2 + 2 · 1.5 / 3).
        let icc = icc_2_1(&[[0.0, 1.0], [1.0, 2.0], [2.0, 3.0]]).unwrap();
        assert!((icc - 2.0 / 3.0).abs() < 1e-12, "{icc}");
    }
}
