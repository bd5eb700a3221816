//! The shapes of movements: for every kind, how its motion is drawn.
//!
//! Everything is in the frame of the limb: x across it (the axis of hip, knee
//! and ankle), y along it towards the body, z to its front.

use std::f64::consts::TAU;

use super::motion::{Motion, Part, Step, Tone};
use super::plan::Limb;
use super::random::{Random, chance, count, log_normal, log_uniform, normal, sign, uniform};
use super::vector::{Vector, anywhere, near, scale};

const ACROSS: Vector = [1.0, 0.0, 0.0];
const ALONG: Vector = [0.0, 1.0, 0.0];

/// Longest tilted hold of a tonic movement, s.
const LONGEST_HOLD_S: f64 = 5.0;

/// Three tones between two frequencies.
pub(super) fn tones(low_hz: f64, high_hz: f64, random: &mut Random) -> [Tone; 3] {
    std::array::from_fn(|_| Tone {
        hz: uniform(random, low_hz, high_hz),
        phase: uniform(random, 0.0, TAU),
    })
}

/// The tremor of a muscle at work, 6 to 12 Hz.
fn tremor(at_s: f64, length_s: f64, peak_g: f64, random: &mut Random) -> Part {
    Part::Tremor {
        at_s,
        length_s,
        edge_s: (0.3 * length_s).min(0.15),
        tones: tones(6.0, 12.0, random),
        along_g: scale(near([0.0, 0.3, 1.0], 30.0, random), peak_g),
    }
}

/// The axis a leg turns about: across the limb, with a share of twist.
fn leg_axis(random: &mut Random) -> Vector {
    scale(near(ACROSS, 18.0, random), -1.0)
}

/// A leg movement: out, perhaps a hold, and nearly back.
pub(super) fn limb_movement(limb: &Limb, strength: f64, random: &mut Random) -> Motion {
    let angle_deg = (limb.angle_deg * strength).clamp(0.3, 45.0);
    let angle = angle_deg.to_radians();
    let length_s = log_normal(random, limb.length_s, 0.45).clamp(0.55, 9.5);
    let tonic = chance(random, limb.tonic_share);
    // The limb does not come back exactly: up to some 2 degrees, less after
    // small movements.
    let rest = (normal(random) * 0.7f64.min(0.12 * angle_deg)).clamp(-2.0, 2.0).to_radians();
    let steps = if tonic {
        tonic_steps(angle, rest, length_s, random)
    } else {
        phasic_steps(angle, rest, length_s, random)
    };
    let (first, last) = (steps[0], steps[steps.len() - 1]);
    let end_s = last.at_s + last.rise_s;
    // Larger movements are stronger contractions; the tremor of a hold is a
    // few mg, that of the onset some ten.
    let work = (angle_deg / 6.0).sqrt() * log_normal(random, 1.0, 0.4);
    // Some contractions are smooth, some are rough with clonus.
    let roughness_g = log_normal(random, 0.014, 0.7);
    let mut parts = vec![
        Part::Turn {
            axis: leg_axis(random),
            arm_m: [0.0, -limb.lever_m * uniform(random, 0.8, 1.2), 0.03],
            steps,
        },
        tremor(0.0, first.rise_s * 1.3, roughness_g * work, random),
    ];
    if last.at_s > first.rise_s + 0.1 {
        let hold_s = last.at_s - 0.5 * first.rise_s;
        parts.push(tremor(0.5 * first.rise_s, hold_s, 0.003 * work, random));
    }
    if chance(random, 0.6) {
        // The limb falls back onto the mattress.
        let fall_m = limb.lever_m * (angle - rest).abs();
        let impact_g = (0.5 * fall_m / (last.rise_s * last.rise_s) / 9.8).min(0.15);
        let hz = uniform(random, 5.0, 11.0);
        parts.push(Part::Ring {
            at_s: end_s - 0.25 * last.rise_s,
            hz,
            decay_s: uniform(random, 0.03, 0.09),
            along_g: scale(near([0.0, 0.0, 1.0], 20.0, random), impact_g),
        });
    }
    Motion { parts }
}

/// How long a leg takes to go out by `angle`: 0.15 to 0.7 s, longer for wider
/// movements, so that wide ones are not violent.
fn rise_s(angle: f64, random: &mut Random) -> f64 {
    let wide = (angle.to_degrees() / 6.0).powf(0.2);
    (log_uniform(random, 0.2, 0.62) * wide).clamp(0.15, 0.7)
}

