//! The `.annot` of Luna.

use super::Annotation;

/// The first line.
pub(super) fn header() -> String {
    "class\tinstance\tchannel\tstart\tstop\tmeta\n".to_owned()
}

/// Tab-separated: class, instance, channel, start and stop in seconds, and the
/// kind, series and interval of a movement as meta.
pub(super) fn rows(annotations: &[Annotation]) -> String {
    let mut text = String::new();
    for annotation in annotations {
        let meta = annotation.movement.map_or_else(
            || ".".to_owned(),
            |movement| {
                let mut meta = format!("kind={}", movement.kind);
                for (name, number) in
                    [("wasm_series", movement.wasm_series), ("aasm_series", movement.aasm_series)]
                {
                    meta += &number.map_or_else(String::new, |number| format!(";{name}={number}"));
                }
                meta +=
                    &movement.imi_s.map_or_else(String::new, |imi_s| format!(";imi_s={imi_s:.3}"));
                meta
            },
        );
        text += &format!(
            "{}\t.\t.\t{:.3}\t{:.3}\t{meta}\n",
            annotation.label,
            annotation.onset_s,
            annotation.onset_s + annotation.duration_s,
        );
    }
    text
}
