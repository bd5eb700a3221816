//! The one number for many that a few wild ones among them do not move.

/// The median of finite values in any order, which are reordered; between the two
/// in the middle of an even number. `None` of none.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let (middle, is_odd) = (values.len() / 2, values.len() % 2 == 1);
    let (below, &mut upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let lower = if is_odd { None } else { below.iter().copied().max_by(f64::total_cmp) };
    let lower = lower.unwrap_or(upper);
    Some(f64::midpoint(lower, upper))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_middle_of_an_even_number_is_between_two() {
        assert_eq!(median(&mut []), None);
        assert_eq!(median(&mut [7.0]), Some(7.0));
        assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 3.0]), Some(2.5));
        assert_eq!(median(&mut [5.0, 3.0]), Some(4.0));
    }

    proptest! {
        #[test]
        fn it_is_that_of_the_sorted_values(values in prop::collection::vec(-1e9..1e9f64, 1..60)) {
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let middle = [sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]];
            prop_assert_eq!(median(&mut values.clone()), Some((middle[0] + middle[1]) / 2.0));
        }
    }
}