/// Onset burst, tilted quiet hold, release burst.
fn tonic_steps(angle: f64, rest: f64, length_s: f64, random: &mut Random) -> Vec<Step> {
    let rise_s = rise_s(angle, random);
    let fall_s = log_uniform(random, 0.25, 0.8);
    let hold_s = (length_s - rise_s - fall_s).clamp(0.2, LONGEST_HOLD_S);
    let mut steps = vec![Step { at_s: 0.0, rise_s, by: angle }];
    let mut place = angle;
    if hold_s > 0.8 {
        // The hold sags or is taken up once more.
        let by = angle * 0.15 * normal(random).clamp(-2.0, 2.0);
        let begin_s = rise_s + hold_s * uniform(random, 0.1, 0.4);
        let settle_s = hold_s * uniform(random, 0.3, 0.5);
        steps.push(Step { at_s: begin_s, rise_s: settle_s, by });
        place += by;
    }
    steps.push(Step { at_s: rise_s + hold_s, rise_s: fall_s, by: rest - place });
    steps
}

/// Out and straight back, up to three times, each weaker; never the four
/// regular cycles of a rhythmic train.
fn phasic_steps(angle: f64, rest: f64, length_s: f64, random: &mut Random) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut at_s, mut out) = (0.0, angle);
    let strokes = if length_s < 1.2 { 1 } else { count(random, 1, 3) };
    for stroke in 1..=strokes {
        let rise_s = rise_s(angle, random);
        let fall_s = log_uniform(random, 0.25, 0.8);
        steps.push(Step { at_s, rise_s, by: out });
        let back_s = at_s + rise_s + uniform(random, 0.0, 0.1);
        let by = if stroke == strokes { rest - out } else { -out };
        steps.push(Step { at_s: back_s, rise_s: fall_s, by });
        at_s = back_s + fall_s + uniform(random, 0.05, 0.4);
        out *= uniform(random, 0.4, 0.9);
    }
    steps
}

/// A hypnic start: 75 to 250 ms of muscle (ICSD; by EMG), the limb or the
/// body thrown out and falling back at once, and the ring of body and mattress
/// at 4 to 12 Hz, gone within 0.2 to 0.6 s. Nothing stays turned.
pub(super) fn hypnic_start(peak_g: f64, lever_m: f64, random: &mut Random) -> Motion {
    let mut parts = Vec::new();
    // Singly or in succession.
    let jerks = if chance(random, 0.2) { 2 } else { 1 };
    let (mut at_s, mut by) = (0.0, 1.0);
    for _ in 0..jerks {
        let burst_s = log_uniform(random, 0.075, 0.25);
        parts.extend(jerk(at_s, burst_s, by, lever_m, random));
        at_s += burst_s + uniform(random, 0.1, 0.3);
        by *= uniform(random, 0.4, 1.0);
    }
    Motion { parts }.with_peak(peak_g)
}

/// One jerk; its size is in arbitrary units.
fn jerk(at_s: f64, burst_s: f64, size: f64, lever_m: f64, random: &mut Random) -> Vec<Part> {
    let out_s = burst_s * uniform(random, 0.6, 1.0);
    let back_s = out_s * uniform(random, 1.2, 2.2);
    // The angle or way whose minimum-jerk step peaks at 1 g.
    let way = size * 9.8 * out_s * out_s / 5.77;
    let steps = |by: f64| {
        let back_at_s = at_s + 0.85 * out_s;
        vec![Step { at_s, rise_s: out_s, by }, Step { at_s: back_at_s, rise_s: back_s, by: -by }]
    };
    // Whether the limb turns or the body is shoved, mostly some of both.
    let turning = uniform(random, 0.1, 0.9);
    let settle_s = uniform(random, 0.2, 0.6);
    vec![
        Part::Turn {
            axis: near(ACROSS, 35.0, random),
            arm_m: [0.0, -lever_m, 0.03],
            steps: steps(turning * way / lever_m),
        },
        Part::Shift { along: anywhere(random), steps: steps((1.0 - turning) * way) },
        // Motor units recruited all at once are rough.
        Part::Tremor {
            at_s,
            length_s: burst_s,
            edge_s: 0.3 * burst_s,
            tones: tones(10.0, 25.0, random),
            along_g: scale(anywhere(random), size * uniform(random, 0.1, 0.5)),
        },
        Part::Ring {
            at_s: at_s + 0.4 * burst_s,
            hz: uniform(random, 4.0, 12.0),
            decay_s: settle_s / 3.0,
            along_g: scale(anywhere(random), size * uniform(random, 0.25, 0.7)),
        },
    ]
}

