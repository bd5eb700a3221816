//! The result tables as files: what is read back is what was written, and what
//! is wrong with a file is said.

use std::fs;

use hypnic::error::Error;
use hypnic::movement::Kind;
use hypnic::recording::{Placement, Side};
use hypnic::report::files::{as_written, encoded, read_tables, replace};
use hypnic::report::tables::{
    BedSource, EpochRow, Extent, MovementRow, NightRow, Pattern, PlacementSource, SleepSource,
    Tables,
};
use proptest::prelude::*;

fn side() -> impl Strategy<Value = Option<Side>> {
    prop_oneof![
        Just(None),
        Just(Some(Side::Left)),
        Just(Some(Side::Right)),
        Just(Some(Side::Bilateral))
    ]
}

/// Words with everything that could break a table.
fn words() -> impl Strategy<Value = String> {
    "[a-zäß夜 ,;\"'\r\n\t=-]{0,12}"
}

const EXTENTS: [Extent; 4] =
    [Extent::OneLimb, Extent::SeveralLimbs, Extent::Trunk, Extent::WholeBody];

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![-1e6..1e6, -1e-3..1e-3, Just(0.0)]
}

fn maybe() -> impl Strategy<Value = Option<f64>> {
    proptest::option::of(number())
}

fn write(dir: &std::path::Path, tables: &Tables) {
    for (name, bytes) in encoded(tables) {
        fs::write(dir.join(name), bytes).unwrap();
    }
}

prop_compose! {
    fn movement()(
        night in words(), time in words(), reason in words(), side in side(),
        numbers in proptest::array::uniform6(number()), imi_s in maybe(),
        kind in proptest::sample::select(&Kind::ALL[..]),
        wasm_series in proptest::option::of(1_u32..), aasm_series in proptest::option::of(1_u32..),
        asleep: bool, sensors in words(),
        extent in proptest::option::of(proptest::sample::select(&EXTENTS[..])),
    ) -> MovementRow {
        let [onset_s, duration_s, peak_g, tilt_deg, turn_deg, rise_s] = numbers;
        MovementRow {
            night, time, onset_s, duration_s, kind, side, peak_g, imi_s, wasm_series, aasm_series,
            asleep, reason, tilt_deg, turn_deg, rise_s, extent, sensors,
        }
    }
}

prop_compose! {
    fn epoch()(
        night in words(), time in words(), onset_s in number(), asleep: bool, worn: bool,
        observed in 0.0..=1.0, posture_deg in maybe(), activity_mg in maybe(),
    ) -> EpochRow {
        EpochRow { night, time, onset_s, asleep, worn, observed, posture_deg, activity_mg }
    }
}

prop_compose! {
    fn night()(
        words in proptest::collection::vec(words(), 13), side in side(),
        numbers in proptest::array::uniform8(number()), maybe in proptest::collection::vec(maybe(), 26),
        hypnic_starts: Option<u32>, limb_movements: u32,
    ) -> NightRow {
        let mut words = words.into_iter();
        let mut word = || words.next().unwrap();
        let mut maybe = maybe.into_iter();
        let mut maybe = || maybe.next().unwrap();
        let [hours_in_bed, hours_asleep, hours_observed, start_s, end_s, lights_off_s, lights_on_s, rate_hz] = numbers;
        NightRow {
            recording: word(), night: word(), start: word(), end: word(), lights_off: word(),
            lights_on: word(), sleep_onset: word(), final_wake: word(), hours_in_bed,
            hours_asleep, hours_observed, plm_per_hour_sleep: maybe(), plm_per_hour_bed: maybe(),
            plmw_per_hour: maybe(), pi_ferri: maybe(), pi_ratio: maybe(), hypnic_starts,
            limb_movements, pattern: Pattern::RestlessLegsLike, evidence: word(),
            aasm_plm_per_hour_sleep: maybe(), aasm_plm_per_hour_bed: maybe(), start_s, end_s,
            lights_off_s, lights_on_s, sleep_onset_s: maybe(), final_wake_s: maybe(),
            placement: Placement::Mattress, side, placement_source: PlacementSource::Guessed,
            timezone: word(), lights_off_source: BedSource::Given,
            lights_on_source: BedSource::Estimated, rate_hz,
            cannot_show: word(), sleep_source: SleepSource::Hypnogram, plms: Some(limb_movements),
            plmw: None, aasm_plmw_per_hour: maybe(), clm_per_hour_sleep: maybe(),
            short_interval_per_hour_sleep: maybe(), isolated_per_hour_sleep: maybe(),
            plm_by_hour: word(), plm_per_hour_third_1: maybe(), plm_per_hour_third_2: maybe(),
            plm_per_hour_third_3: maybe(), plm_slope_per_hour: maybe(),
            intervals_under_10: hypnic_starts, intervals_10_to_90: None, intervals_over_90: None,
            interval_log_mean: maybe(), interval_log_sd: maybe(), plm_raised_above_per_hour: 15.0,
            plm_per_hour_sleep_threshold_halved: maybe(), plm_per_hour_sleep_threshold_doubled: maybe(),
            plm_duration_mean_s: maybe(),
            plm_duration_sd_s: maybe(),
            plm_per_hour_sleep_left: maybe(), plm_per_hour_sleep_right: maybe(),
            plm_per_hour_sleep_bilateral: maybe(), movements_one_limb: hypnic_starts,
            movements_several_limbs: None, movements_trunk: Some(0),
            movements_whole_body: Some(limb_movements),
        }
    }
}

