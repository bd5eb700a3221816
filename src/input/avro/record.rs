//! The records of an Avro container, walked by their schema.

use std::collections::HashMap;

use serde_json::Value;

/// How deep records are within each other; Empatica's are three deep.
const DEPTH: usize = 32;

/// The most samples of an axis: a day and a half at 64 Hz. A record has half an hour.
const SAMPLES: usize = 1 << 23;

/// The accelerometer of one record.
#[derive(Debug, Default)]
pub(super) struct Accelerometer {
    /// Microseconds from 1970 in UTC.
    pub start_us: i64,
    pub rate_hz: f64,
    /// Seconds east of UTC.
    pub timezone_s: Option<i32>,
    physical: [f64; 2],
    digital: [f64; 2],
    /// Samples of x, y and z, in counts.
    pub axes: [Vec<f32>; 3],
}

impl Accelerometer {
    /// Samples that every axis has.
    pub fn frames(&self) -> usize {
        self.axes.iter().map(Vec::len).min().unwrap_or(0)
    }

    /// g of a count: the range is symmetric and 0 is 0 (Empatica's converter).
    pub fn in_g(&self) -> f32 {
        let in_g = (self.physical[1] - self.physical[0]) / (self.digital[1] - self.digital[0]);
        if in_g.is_finite() && in_g > 0.0 { in_g as f32 } else { 1.0 / 2048.0 }
    }

    /// The range, if it is told.
    pub fn full_scale_g(&self) -> Option<f32> {
        Some(self.physical[1] as f32).filter(|max| *max > 0.0 && max.is_finite())
    }

    fn take(&mut self, slot: Slot, value: f64) -> Result<(), String> {
        match slot {
            Slot::Start => self.start_us = value as i64,
            Slot::Rate => self.rate_hz = value,
            Slot::Timezone => self.timezone_s = Some(value as i32),
            Slot::Physical(end) => self.physical[end] = value,
            Slot::Digital(end) => self.digital[end] = value,
            Slot::Axis(axis) if self.axes[axis].len() < SAMPLES => {
                self.axes[axis].push(if value.is_finite() { value as f32 } else { 0.0 });
            }
            Slot::Axis(_) => return Err(format!("more than {SAMPLES} samples in a record")),
        }
        Ok(())
    }
}

/// What a value of a record is for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Slot {
    Start,
    Rate,
    Timezone,
    Physical(usize),
    Digital(usize),
    Axis(usize),
}