/// A twitch: under 0.5 s, 20 to 150 mg, of a foot or a finger; it hardly
/// turns the limb and does not shake the bed.
pub(super) fn twitch(peak_g: f64, lever_m: f64, random: &mut Random) -> Motion {
    let out_s = log_uniform(random, 0.06, 0.16);
    let back_s = (out_s * uniform(random, 1.0, 2.0)).min(0.28);
    let way = 9.8 * out_s * out_s / 5.77;
    let steps = |by: f64| {
        vec![
            Step { at_s: 0.0, rise_s: out_s, by },
            Step { at_s: 0.9 * out_s, rise_s: back_s, by: -by },
        ]
    };
    let turning = uniform(random, 0.2, 1.0);
    let parts = vec![
        Part::Turn {
            axis: near(ACROSS, 40.0, random),
            arm_m: [0.0, -0.5 * lever_m, 0.03],
            steps: steps(turning * way / (0.5 * lever_m)),
        },
        Part::Shift { along: anywhere(random), steps: steps((1.0 - turning) * way) },
        tremor(0.0, out_s + 0.5 * back_s, uniform(random, 0.05, 0.4), random),
    ];
    Motion { parts }.with_peak(peak_g)
}

/// A train of regular movements of the foot: at least five cycles at 0.3 to
/// 4 Hz over 5 to 40 s (hypnagogic foot tremor and high-frequency leg
/// movements).
pub(super) fn rhythm(lever_m: f64, random: &mut Random) -> Motion {
    let hz = log_uniform(random, 0.35, 3.5);
    let length_s = log_uniform(random, 5.0, 40.0).max(5.0 / hz);
    let cycles = (length_s * hz).round() as u32;
    let period_s = 1.0 / hz;
    // Slow swings are wide, fast ones small: 0.06 to 0.3 g of push at most.
    let angle = log_uniform(random, 1.5, 6.0).to_radians() / hz.max(0.7).powf(1.2);
    let out_share = uniform(random, 0.35, 0.5);
    let mut steps = Vec::with_capacity(2 * cycles as usize);
    let mut at_s = 0.0;
    for cycle in 0..cycles {
        // Fades in and out over the first and last two cycles.
        let edge = f64::from(cycle.min(cycles - 1 - cycle));
        let height = ((edge + 1.0) / 2.0).min(1.0) * (1.0 + 0.1 * normal(random));
        let this_s = period_s * (1.0 + 0.03 * normal(random)).clamp(0.9, 1.1);
        let by = angle * height;
        let rise_s = this_s * out_share;
        steps.push(Step { at_s, rise_s, by });
        steps.push(Step { at_s: at_s + rise_s, rise_s: this_s - rise_s, by: -by });
        at_s += this_s;
    }
    let arm_m = [0.0, -lever_m * uniform(random, 0.5, 1.0), 0.03];
    let axis = near(ACROSS, 30.0, random);
    Motion { parts: vec![Part::Turn { axis, arm_m, steps }, tremor(0.0, at_s, 0.004, random)] }
}

/// A gross movement of 3 to 20 s: irregular strokes about all axes, one or
/// two a second, and a posture that is off by some degrees afterwards.
pub(super) fn gross(length_s: f64, lever_m: f64, random: &mut Random) -> Motion {
    let rest = scale(anywhere(random), uniform(random, 0.0, 8.0).to_radians());
    let strength = log_normal(random, 1.0, 0.35);
    turning_over(rest, length_s, strength, lever_m, random)
}

/// A change of posture by `turn` within `length_s`: the roll itself, and the
/// smaller strokes around it.
pub(super) fn posture_shift(
    turn: Vector,
    length_s: f64,
    lever_m: f64,
    random: &mut Random,
) -> Motion {
    let strength = uniform(random, 0.4, 0.9);
    turning_over(turn, length_s, strength, lever_m, random)
}