fn tables() -> impl Strategy<Value = Tables> {
    use proptest::collection::vec;
    (vec(movement(), 0..4), vec(night(), 0..3), vec(epoch(), 0..4))
        .prop_map(|(movements, nights, epochs)| Tables { movements, nights, epochs })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_is_read_equals_what_was_written(tables in tables()) {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), &tables);
        let read = read_tables(dir.path()).unwrap();
        prop_assert_eq!(&read, &as_written(&tables));
        let text = || {
            ["movements.csv", "nights.csv", "epochs.csv"]
                .map(|name| fs::read(dir.path().join(name)).unwrap())
        };
        let first = text();
        write(dir.path(), &read);
        prop_assert_eq!(first, text());
        // Half a unit of the last digit is all that is lost, and no word is.
        for (read, row) in read.movements.iter().zip(&tables.movements) {
            prop_assert!((read.onset_s - row.onset_s).abs() <= 5.1e-4);
            prop_assert!((read.peak_g - row.peak_g).abs() <= 5.1e-5);
            prop_assert!((read.tilt_deg - row.tilt_deg).abs() <= 0.051);
            prop_assert_eq!((&read.reason, &read.time), (&row.reason, &row.time));
            prop_assert_eq!((read.kind, read.side), (row.kind, row.side));
            prop_assert_eq!(read.wasm_series, row.wasm_series);
            prop_assert_eq!(read.imi_s.is_some(), row.imi_s.is_some());
        }
        for (read, row) in read.nights.iter().zip(&tables.nights) {
            prop_assert_eq!((&read.cannot_show, &read.evidence), (&row.cannot_show, &row.evidence));
            prop_assert!((read.hours_asleep - row.hours_asleep).abs() <= 5.1e-4);
            prop_assert_eq!(read.limb_movements, row.limb_movements);
        }
        prop_assert_eq!(read.movements.len(), tables.movements.len());
        prop_assert_eq!(read.nights.len(), tables.nights.len());
        prop_assert_eq!(read.epochs.len(), tables.epochs.len());
    }
}

fn one_movement() -> Tables {
    let movement = MovementRow {
        night: "2026-03-14".to_owned(),
        time: "2026-03-14T23:59:59.500+01:00".to_owned(),
        onset_s: 5862.25,
        duration_s: 2.0,
        kind: Kind::LimbMovement,
        side: None,
        peak_g: 0.12345,
        imi_s: None,
        wasm_series: Some(3),
        aasm_series: None,
        asleep: true,
        reason: "0.5 to 10 s, tilts and returns".to_owned(),
        tilt_deg: 12.34,
        turn_deg: -0.04,
        rise_s: 0.1,
        extent: Some(Extent::OneLimb),
        sensors: "left_ankle".to_owned(),
    };
    Tables { movements: vec![movement], ..Tables::default() }
}

#[test]
fn numbers_have_the_decimals_of_their_unit() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &one_movement());
    let movements = fs::read_to_string(dir.path().join("movements.csv")).unwrap();
    let expected = "night,time,onset_s,duration_s,kind,side,peak_g,imi_s,wasm_series,aasm_series,\
        asleep,reason,tilt_deg,turn_deg,rise_s,extent,sensors\n2026-03-14,2026-03-14T23:59:59.500+01:00,5862.250,\
        2.000,limb_movement,,0.1235,,3,,true,\"0.5 to 10 s, tilts and returns\",12.3,0.0,0.100,one_limb,left_ankle\n";
    assert_eq!(movements, expected);
    let epochs = fs::read_to_string(dir.path().join("epochs.csv")).unwrap();
    let columns = "night,time,onset_s,asleep,worn,observed,posture_deg,activity_mg\n";
    assert_eq!(epochs, columns, "an empty table has its columns");
}

