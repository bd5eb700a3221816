//! `events.tsv` of BIDS, and its sidecar.

use serde_json::json;

use super::Annotation;

const COLUMNS: [&str; 8] =
    ["onset", "duration", "trial_type", "side", "imi_s", "wasm_series", "aasm_series", "asleep"];

/// The first line.
pub(super) fn header() -> String {
    COLUMNS.join("\t") + "\n"
}

/// Tab-separated, `n/a` where nothing is to be said.
pub(super) fn rows(annotations: &[Annotation]) -> String {
    let mut text = String::new();
    for Annotation { onset_s, duration_s, label, movement } in annotations {
        let of = |field: Option<String>| field.unwrap_or_else(|| "n/a".to_owned());
        let fields = [
            format!("{onset_s:.3}"),
            format!("{duration_s:.3}"),
            (*label).to_owned(),
            of(movement.and_then(|m| m.side).map(|side| side.to_string())),
            of(movement.and_then(|m| m.imi_s).map(|imi_s| format!("{imi_s:.3}"))),
            of(movement.and_then(|m| m.wasm_series).map(|number| number.to_string())),
            of(movement.and_then(|m| m.aasm_series).map(|number| number.to_string())),
            of(movement.map(|m| m.asleep.to_string())),
        ];
        text += &(fields.join("\t") + "\n");
    }
    text
}

/// What the columns and labels mean, as JSON.
pub(super) fn sidecar() -> String {
    let column = |meaning: &str| json!({ "Description": meaning });
    let seconds = |meaning: &str| json!({ "Description": meaning, "Units": "s" });
    let sidecar = json!({
        "onset": seconds("Onset, from the first sample of the recording"),
        "duration": seconds("Duration; 0 for a moment"),
        "trial_type": {
            "Description": "What it is; labels of the NSRR where there is one. Accelerometer findings, not a diagnosis.",
            "Levels": {
                "LM": "Limb movement (:left, :right the side of the sensor)",
                "PLM": "Limb movement in a series by WASM 2016 (Ferri et al. 2016)",
                "sleep_start": "Sudden jerk near a transition into sleep (hypnic start)",
                "twitch": "Brief jerk that is neither",
                "rhythmic": "Train of regular movements at 0.3 to 4 Hz",
                "posture_shift": "Change of the lying position",
                "gross_movement": "Long or irregular movement of the body; over 10 s it ends a series by WASM 2016",
                "disturbance": "Something outside the sleeper",
                "sleep": "Asleep, estimated from movement or as given",
                "W": "Awake in bed",
                "?": "In bed, not recorded or not worn",
                "lights_off": "Going to bed to sleep",
                "lights_on": "Getting up",
                "gap": "Not recorded",
            },
        },
        "side": column("Side of the sensor"),
        "imi_s": seconds("Interval from the candidate movement before, onset to onset"),
        "wasm_series": column("Number of the series by WASM 2016"),
        "aasm_series": column("Number of the series by the AASM"),
        "asleep": column("Whether the onset lies in sleep"),
        "StimulusPresentation": { "SoftwareName": "hypnic", "SoftwareVersion": env!("CARGO_PKG_VERSION") },
    });
    let text = serde_json::to_string_pretty(&sidecar).expect("plain data becomes JSON");
    text + "\n"
}