/// Strokes at 1 to 2 a second for `length_s`, by the end of which the limb is
/// turned by `turn`.
fn turning_over(
    turn: Vector,
    length_s: f64,
    strength: f64,
    lever_m: f64,
    random: &mut Random,
) -> Motion {
    let roll_s = (length_s * uniform(random, 0.45, 0.85)).clamp(0.8, 4.0).min(length_s);
    let roll_at_s = uniform(random, 0.0, length_s - roll_s);
    let mut parts = vec![Part::Turn {
        axis: turn,
        arm_m: [0.05, -0.05, 0.1],
        steps: roll(roll_at_s, roll_s, random),
    }];
    let mut at_s = 0.0;
    while at_s < length_s - 0.6 {
        let left_s = length_s - at_s;
        let out_s = log_uniform(random, 0.2, 0.7).min(0.45 * left_s);
        let back_s = log_uniform(random, 0.25, 0.9).min(left_s - out_s);
        let mut size = log_normal(random, 1.0, 0.6).min(5.0);
        if at_s == 0.0 {
            // The truth's onset is to be the sensor's.
            size = size.max(1.0);
        }
        let angle = 7.0 * (strength * size).to_radians();
        let reach_m = 0.012 * strength * size;
        let out_and_back = |by: f64| {
            vec![
                Step { at_s, rise_s: out_s, by },
                Step { at_s: at_s + out_s, rise_s: back_s, by: -by },
            ]
        };
        let angle = angle * sign(random);
        parts.push(Part::Turn {
            axis: near(ACROSS, 50.0, random),
            arm_m: [0.0, -lever_m * uniform(random, 0.5, 1.2), 0.05],
            steps: out_and_back(angle),
        });
        parts.push(Part::Shift { along: anywhere(random), steps: out_and_back(reach_m) });
        if chance(random, 0.4) {
            parts.push(Part::Ring {
                at_s: at_s + out_s,
                hz: uniform(random, 5.0, 14.0),
                decay_s: uniform(random, 0.03, 0.08).min(0.3 * back_s),
                along_g: scale(anywhere(random), strength * log_normal(random, 0.08, 0.5)),
            });
        }
        at_s += (out_s + back_s) * uniform(random, 0.6, 1.2) + uniform(random, 0.0, 0.3);
    }
    parts.push(tremor(0.0, length_s, 0.015 * strength, random));
    Motion { parts }
}

/// All of a roll (`by` adds up to 1, for an axis that carries the angle), in
/// one go or in two.
fn roll(at_s: f64, length_s: f64, random: &mut Random) -> Vec<Step> {
    if length_s < 1.5 || chance(random, 0.5) {
        return vec![Step { at_s, rise_s: length_s, by: 1.0 }];
    }
    let first = uniform(random, 0.3, 0.7);
    let half_s = 0.5 * length_s;
    vec![
        Step { at_s, rise_s: half_s, by: first },
        Step { at_s: at_s + half_s, rise_s: half_s, by: 1.0 - first },
    ]
}

/// Walking, as the ankle feels it: the swing of the leg and the heel.
pub(super) fn walking(length_s: f64, lever_m: f64, random: &mut Random) -> Motion {
    let stride_s = uniform(random, 1.05, 1.35);
    let swing = uniform(random, 18.0, 30.0).to_radians();
    let heel_g = uniform(random, 0.8, 2.0);
    let strides = (length_s / stride_s).max(1.0) as u32;
    let (mut steps, mut parts) = (Vec::new(), Vec::new());
    for stride in 0..strides {
        let at_s = f64::from(stride) * stride_s;
        let by = swing * (1.0 + 0.08 * normal(random));
        steps.push(Step { at_s, rise_s: 0.42 * stride_s, by });
        steps.push(Step { at_s: at_s + 0.45 * stride_s, rise_s: 0.5 * stride_s, by: -by });
        parts.push(Part::Ring {
            at_s: at_s + 0.43 * stride_s,
            hz: uniform(random, 10.0, 16.0),
            decay_s: 0.04,
            along_g: scale(near(ALONG, 20.0, random), heel_g * (1.0 + 0.2 * normal(random))),
        });
    }
    let arm_m = [0.0, -2.0 * lever_m, 0.03];
    parts.push(Part::Turn { axis: near(ACROSS, 8.0, random), arm_m, steps });
    Motion { parts }
}