/// The message and exit code when `movements.csv` is edited.
fn failure(edit: impl FnOnce(String) -> Vec<u8>) -> (String, u8) {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &one_movement());
    let path = dir.path().join("movements.csv");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, edit(text)).unwrap();
    let error: Error = read_tables(dir.path()).unwrap_err();
    let message = error.to_string().replace(path.to_str().unwrap(), "movements.csv");
    (message, error.exit_code())
}

const HELP: &str = "Give the result folder of an analysis as it was written, or analyze the \
                    recording again.";

#[test]
fn a_missing_column_is_named() {
    let (message, code) = failure(|text| text.replace("peak_g,imi_s", "peak,imi_s").into_bytes());
    let columns = "night,time,onset_s,duration_s,kind,side,peak_g,imi_s,wasm_series,aasm_series,\
                   asleep,reason,tilt_deg,turn_deg,rise_s,extent,sensors";
    let expected = format!(
        "movements.csv, row 1: found no column \"peak_g\"; expected the columns {columns}. {HELP}"
    );
    assert_eq!((message, code), (expected, 65));
}

#[test]
fn a_value_that_is_not_of_its_column_is_quoted() {
    let edits = [
        ("5862.250", "soon", "\"soon\" in column onset_s; expected a number"),
        (",3,", ",three,", "\"three\" in column wasm_series; expected a whole number"),
        (",true,", ",yes,", "\"yes\" in column asleep; expected true or false"),
    ];
    for (good, bad, found) in edits {
        let (message, code) = failure(|text| text.replace(good, bad).into_bytes());
        assert_eq!(message, format!("movements.csv, row 2: found {found}. {HELP}"));
        assert_eq!(code, 65);
    }
    let (message, _) = failure(|text| text.replace("limb_movement", "kick").into_bytes());
    let expected = "movements.csv, row 2: found \"kick\" in column kind; expected one of \
                    `hypnic_start`, `limb_movement`, `twitch`, `rhythmic`, `posture_shift`, \
                    `gross_movement`, `disturbance`. ";
    assert_eq!(message, format!("{expected}{HELP}"));
}

#[test]
fn rows_of_another_length_and_bytes_that_are_no_text_are_said() {
    let (message, code) = failure(|text| text.replace("2.000,", "").into_bytes());
    let expected = "movements.csv, row 2: found 16 fields; expected 17, as in the first row. ";
    assert_eq!((message, code), (format!("{expected}{HELP}"), 65));
    let (message, code) = failure(|text| [text.as_bytes(), b"\xff\xfe,,,,,,,,,,,,,,,,\n"].concat());
    let expected = "movements.csv, row 3: found bytes that are no text; expected UTF-8. ";
    assert_eq!((message, code), (format!("{expected}{HELP}"), 65));
}

#[test]
fn a_table_that_is_not_there_is_explained() {
    let dir = tempfile::tempdir().unwrap();
    let error = read_tables(dir.path()).unwrap_err();
    let path = dir.path().join("movements.csv");
    let expected = format!(
        "{}: cannot read: the table is not there; a result folder has movements.csv, nights.csv \
         and epochs.csv. {HELP}",
        path.display()
    );
    assert_eq!((error.to_string(), error.exit_code()), (expected, 66));
}

#[test]
fn columns_may_be_moved_and_added_and_lines_end_as_on_windows() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), &one_movement());
    let epochs = "\u{feff}worn,mood,night,time,onset_s,asleep,observed,posture_deg,activity_mg\r\n\
                  true,fine,1,,30,false,0.5,,1.25\r\n";
    fs::write(dir.path().join("epochs.csv"), epochs).unwrap();
    let expected = EpochRow {
        night: "1".to_owned(),
        time: String::new(),
        onset_s: 30.0,
        asleep: false,
        worn: true,
        observed: 0.5,
        posture_deg: None,
        activity_mg: Some(1.25),
    };
    assert_eq!(read_tables(dir.path()).unwrap().epochs, [expected]);
}

#[test]
fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("table.csv");
    fs::write(&path, "before").unwrap();
    replace(&path, b"after").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"after");
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    let beyond = dir.path().join("missing/table.csv");
    let error = replace(&beyond, b"after").unwrap_err();
    assert!(error.to_string().contains("missing/table.csv: cannot write"), "{error}");
    assert_eq!(error.exit_code(), 73);
    // Something that is in the way stays, and nothing is left beside it.
    let folder = dir.path().join("folder");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("file"), "").unwrap();
    assert!(replace(&folder, b"after").is_err());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
}

#[cfg(unix)]
#[test]
fn a_written_file_may_be_read_by_whom_any_new_file_may() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let mode =
        |name: &str| fs::metadata(dir.path().join(name)).unwrap().permissions().mode() & 0o777;
    fs::write(dir.path().join("plain"), "").unwrap();
    replace(&dir.path().join("ours"), b"").unwrap();
    assert_eq!(mode("ours"), mode("plain"));
}
