//! Three numbers and what is done with them.

use super::random::{Random, normal};

/// A direction, a rotation (axis times radians) or an acceleration.
pub(super) type Vector = [f64; 3];

/// Nothing.
pub(super) const ZERO: Vector = [0.0; 3];

pub(super) fn add(a: Vector, b: Vector) -> Vector {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(super) fn scale(a: Vector, by: f64) -> Vector {
    [a[0] * by, a[1] * by, a[2] * by]
}

pub(super) fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(super) fn cross(a: Vector, b: Vector) -> Vector {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

pub(super) fn norm(a: Vector) -> f64 {
    dot(a, a).sqrt()
}

/// The same direction with length 1.
pub(super) fn unit(a: Vector) -> Vector {
    scale(a, 1.0 / norm(a))
}

/// `v` turned about the axis `turn` by its length in radians (Rodrigues).
pub(super) fn rotate(v: Vector, turn: Vector) -> Vector {
    let angle = norm(turn);
    if angle < 1e-12 {
        return v;
    }
    let axis = scale(turn, 1.0 / angle);
    let (sin, cos) = angle.sin_cos();
    let along = dot(axis, v) * (1.0 - cos);
    add(add(scale(v, cos), scale(cross(axis, v), sin)), scale(axis, along))
}

/// The shortest turn that brings the direction `from` to `to`.
pub(super) fn turn_between(from: Vector, to: Vector) -> Vector {
    let across = cross(from, to);
    let sin = norm(across);
    let angle = sin.atan2(dot(from, to));
    if sin > 1e-9 {
        return scale(across, angle / sin);
    }
    // Opposite directions: any axis across will do.
    let other = if from[0].abs() < 0.9 { [1.0, 0.0, 0.0] } else { [0.0, 1.0, 0.0] };
    scale(unit(cross(from, other)), angle)
}

/// The angle between two directions, degrees.
pub(super) fn angle_deg(a: Vector, b: Vector) -> f64 {
    norm(cross(a, b)).atan2(dot(a, b)).to_degrees()
}

/// The direction `v`, off by a normal deviation in each of the other two
/// directions.
pub(super) fn near(v: Vector, deviation_deg: f64, random: &mut Random) -> Vector {
    let off = deviation_deg.to_radians();
    unit(add(v, [off * normal(random), off * normal(random), off * normal(random)]))
}

/// Any direction, all alike.
pub(super) fn anywhere(random: &mut Random) -> Vector {
    loop {
        let v = [normal(random), normal(random), normal(random)];
        if norm(v) > 1e-3 {
            return unit(v);
        }
    }
}
