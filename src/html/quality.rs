//! What was recorded, how well, and what it cannot show.

use maud::{Markup, html};

use crate::chart::duration;
use crate::condition::Ledger;
use crate::report::json::RecordingPart;
use crate::report::tables::{NightRow, PlacementSource};

pub(super) fn section(
    about: &RecordingPart,
    ledger: &Ledger,
    warnings: &[String],
    nights: &[NightRow],
) -> Markup {
    let cannot: std::collections::BTreeSet<&str> =
        nights.iter().map(|night| night.cannot_show.as_str()).filter(|s| !s.is_empty()).collect();
    html! {
        section.quality {
            h2 { "The recording" }
            table { tbody { @for (name, value) in facts(about, ledger) { tr {
                th scope="row" { (name) } td { (value) }
            } } } }
            @if !cannot.is_empty() {
                h3 { "What it cannot show" }
                ul { @for thing in cannot { li { (thing) } } }
            }
            @if !warnings.is_empty() {
                h3 { "About the file" }
                ul { @for warning in warnings { li { (warning) } } }
            }
        }
    }
}

fn facts(about: &RecordingPart, ledger: &Ledger) -> Vec<(&'static str, String)> {
    let length_h = ledger.frames as f64 / ledger.rate_hz / 3600.0;
    let missing = duration(ledger.gap_hours());
    let gaps = match ledger.gaps.len() {
        0 => "none".to_owned(),
        1 => format!("1, {missing} in all"),
        many => format!("{many}, {missing} in all"),
    };
    let place = match about.placement_source {
        PlacementSource::Given => "as given",
        PlacementSource::File => "as the file says",
        PlacementSource::Name => "as the name of the file says",
        PlacementSource::Guessed => "guessed from the direction of gravity; --placement says it",
    };
    let side = about.side.map_or_else(String::new, |side| format!("{side} "));
    let mended = ledger.bridged + ledger.spikes + ledger.repeated + ledger.backward;
    let mut facts = vec![
        ("File", format!("{} ({})", about.file, about.layout)),
        ("BLAKE3 of its bytes", about.blake3.clone()),
        ("Device", about.device.clone().unwrap_or_else(|| "not named".to_owned())),
        ("Sensor", format!("{side}{} ({place})", about.placement)),
        ("Clock", about.clock.clone()),
        ("Rate", format!("{:.2} samples a second ({})", ledger.rate_hz, about.rate_source)),
        ("Unit", format!("{} ({})", about.unit, about.unit_source)),
        ("Length", format!("{}, gaps included", duration(length_h))),
        ("Gaps", gaps),
        ("Samples mended or out of order", format!("{mended} of {}", ledger.frames_read)),
    ];
    facts.retain(|(_, value)| !value.is_empty());
    facts
}
