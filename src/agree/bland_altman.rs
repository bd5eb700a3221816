//! Bias and limits of agreement of two methods (Bland & Altman 1986).

use serde::Serialize;

/// Two methods on the same nights.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct BlandAltman {
    /// Mean difference, first method minus second.
    pub bias: f64,
    /// Sample standard deviation of the differences; `None` of one night.
    pub sd: Option<f64>,
    /// Lower and upper limit between which 95 % of the differences lie if they
    /// are normal: bias ± 1.96 sd; `None` of one night.
    pub limits_95: Option<[f64; 2]>,
}

impl BlandAltman {
    /// Of the values of both methods; `None` without any.
    pub fn of(pairs: &[[f64; 2]]) -> Option<Self> {
        let count = pairs.len() as f64;
        let bias = pairs.iter().map(|[first, second]| first - second).sum::<f64>() / count;
        let squares = pairs.iter().map(|[first, second]| (first - second - bias).powi(2));
        let sd = (pairs.len() > 1).then(|| (squares.sum::<f64>() / (count - 1.0)).sqrt());
        let limits_95 = sd.map(|sd| [bias - 1.96 * sd, bias + 1.96 * sd]);
        (!pairs.is_empty()).then_some(Self { bias, sd, limits_95 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Table of Bland & Altman 1986: peak expiratory flow, l/min, large and mini
    /// meter, first measurements. The paper finds a mean difference of −2.1 and
    /// a standard deviation of 38.8.
    const PEAK_FLOW: [[f64; 2]; 17] = [
        [494., 512.],
        [395., 430.],
        [516., 520.],
        [434., 428.],
        [476., 500.],
        [557., 600.],
        [413., 364.],
        [442., 380.],
        [650., 658.],
        [433., 445.],
        [417., 432.],
        [656., 626.],
        [267., 260.],
        [478., 477.],
        [178., 259.],
        [423., 350.],
        [427., 451.],
    ];

    #[test]
    fn bland_and_altman_1986_peak_flow() {
        let found = BlandAltman::of(&PEAK_FLOW).unwrap();
        assert!((found.bias + 2.1).abs() < 0.05, "{found:?}");
        assert!((found.sd.unwrap() - 38.8).abs() < 0.05, "{found:?}");
        // −2.1 ∓ 1.96 · 38.8; the paper rounds 1.96 to 2.
        let [lower, upper] = found.limits_95.unwrap();
        assert!((lower + 78.1).abs() < 0.1 && (upper - 73.9).abs() < 0.1, "{found:?}");
    }

    #[test]
    fn one_night_has_a_difference_and_no_limits() {
        let found = BlandAltman::of(&[[12.0, 15.0]]).unwrap();
        assert_eq!(found, BlandAltman { bias: -3.0, sd: None, limits_95: None });
        assert_eq!(BlandAltman::of(&[]), None);
    }
}