impl Slot {
    fn of(path: &[&str]) -> Option<Self> {
        Some(match path {
            ["timezone"] => Self::Timezone,
            ["rawData", "accelerometer", rest @ ..] => match rest {
                ["timestampStart"] => Self::Start,
                ["samplingFrequency"] => Self::Rate,
                ["imuParams", "physicalMin"] => Self::Physical(0),
                ["imuParams", "physicalMax"] => Self::Physical(1),
                ["imuParams", "digitalMin"] => Self::Digital(0),
                ["imuParams", "digitalMax"] => Self::Digital(1),
                ["x"] => Self::Axis(0),
                ["y"] => Self::Axis(1),
                ["z"] => Self::Axis(2),
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// The shape of a value.
#[derive(Debug, Clone)]
enum Shape {
    Null,
    Boolean,
    /// `int`, `long` and enumerations.
    Integer,
    Float,
    Double,
    /// `bytes` and `string`.
    Bytes,
    Fixed(usize),
    Array(Box<Shape>),
    Map(Box<Shape>),
    Union(Vec<Shape>),
    Record(Vec<(String, Shape)>),
}

/// The schema of a container's records.
#[derive(Debug)]
pub(super) struct Schema(Shape);

impl Schema {
    /// `None` for text that is no schema.
    pub fn of(text: &[u8]) -> Option<Self> {
        let value: Value = serde_json::from_slice(text).ok()?;
        let mut budget = 100_000;
        shape(&value, &mut HashMap::new(), 0, &mut budget).map(Self)
    }

    /// Whether a record has an accelerometer's axes.
    pub fn has_accelerometer(&self) -> bool {
        fn field<'a>(shape: &'a Shape, name: &str) -> Option<&'a Shape> {
            match shape {
                Shape::Record(fields) => {
                    fields.iter().find(|(other, _)| other == name).map(|(_, shape)| shape)
                }
                Shape::Union(shapes) => shapes.iter().find_map(|shape| field(shape, name)),
                _ => None,
            }
        }
        let accelerometer = field(&self.0, "rawData").and_then(|raw| field(raw, "accelerometer"));
        accelerometer
            .is_some_and(|shape| ["x", "y", "z"].iter().all(|axis| field(shape, axis).is_some()))
    }

    /// Reads `count` records from `bytes`; of what is cut, what there is.
    ///
    /// # Errors
    /// Why the records end before their end, in words.
    pub fn read(&self, bytes: &[u8], count: i64, into: &mut Accelerometer) -> Result<(), String> {
        let mut walk = Walk { bytes, path: Vec::new(), into };
        for _ in 0..count.max(0) {
            let before = walk.bytes.len();
            walk.value(&self.0, None, 0)?;
            if walk.bytes.len() == before {
                break;
            }
        }
        Ok(())
    }
}

/// The shape that a schema describes. Named types are written out where they
/// are used, which recursive ones cannot be; `budget` bounds how many there are.
fn shape(
    value: &Value,
    named: &mut HashMap<String, Shape>,
    depth: usize,
    budget: &mut usize,
) -> Option<Shape> {
    *budget = budget.checked_sub(1)?;
    if depth > DEPTH {
        return None;
    }
    let mut inner = |value: &Value, named: &mut HashMap<String, Shape>| {
        shape(value, named, depth + 1, budget).map(Box::new)
    };
    let object = match value {
        Value::String(name) => return primitive(name).or_else(|| named.get(name).cloned()),
        Value::Array(shapes) => {
            let shapes: Option<Vec<Shape>> =
                shapes.iter().map(|value| inner(value, named).map(|shape| *shape)).collect();
            return shapes.map(Shape::Union);
        }
        Value::Object(object) => object,
        _ => return None,
    };
    let found = match object.get("type")? {
        Value::String(kind) => match kind.as_str() {
            "record" => {
                let mut fields = Vec::new();
                for field in object.get("fields")?.as_array()? {
                    let name = field.get("name")?.as_str()?.to_owned();
                    fields.push((name, *inner(field.get("type")?, named)?));
                }
                Shape::Record(fields)
            }
            "array" => Shape::Array(inner(object.get("items")?, named)?),
            "map" => Shape::Map(inner(object.get("values")?, named)?),
            "enum" => Shape::Integer,
            "fixed" => Shape::Fixed(usize::try_from(object.get("size")?.as_u64()?).ok()?),
            name => primitive(name).or_else(|| named.get(name).cloned())?,
        },
        nested => *inner(nested, named)?,
    };
    if let Some(name) = object.get("name").and_then(Value::as_str) {
        // Bounded by the budget: a copy of a copy grows.
        if named.len() < 200 {
            if let Some(space) = object.get("namespace").and_then(Value::as_str) {
                named.insert(format!("{space}.{name}"), found.clone());
            }
            named.insert(name.to_owned(), found.clone());
        }
    }
    Some(found)
}

fn primitive(name: &str) -> Option<Shape> {
    Some(match name {
        "null" => Shape::Null,
        "boolean" => Shape::Boolean,
        "int" | "long" => Shape::Integer,
        "float" => Shape::Float,
        "double" => Shape::Double,
        "bytes" | "string" => Shape::Bytes,
        _ => return None,
    })
}

/// A walk through the bytes of records.
struct Walk<'a, 's> {
    bytes: &'a [u8],
    path: Vec<&'s str>,
    into: &'a mut Accelerometer,
}

impl<'s> Walk<'_, 's> {
    fn value(&mut self, shape: &'s Shape, slot: Option<Slot>, depth: usize) -> Result<(), String> {
        if depth > DEPTH {
            return Err("records too deep".to_owned());
        }
        let number = match shape {
            Shape::Null => return Ok(()),
            Shape::Boolean => return self.skip(1),
            Shape::Integer => self.long()? as f64,
            Shape::Float => f64::from(f32::from_le_bytes(self.array()?)),
            Shape::Double => f64::from_le_bytes(self.array()?),
            Shape::Fixed(size) => return self.skip(*size),
            Shape::Bytes => {
                let size = self.long()?;
                return self.skip(usize::try_from(size).map_err(|_| "a text of negative length")?);
            }
            Shape::Union(shapes) => {
                let index = self.long()?;
                let chosen = usize::try_from(index).ok().and_then(|index| shapes.get(index));
                return self.value(chosen.ok_or("a union of no known kind")?, slot, depth + 1);
            }
            Shape::Record(fields) => {
                for (name, shape) in fields {
                    self.path.push(name);
                    let slot = Slot::of(&self.path);
                    self.value(shape, slot, depth + 1)?;
                    self.path.pop();
                }
                return Ok(());
            }
            Shape::Array(items) => return self.items(items, false, slot, depth),
            Shape::Map(values) => return self.items(values, true, None, depth),
        };
        slot.map_or(Ok(()), |slot| self.into.take(slot, number))
    }

    /// Blocks of items: a count, which is negative before a size in bytes, and
    /// so many items; a count of 0 ends them.
    fn items(
        &mut self,
        items: &'s Shape,
        keyed: bool,
        slot: Option<Slot>,
        depth: usize,
    ) -> Result<(), String> {
        loop {
            let count = self.long()?;
            if count == 0 {
                return Ok(());
            }
            if count < 0 {
                let size = self.long()?;
                if slot.is_none() && !matches!(items, Shape::Record(_)) {
                    self.skip(usize::try_from(size).map_err(|_| "a block of negative length")?)?;
                    continue;
                }
            }
            for _ in 0..count.unsigned_abs() {
                let before = self.bytes.len();
                if keyed {
                    self.value(&Shape::Bytes, None, depth + 1)?;
                }
                self.value(items, slot, depth + 1)?;
                if self.bytes.len() == before {
                    return Err("items of no size".to_owned());
                }
            }
        }
    }

    fn long(&mut self) -> Result<i64, String> {
        long(&mut self.bytes).ok_or_else(cut)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (array, rest) = self.bytes.split_first_chunk().ok_or_else(cut)?;
        self.bytes = rest;
        Ok(*array)
    }

    fn skip(&mut self, length: usize) -> Result<(), String> {
        self.bytes = self.bytes.get(length..).ok_or_else(cut)?;
        Ok(())
    }
}

fn cut() -> String {
    "it ends within a record".to_owned()
}

/// A number of variable length, zigzag-coded, taken off the front of `bytes`.
pub(super) fn long(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0u64;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some((value >> 1) as i64 ^ -((value & 1) as i64));
        }
    }
    None
}

/// Names and their values.
pub(super) type Entries = Vec<(String, Vec<u8>)>;

/// The entries of the map in a container's header, which begins at `at`, and
/// where the mark behind it begins.
pub(super) fn header(head: &[u8], at: usize) -> Option<(Entries, usize)> {
    let mut bytes = head.get(at..)?;
    let mut entries = Vec::new();
    loop {
        let count = long(&mut bytes)?;
        if count == 0 {
            return Some((entries, head.len() - bytes.len()));
        }
        if count < 0 {
            long(&mut bytes)?;
        }
        for _ in 0..count.unsigned_abs() {
            let mut text = || {
                let length = usize::try_from(long(&mut bytes)?).ok()?;
                let (text, rest) = bytes.split_at_checked(length)?;
                bytes = rest;
                Some(text.to_vec())
            };
            let (key, value) = (text()?, text()?);
            entries.push((String::from_utf8_lossy(&key).into_owned(), value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_zigzag_coded() {
        // From the specification's table.
        for (bytes, value) in
            [(&[0][..], 0), (&[1], -1), (&[2], 1), (&[3], -2), (&[0x7f], -64), (&[0x80, 0x01], 64)]
        {
            assert_eq!(long(&mut &*bytes), Some(value));
        }
        assert_eq!(long(&mut &[0x80][..]), None);
        assert_eq!(long(&mut &[0xff; 11][..]), None);
    }

    #[test]
    fn schemas_that_name_themselves_are_refused() {
        let recursive = br#"{"type":"record","name":"a","fields":[{"name":"b","type":"a"}]}"#;
        assert!(Schema::of(recursive).is_none());
        let deep = [b"[".repeat(200), b"]".repeat(200)].concat();
        assert!(Schema::of(&deep).is_none());
    }
}
